local Deque = {}
Deque.__index = Deque
function Deque.new() return setmetatable({first = 1, last = 0}, Deque) end
function Deque:push_back(v)
  self.last = self.last + 1
  self[self.last] = v
end
function Deque:push_front(v)
  self.first = self.first - 1
  self[self.first] = v
end
function Deque:pop_front()
  local v = self[self.first]
  self[self.first] = nil
  self.first = self.first + 1
  return v
end
function Deque:pop_back()
  local v = self[self.last]
  self[self.last] = nil
  self.last = self.last - 1
  return v
end
local queue = Deque.new()
for i = 0, 999 do queue:push_back(i) end
local total = 0
for i = 0, 999999 do
  local first = queue:pop_front()
  queue:push_back((first * 7 + i) % 1000003)
  if i % 5 == 0 then queue:push_front(queue:pop_back() + 1) end
  total = total + first
end
for i = queue.first, queue.last do total = total + queue[i] end
print(total)
