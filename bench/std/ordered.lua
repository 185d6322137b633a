-- A skip list.
local LEVELS = 16
local SkipList = {}
SkipList.__index = SkipList
function SkipList.new() return setmetatable({head = {next = {}}, level = 1, size = 0}, SkipList) end
function SkipList:before(key, path)
  local node = self.head
  for level = self.level, 1, -1 do
    local following = node.next[level]
    while following and following.key < key do
      node = following
      following = node.next[level]
    end
    if path then path[level] = node end
  end
  return node
end
function SkipList:insert(key, value)
  local path = {}
  local node = self:before(key, path).next[1]
  if node and node.key == key then
    node.value = value
    return
  end
  local levels = 1
  while levels < LEVELS and math.random(4) == 1 do levels = levels + 1 end
  for level = self.level + 1, levels do path[level] = self.head end
  self.level = math.max(self.level, levels)
  node = {key = key, value = value, next = {}}
  for level = 1, levels do
    node.next[level] = path[level].next[level]
    path[level].next[level] = node
  end
  self.size = self.size + 1
end
function SkipList:remove(key)
  local path = {}
  local node = self:before(key, path).next[1]
  if not node or node.key ~= key then return end
  for level = 1, self.level do
    if path[level].next[level] == node then path[level].next[level] = node.next[level] end
  end
  self.size = self.size - 1
end
function SkipList:floor(key)
  local node = self:before(key)
  local following = node.next[1]
  return following and following.key == key and following or node
end
local map, seed, total = SkipList.new(), 42, 0
for i = 0, 49999 do
  seed = seed * 16807 % 2147483647
  map:insert(seed, i)
end
for _ = 1, 50000 do
  seed = seed * 16807 % 2147483647
  total = total + (map:floor(seed).value or 0)
end
local node = map:before(500000000).next[1]
while node and node.key < 1000000000 do
  total = total + node.key % 1000 + node.value
  node = node.next[1]
end
seed = 42
for _ = 1, 25000 do
  seed = seed * 16807 % 2147483647
  map:remove(seed)
end
print(map.size .. " " .. total)
