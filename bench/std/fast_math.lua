-- exp, log, sin and cos to about two units of the last place: tables, which the C library fills at the start, and series.
local ROUNDER = 0x1.8p52 -- adding and taking it away rounds to an integer
local powers, logs, reciprocals, two = {}, {}, {}, {}
for j = 0, 127 do powers[j] = 2 ^ (j / 128) end
for i = 90, 182 do logs[i], reciprocals[i] = math.log(i / 128), 128 / i end
for k = -1074, 1023 do two[k] = 2.0 ^ k end

-- x = 2^k * c * (1 + r), c a multiple of 1/128 from 0.7 to 1.42.
local function parts(x)
  local k = 0
  while x >= 0x1p16 do x, k = x * 0x1p-16, k + 16 end
  while x < 0x1p-16 do x, k = x * 0x1p16, k - 16 end
  if x < 1 then x, k = x * 0x1p16, k - 16 end
  if x >= 0x1p8 then x, k = x * 0x1p-8, k + 8 end
  if x >= 0x1p4 then x, k = x * 0x1p-4, k + 4 end
  if x >= 0x1p2 then x, k = x * 0x1p-2, k + 2 end
  if x >= 0x1p1 then x, k = x * 0x1p-1, k + 1 end
  if x > 1.4142 then x, k = x * 0.5, k + 1 end
  return x, k
end

local M = {}

function M.exp(x)
  if not (x > -700 and x < 700) then return x ~= x and x or x > 0 and math.huge or 0.0 end
  local n = x * 184.6649652337873 + ROUNDER - ROUNDER
  local r = x - n * 0.005415212348452769 + n * 3.2819649005320973e-13
  local k = n | 0
  local power = powers[k & 127]
  return (power + power * (r + r * r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * 0.008333333333333333))))) * two[k // 128]
end

function M.log(x)
  if not (x > 0 and x < math.huge) then return x == 0 and -math.huge or x < 0 and 0 / 0 or x end
  local m, k = parts(x)
  local c = m * 128 + ROUNDER - ROUNDER
  local i = c | 0
  local r = (m - c * 0.0078125) * reciprocals[i]
  local series = r * r * (0.5 - r * (0.3333333333333333 - r * (0.25 - r * (0.2 - r * (0.16666666666666666 - r * 0.14285714285714285)))))
  return k * 0.6931471805601177 + logs[i] + (r - (series + k * 1.7239444525614835e-13))
end

local function sine(x)
  local s = x * x
  return x - x * s * (0.16666666666666666 - s * (0.008333333333333333 - s * (0.0001984126984126984 - s * (0.0000027557319223985893
    - s * (0.000000025052108385441718 - s * (0.00000000016059043836821613 - s * 0.0000000000007647163731819816))))))
end

local function cosine(x)
  local s = x * x
  return 1 - s * (0.5 - s * (0.041666666666666664 - s * (0.001388888888888889 - s * (0.0000248015873015873 - s * (0.0000002755731922398589
    - s * (0.0000000020876756987868098 - s * (0.000000000011470745597729725 - s * 0.00000000000004779477332387385)))))))
end

-- The sine of an angle below 100,000 and so many quarter turns.
local function turned(x, quarters)
  local n = x * 0.6366197723675814 + ROUNDER - ROUNDER
  local r = x - n * 1.5707963267341256 - n * 6.077100506303966e-11 - n * 2.0222662487959506e-21
  local quadrant = (n | 0) + quarters
  local size = quadrant & 1 == 0 and sine(r) or cosine(r)
  return quadrant & 2 == 0 and size or -size
end
function M.sin(x) return turned(x, 0) end
function M.cos(x) return turned(x, 1) end
return M
