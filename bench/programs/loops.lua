local xor, band
if bit then xor, band = bit.bxor, bit.band else
  xor = load("return function(a, b) return a ~ b end")() band = load("return function(a, b) return a & b end")()
end
local sum = 0
for i = 0, 14999 do for j = 0, 4999 do sum = band(sum + xor(i, j), 16777215) end end
print(sum)
