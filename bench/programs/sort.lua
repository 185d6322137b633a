local xs, seed = {}, 42
for i = 1, 500000 do seed = (seed * 16807) % 2147483647 xs[i] = seed end
table.sort(xs, function(a, b) return a < b end)
local check = 0
for i = 0, 499999 do if i % 1000 == 0 then check = check + xs[i + 1] end end
print(string.format("%d", check))
