-- The functions are those of the C library.
local exp, log, sin, cos, total = math.exp, math.log, math.sin, math.cos, 0.0
for i = 1, 100000 do
  local x = i / 5000
  total = total + exp(-x) + log(x) + sin(x) + cos(x)
end
print(string.format("%.4f", total))
