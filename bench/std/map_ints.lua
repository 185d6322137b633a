local map, seed = {}, 42
for i = 0, 199999 do
  seed = seed * 16807 % 2147483647
  map[seed] = i
end
local total, count = 0, 0
for _ = 1, 3 do
  seed = 42
  for _ = 1, 200000 do
    seed = seed * 16807 % 2147483647
    total = total + (map[seed] or 0) + (map[seed + 1] or 1)
  end
end
seed = 42
for i = 0, 199999 do
  seed = seed * 16807 % 2147483647
  if i % 2 == 0 then map[seed] = nil end
end
for key, value in pairs(map) do
  total = total + key % 1000 + value
  count = count + 1
end
print(count .. " " .. total)
