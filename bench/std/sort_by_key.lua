local items, seed = {}, 42
for i = 0, 99999 do
  seed = seed * 16807 % 2147483647
  items[i + 1] = {key = seed, name = tostring(i)}
end
local function by_key(xs, key) table.sort(xs, function(a, b) return key(a) < key(b) end) end
by_key(items, function(item) return item.key end)
print(items[1].name .. " " .. items[50001].name .. " " .. items[100000].name)
