local function made(n, seed)
  local x, rows = seed, {}
  for i = 1, n do
    rows[i] = {}
    for k = 1, n do
      x = x * 16807 % 2147483647
      rows[i][k] = x % 1000 / 100
    end
  end
  return rows
end
local function product(a, b)
  local out = {}
  for i = 1, #a do
    local row, ai = {}, a[i]
    for k = 1, #b[1] do row[k] = 0.0 end
    for j = 1, #b do
      local x, bj = ai[j], b[j]
      for k = 1, #bj do row[k] = row[k] + x * bj[k] end
    end
    out[i] = row
  end
  return out
end
local function solve(a, b)
  local n, rows, x = #a, {}, {}
  for i = 1, n do rows[i] = {table.unpack(a[i])} rows[i][n + 1] = b[i] end
  for c = 1, n do
    local best = c
    for i = c + 1, n do if math.abs(rows[i][c]) > math.abs(rows[best][c]) then best = i end end
    rows[c], rows[best] = rows[best], rows[c]
    local top = rows[c]
    for i = c + 1, n do
      local row = rows[i]
      local factor = row[c] / top[c]
      for k = c, n + 1 do row[k] = row[k] - factor * top[k] end
    end
  end
  for i = n, 1, -1 do
    local sum = rows[i][n + 1]
    for k = i + 1, n do sum = sum - rows[i][k] * x[k] end
    x[i] = sum / rows[i][i]
  end
  return x
end
local n = 200
local a, b, right = made(n, 42), made(n, 7), {}
for i = 1, n do right[i] = i - 1.0 end
local c = product(a, b)
local x = solve(c, right)
local y = 0.0
for k = 1, n do y = y + c[n // 2 + 1][k] * x[k] end
print(string.format("%.4f %.4f %.4f", c[4][6], c[n][n], y))
