dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local xs, seed = {}, 42
for i = 1, 300000 do
  seed = seed * 16807 % 2147483647
  xs[i] = seed
end
xs = require("merge_sort")(xs)
local total = 0
for i = 1, 300000, 1000 do total = total + xs[i] end
print(total)
