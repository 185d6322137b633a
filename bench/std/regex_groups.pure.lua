local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local regex = require("regex")
local expression = regex.compile('^(\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+) - \\[([^\\]]+)\\] "(\\w+) (\\S+) [^"]*" (\\d{3}) (\\d+)$')
local total = 0
for text in string.gmatch(read("log.txt"), "[^\n]+") do
  local bytes = regex.bytes(text)
  local start, stop = expression:find(bytes, 1)
  if start then
    local at = expression:groups(bytes, start, stop)
    total = total + math.tointeger(string.sub(text, at[7], at[8] - 1)) + at[14] - at[13] + math.tointeger(string.sub(text, at[15], at[16] - 1))
  end
end
print(total)
