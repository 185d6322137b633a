local function a(i, j) local ij = i + j return 1.0 / (ij * (ij + 1) / 2 + i + 1) end
local function times(v, out) local n = #v for i = 0, n - 1 do local sum = 0.0 for j = 0, n - 1 do sum = sum + a(i, j) * v[j + 1] end out[i + 1] = sum end end
local function transposed(v, out) local n = #v for i = 0, n - 1 do local sum = 0.0 for j = 0, n - 1 do sum = sum + a(j, i) * v[j + 1] end out[i + 1] = sum end end
local n = 850
local u, v, t = {}, {}, {}
for i = 1, n do u[i] = 1.0 v[i] = 0.0 t[i] = 0.0 end
for _ = 1, 10 do times(u, t) transposed(t, v) times(v, t) transposed(t, u) end
local vbv, vv = 0.0, 0.0
for i = 1, n do vbv = vbv + u[i] * v[i] vv = vv + v[i] * v[i] end
print(string.format("%.9f", math.sqrt(vbv / vv)))
