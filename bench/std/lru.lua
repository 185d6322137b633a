local Lru = {}
Lru.__index = Lru
function Lru.new(capacity)
  local ring = {}
  ring.newer, ring.older = ring, ring
  return setmetatable({capacity = capacity, size = 0, nodes = {}, ring = ring}, Lru)
end
local function leave(node) node.newer.older, node.older.newer = node.older, node.newer end
function Lru:lead(node)
  local ring = self.ring
  node.newer, node.older = ring, ring.older
  ring.older.newer = node
  ring.older = node
end
function Lru:get(key)
  local node = self.nodes[key]
  if not node then return nil end
  leave(node)
  self:lead(node)
  return node.value
end
function Lru:insert(key, value)
  local node = self.nodes[key]
  if node then leave(node)
  elseif self.size == self.capacity then
    node = self.ring.newer
    leave(node)
    self.nodes[node.key] = nil
  else
    node = {}
    self.size = self.size + 1
  end
  node.key, node.value = key, value
  self.nodes[key] = node
  self:lead(node)
end
local cache, seed, hits = Lru.new(1000), 42, 0
for i = 0, 199999 do
  seed = seed * 16807 % 2147483647
  local key = seed % 1500
  if cache:get(key) then hits = hits + 1 else cache:insert(key, i) end
end
print(cache.size .. " " .. hits)
