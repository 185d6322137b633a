local xs, seed = {}, 42
for i = 1, 200000 do
  seed = seed * 16807 % 2147483647
  xs[i] = seed % 100000 / 100
end
-- Kahan and Babuska's sum.
local function sum(list, of)
  local total, rest = 0.0, 0.0
  for i = 1, #list do
    local x = of(list[i])
    local next_total = total + x
    if math.abs(total) >= math.abs(x) then rest = rest + (total - next_total + x) else rest = rest + (x - next_total + total) end
    total = next_total
  end
  return total + rest
end
local mean = sum(xs, function(x) return x end) / #xs
local variance = sum(xs, function(x) return (x - mean) * (x - mean) end) / #xs
local sorted = {table.unpack(xs, 1, 0)}
table.move(xs, 1, #xs, 1, sorted)
table.sort(sorted)
print(string.format("%.4f %.4f %.4f", mean, variance, (sorted[#xs // 2] + sorted[#xs // 2 + 1]) / 2))
