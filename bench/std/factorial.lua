local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local bigint = require("bigint")
local product, total = {1}, 0
for i = 1, 6000 do product = bigint.multiply(product, {i}) end
for digit in string.gmatch(bigint.to_string(product), ".") do total = total + string.byte(digit) - 48 end
print(total)
