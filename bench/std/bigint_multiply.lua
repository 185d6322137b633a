local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local bigint = require("bigint")
local function made(seed, digits)
  local out, x = {}, seed
  for i = 1, digits // 4 do
    x = x * 16807 % 2147483647
    out[i] = string.format("%d", x % 9000 + 1000)
  end
  return bigint.parse(table.concat(out))
end
local total = 0
for i = 0, 59 do total = total + bigint.rest(bigint.multiply(made(i + 1, 4000), made(i + 100, 4000)), 1000003) end
print(total)
