-- The functions are those of the C library.
local sin, cos, tan, atan, total = math.sin, math.cos, math.tan, math.atan, 0.0
for i = 1, 100000 do
  local x = i / 1000
  total = total + sin(x) + cos(x) * 0.5 + atan(x) + tan(x * 0.01)
end
print(string.format("%.4f", total))
