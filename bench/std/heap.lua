local function push(heap, v)
  local i = #heap + 1
  while i > 1 and v < heap[i // 2] do
    heap[i] = heap[i // 2]
    i = i // 2
  end
  heap[i] = v
end
local function pop(heap)
  local top, n = heap[1], #heap
  local v = heap[n]
  heap[n] = nil
  n = n - 1
  if n == 0 then return top end
  local i = 1
  while true do
    local child = i * 2
    if child > n then break end
    if child < n and heap[child + 1] < heap[child] then child = child + 1 end
    if heap[child] >= v then break end
    heap[i] = heap[child]
    i = child
  end
  heap[i] = v
  return top
end
local heap, seed, total = {}, 42, 0
for _ = 1, 100000 do
  seed = seed * 16807 % 2147483647
  push(heap, seed)
end
for i = 0, 99999 do
  total = (total * 31 + pop(heap)) % 1000003
  if i % 2 == 0 then
    seed = seed * 16807 % 2147483647
    push(heap, seed)
  end
end
print(#heap .. " " .. total)
