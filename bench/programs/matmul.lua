local function make(n, seed) local out = {} for i = 0, n - 1 do local row = {} for j = 0, n - 1 do row[j + 1] = (i * seed + j * 7) % 100 + 0.0 end out[i + 1] = row end return out end
local n = 400
local a, b = make(n, 3), make(n, 5)
local trace = 0.0
for i = 1, n do
  local row = a[i]
  for j = 1, n do
    local sum = 0.0
    for k = 1, n do sum = sum + row[k] * b[k][j] end
    if i == j then trace = trace + sum end
  end
end
print(string.format("%d", trace))
