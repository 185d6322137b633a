local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local function days(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = year // 400
  local y = year - era * 400
  local d = (153 * (month > 2 and month - 3 or month + 9) + 2) // 5 + day - 1
  return era * 146097 + y * 365 + y // 4 - y // 100 + d - 719468
end
local total = 0
for line in string.gmatch(read("dates.txt"), "[^\n]+") do
  local year, month, day, hour, minute, second, fraction = string.match(line, "^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)%.?(%d*)Z$")
  local int = math.tointeger
  local seconds = days(int(year), int(month), int(day)) * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second)
  total = total + seconds % 1000 + (int(string.sub(fraction .. "000", 1, 3)))
end
print(total)
