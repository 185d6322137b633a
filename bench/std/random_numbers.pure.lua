dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local next_bits = require("xoshiro")(os.time())
-- Of 63 bits those are left out that would make some numbers likelier.
local function below(n)
  local x = next_bits() >> 1
  while x - x % n > math.maxinteger - n + 1 do x = next_bits() >> 1 end
  return x % n
end
local function float() return (next_bits() >> 11) * 0x1p-53 end
local total, sum = 0, 0.0
for _ = 1, 300000 do
  total = total + below(100)
  sum = sum + float()
end
local xs = {}
for i = 1, 100000 do xs[i] = i end
for i = #xs, 2, -1 do
  local k = below(i) + 1
  xs[i], xs[k] = xs[k], xs[i]
end
local moved = 0
for i, x in ipairs(xs) do if i ~= x then moved = moved + 1 end end
print(tostring(14700000 < total and total < 15000000) .. " " .. tostring(149000 < sum and sum < 151000) .. " " .. tostring(moved > 99900))
