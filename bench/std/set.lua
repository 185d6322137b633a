local function made(seed, count)
  local out, size = {}, 0
  local x = seed
  for _ = 1, count do
    x = x * 16807 % 2147483647
    local key = x % 400000
    if not out[key] then
      out[key] = true
      size = size + 1
    end
  end
  return out, size
end
local a, n = made(42, 200000)
local b, m = made(7, 200000)
local both, either, common, size, total = {}, {}, 0, 0, 0
for x in pairs(a) do if b[x] then both[x] = true common = common + 1 end end
for x in pairs(a) do either[x] = true end
for x in pairs(b) do either[x] = true end
for x in pairs(both) do either[x] = nil end
for x in pairs(either) do
  total = total + x
  size = size + 1
end
print(n .. " " .. m .. " " .. common .. " " .. size .. " " .. total)
