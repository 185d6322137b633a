-- exp, log and powers are those of the C library.
local exp, log, total = math.exp, math.log, 0.0
for i = 1, 100000 do
  local x = i / 5000
  total = total + exp(-x) + log(x) + x ^ 1.5
end
print(string.format("%.4f", total))
