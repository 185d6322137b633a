-- exp, log, pow, sin, cos, tan and atan, nearly always the nearest float: sums of two floats (Dekker 1971), tables and short series (Tang 1989), as std/math does it.
-- There is no fused multiplication, so factors have at most 26 bits where a product must be exact.
local ROUNDER, SPLITTER = 0x1.8p52, 134217729.0
local INFINITY = math.huge

-- The first 26 bits of x, and a + b and a * b exactly.
local function head(x)
  local t = x * SPLITTER
  return t - (t - x)
end
local function sum(a, b)
  local s = a + b
  local t = s - a
  return s, a - (s - t) + (b - t)
end
local function product(a, b)
  local p, x, y = a * b, head(a), head(b)
  return p, x * y - p + x * (b - y) + (a - x) * y + (a - x) * (b - y)
end
local function times(a, a_low, b, b_low)
  local p, low = product(a, b)
  low = low + (a * b_low + a_low * b)
  local s = p + low
  return s, low - (s - p)
end
local function over(a, a_low, b, b_low)
  local q = a / b
  local p, low = product(q, b)
  local rest = (a - p - low + a_low - q * b_low) / b
  local s = q + rest
  return s, rest - (s - q)
end

-- ---- tables: each value as 26 bits and the rest ----

local two, powers, power_lows = {}, {}, {} -- 2^k; 2^(j/128)
for k = -1074, 1023 do two[k] = 2.0 ^ k end
do
  local x, low = 1.0, 0.0
  for j = 0, 127 do
    powers[j] = head(x)
    power_lows[j] = x - powers[j] + low
    x, low = times(x, low, 1.0054299011128027, 9.499186535455032e-17) -- 2^(1/128)
  end
end

local logs, log_lows = {}, {} -- -log(i/256)
logs[256], log_lows[256] = 0.0, 0.0
do
  local function step(i) -- log(i + 1) - log(i) = 2 atanh(1 / (2 i + 1))
    local z, low = over(1.0, 0.0, 2.0 * i + 1, 0.0)
    local square = z * z
    return 2 * z, 2 * low + 2 * z * square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9)))
  end
  for i = 256, 366 do
    local z, low = step(i)
    local s, rest = sum(logs[i], -z)
    logs[i + 1], log_lows[i + 1] = s, log_lows[i] + (rest - low)
  end
  for i = 255, 176, -1 do
    local z, low = step(i)
    local s, rest = sum(logs[i + 1], z)
    logs[i], log_lows[i] = s, log_lows[i + 1] + (rest + low)
  end
end

local sines, sine_lows, cosines, cosine_lows, arcs, arc_lows = {}, {}, {}, {}, {}, {} -- of j/64
do
  local s, s_low, c, c_low = 0.0, 0.0, 1.0, 0.0
  local a, a_low, b, b_low = 0.015624364224883372, -1.2650937552759816e-19, 0.9998779321710066, 3.216122229972341e-17 -- sin 1/64, cos 1/64
  for j = 0, 52 do
    sines[j], cosines[j] = head(s), head(c)
    sine_lows[j], cosine_lows[j] = s - sines[j] + s_low, c - cosines[j] + c_low
    local x, x_low = times(s, s_low, b, b_low)
    local y, y_low = times(c, c_low, a, a_low)
    local z, z_low = times(c, c_low, b, b_low)
    local w, w_low = times(s, s_low, a, a_low)
    s, s_low = sum(x, y)
    c, c_low = sum(z, -w)
    s_low, c_low = s_low + x_low + y_low, c_low + z_low - w_low
  end
  arcs[0], arc_lows[0] = 0.0, 0.0
  for j = 0, 63 do -- atan((j + 1)/64) - atan(j/64) = atan(64 / (4096 + j (j + 1)))
    local t, low = over(64.0, 0.0, 4096.0 + j * (j + 1), 0.0)
    local square = t * t
    local rest
    arcs[j + 1], rest = sum(arcs[j], t)
    arc_lows[j + 1] = arc_lows[j] + (rest + low - t * square * (1 / 3 - square * (1 / 5 - square * (1 / 7 - square * (1 / 9 - square / 11)))))
  end
end

-- ---- exponentials and logarithms ----

-- exp(x + x_low) for |x| < 746.
local function power(x, x_low)
  local n = x * 184.6649652337873 + ROUNDER - ROUNDER -- 128 / log 2
  local first, second = x - n * 0.005415212348452769, n * -3.281964900695705e-13 -- exact, both: 32 and 33 bits
  local r = first - second
  local low = first - r - second - n * 1.636073772867244e-23 + x_low
  low = low + r * r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * (0.008333333333333333 + r * 0.001388888888888889))))
  local k = n | 0
  local high, part = powers[k & 127], r + 0x1.8p18 - 0x1.8p18 -- 26 bits of r
  local s, t = high * part, power_lows[k & 127]
  t = t + (high * (r - part) + (high + t) * low + t * r)
  local result, up = high + s, k // 128
  result = result + (high - result + s + t)
  if up > 1023 then return result * 2 * two[up - 1] end
  if up > -1022 then return result * two[up] end
  return result * 0x1p-1000 * two[math.max(up + 1000, -1074)]
end

-- log x for 0 < x < infinity, and what is missing.
local function logarithm(x)
  local k = 0
  while x >= 0x1p16 do x, k = x * 0x1p-16, k + 16 end
  while x < 0x1p-16 do x, k = x * 0x1p16, k - 16 end
  if x < 1 then x, k = x * 0x1p16, k - 16 end
  if x >= 0x1p8 then x, k = x * 0x1p-8, k + 8 end
  if x >= 0x1p4 then x, k = x * 0x1p-4, k + 4 end
  if x >= 0x1p2 then x, k = x * 0x1p-2, k + 2 end
  if x >= 0x1p1 then x, k = x * 0x1p-1, k + 1 end
  if x > 1.4142 then x, k = x * 0.5, k + 1 end
  local c = 256 / x + ROUNDER - ROUNDER
  local i, reciprocal, front = c | 0, c * 0x1p-8, x + 0x1.8p26 - 0x1.8p26 -- 26 bits of x
  local first, second = front * reciprocal - 1, (x - front) * reciprocal -- exact
  local r = first + second
  local low = second - (r - first)
  local part = r + 0x1.8p18 - 0x1.8p18
  local half = 0.5 * part * part
  local high = r - half
  low = low - low * r + (r - high - half - 0.5 * (r - part) * (r + part))
  low = low + r * r * r * (0.3333333333333333 - r * (0.25 - r * (0.2 - r * (0.16666666666666666 - r * (0.14285714285714285 - r * 0.125)))))
  local base, rest = sum(k * 0.6931471805601177, logs[i])
  local s, t = sum(base, high)
  t = t + (rest + (low + (log_lows[i] - k * 1.7239444525614835e-13)))
  local result = s + t
  return result, t - (result - s)
end

local M = {}
function M.exp(x)
  if x > -746 and x < 746 then return power(x, 0.0) end
  return x ~= x and x or x > 0 and INFINITY or 0.0
end
function M.log(x)
  if x > 0 and x < INFINITY then return (logarithm(x)) end
  return x == 0 and -INFINITY or x < 0 and 0 / 0 or x
end
-- For x > 0, both finite.
function M.pow(x, y)
  local log, low = logarithm(x)
  local p, p_low = times(log, low, y, 0.0)
  if p > -746 and p < 746 then return power(p, p_low) end
  return p > 0 and INFINITY or 0.0
end

-- ---- circular functions, for |x| < 1,000,000 ----

-- sin (of an odd quadrant: cos) of x + x_low, |x| at most pi/4, as two floats.
local function of_rest(quadrant, x, x_low)
  local is_negative = x < 0
  if is_negative then x, x_low = -x, -x_low end
  local n = x * 64 + ROUNDER - ROUNDER
  local j, t = n | 0, x - n * 0.015625
  local square = t * t
  local high, rest
  if quadrant & 1 == 0 and j == 0 then
    high, rest = x, x_low - x * square * (0.16666666666666666 - square * (0.008333333333333333 - square * 0.0001984126984126984))
  else
    local low = x_low - t * square * (0.16666666666666666 - square * (0.008333333333333333 - square * 0.0001984126984126984))
    local drop = square * (0.5 - square * (0.041666666666666664 - square * 0.001388888888888889)) + t * x_low
    local part = t + 0x1.8p18 - 0x1.8p18
    local a, a_low, b, b_low
    if quadrant & 1 == 0 then a, a_low, b, b_low = sines[j], sine_lows[j], cosines[j], cosine_lows[j]
    else a, a_low, b, b_low, is_negative = cosines[j], cosine_lows[j], -sines[j], -sine_lows[j], false end
    local p = b * part
    high, rest = sum(a, p)
    rest = rest + (a_low + (b * (t - part) + b_low * t + ((b + b_low) * low - (a + a_low) * drop)))
  end
  if (quadrant & 2 ~= 0) ~= is_negative then high, rest = -high, -rest end
  local result = high + rest
  return result, rest - (result - high)
end

-- The quadrant of an angle, and what is left of it.
local function reduce(x)
  if x >= -0.7853981633974483 and x <= 0.7853981633974483 then return 0, x, 0.0 end
  local n = x * 0.6366197723675814 + ROUNDER - ROUNDER
  local first, first_low = sum(x - n * 1.5707963267341256, n * -6.077100506303966e-11)
  local second, second_low = sum(first, n * -2.0222662487111665e-21)
  local low = first_low + second_low - n * 8.4784276603689e-32
  local rest = second + low
  return n | 0, rest, low - (rest - second)
end

function M.sin(x)
  local quadrant, rest, low = reduce(x)
  return (of_rest(quadrant, rest, low))
end
function M.cos(x)
  local quadrant, rest, low = reduce(x)
  return (of_rest(quadrant + 1, rest, low))
end
function M.tan(x)
  local quadrant, rest, low = reduce(x)
  local s, s_low = of_rest(quadrant, rest, low)
  local c, c_low = of_rest(quadrant + 1, rest, low)
  return (over(s, s_low, c, c_low))
end
function M.atan(x)
  local size = x < 0 and -x or x
  if size < 1e-8 then return x end
  local is_steep = size > 1
  local n = (is_steep and 1 / size or size) * 64 + ROUNDER - ROUNDER
  local j, c = n | 0, n * 0.015625
  local p = c * size
  local part = head(size)
  local p_low = c * part - p + c * (size - part)
  local t, t_low
  if is_steep then -- (1 - c x) / (x + c)
    local top, top_low = sum(1.0, -p)
    local below, below_low = sum(size, c)
    t, t_low = over(top, top_low - p_low, below, below_low)
  else -- (x - c) / (1 + c x)
    local below, below_low = sum(1.0, p)
    t, t_low = over(size - c, 0.0, below, below_low + p_low)
  end
  local square = t * t
  t_low = t_low - t * square * (0.3333333333333333 - square * (0.2 - square * (0.14285714285714285 - square * 0.1111111111111111)))
  local high, low = sum(arcs[j], t)
  low = low + (arc_lows[j] + t_low)
  if is_steep then
    local turned, rest = sum(1.5707963267948966, -high)
    high, low = turned, rest + (6.123233995736766e-17 - low)
  end
  local result = high + low
  return x < 0 and -result or result
end
return M
