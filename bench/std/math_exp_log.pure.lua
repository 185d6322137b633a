dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local elementary = require("elementary")
local exp, log, pow, total = elementary.exp, elementary.log, elementary.pow, 0.0
for i = 1, 100000 do
  local x = i / 5000
  total = total + exp(-x) + log(x) + pow(x, 1.5)
end
print(string.format("%.4f", total))
