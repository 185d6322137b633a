local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local regex = require("regex")
local bytes, n = regex.bytes(read("text.txt"))
local function count(pattern)
  local found = 0
  for _ in regex.compile(pattern):each(bytes, n) do found = found + 1 end
  return found
end
print(count("jo|casci|rilpogu|tobimotun|wacfahgo|peramevri|selcad|nuji") .. " " .. count("(?:mo|ka|ri)(?:t|l)?[.,]"))
