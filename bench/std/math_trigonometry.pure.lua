dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local elementary = require("elementary")
local sin, cos, tan, atan, total = elementary.sin, elementary.cos, elementary.tan, elementary.atan, 0.0
for i = 1, 100000 do
  local x = i / 1000
  total = total + sin(x) + cos(x) * 0.5 + atan(x) + tan(x * 0.01)
end
print(string.format("%.4f", total))
