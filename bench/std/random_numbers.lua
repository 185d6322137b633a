-- math.random is xoshiro256** in C.
local random = math.random
local total, sum = 0, 0.0
for _ = 1, 300000 do
  total = total + random(0, 99)
  sum = sum + random()
end
local xs = {}
for i = 1, 100000 do xs[i] = i end
for i = #xs, 2, -1 do
  local k = random(i)
  xs[i], xs[k] = xs[k], xs[i]
end
local moved = 0
for i, x in ipairs(xs) do if i ~= x then moved = moved + 1 end end
print(tostring(14700000 < total and total < 15000000) .. " " .. tostring(149000 < sum and sum < 151000) .. " " .. tostring(moved > 99900))
