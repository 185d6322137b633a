-- Days to dates in Lua; os.date would ask the C library.
local function date(seconds)
  local days, rest = seconds // 86400, seconds % 86400
  local z = days + 719468
  local era = z // 146097
  local day = z - era * 146097
  local year = (day - day // 1460 + day // 36524 - day // 146096) // 365
  local of_year = day - (365 * year + year // 4 - year // 100)
  local m = (5 * of_year + 2) // 153
  local month = m < 10 and m + 3 or m - 9
  if month <= 2 then year = year + 1 end
  return string.format("%04d-%02d-%02dT%02d:%02d:%02dZ", year + era * 400, month, of_year - (153 * m + 2) // 5 + 1, rest // 3600, rest // 60 % 60, rest % 60)
end
local total, seed = 0, 42
for _ = 1, 50000 do
  seed = seed * 16807 % 2147483647
  local text = date(seed)
  total = total + #text + string.byte(text, 4) + string.byte(text, 19)
end
print(total)
