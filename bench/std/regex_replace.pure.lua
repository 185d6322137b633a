local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local regex = require("regex")
local text = read("log.txt")
local bytes, n = regex.bytes(text)
local date, blanks = regex.compile("(\\d{4})-(\\d\\d)-(\\d\\d)T"), regex.compile("[ \"\\[\\]]+")
local sub, out, from = string.sub, {}, 1
for start, stop in date:each(bytes, n) do
  local at = date:groups(bytes, start, stop)
  out[#out + 1] = sub(text, from, start - 1)
  out[#out + 1] = sub(text, at[5], at[6] - 1) .. "." .. sub(text, at[3], at[4] - 1) .. "." .. sub(text, at[1], at[2] - 1) .. " "
  from = stop
end
local changed = table.concat(out) .. sub(text, from)
local count, parts = 0, {}
for _ in string.gmatch(changed, "11%.2023 ") do count = count + 1 end
from = 1
for start, stop in blanks:each(bytes, n) do
  parts[#parts + 1] = sub(text, from, start - 1)
  from = stop
end
parts[#parts + 1] = sub(text, from)
print(#changed .. " " .. count .. " " .. #parts)
