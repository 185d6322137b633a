dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local fast = require("fast_math")
local exp, log, sin, cos, total = fast.exp, fast.log, fast.sin, fast.cos, 0.0
for i = 1, 100000 do
  local x = i / 5000
  total = total + exp(-x) + log(x) + sin(x) + cos(x)
end
print(string.format("%.4f", total))
