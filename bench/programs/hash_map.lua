local m, count, seed = {}, 0, 1
for i = 1, 3000000 do
  seed = (seed * 16807) % 2147483647
  local key = seed % 100000
  local v = m[key]
  if v == nil then count = count + 1 v = 0 end
  m[key] = v + 1
end
local sum = 0
for i = 0, 99999 do sum = sum + (m[i] or 0) * (i % 7) end
print(count .. " " .. sum)
