local xs, seed = {}, 42
for i = 1, 300000 do
  seed = seed * 16807 % 2147483647
  xs[i] = seed
end
table.sort(xs)
local total = 0
for i = 1, 300000, 1000 do total = total + xs[i] end
print(total)
