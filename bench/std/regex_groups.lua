-- Patterns of Lua are less than regular expressions, and matched in C; this one can be said.
local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local total = 0
for text in string.gmatch(read("log.txt"), "[^\n]+") do
  local a, b, c, d, date, method, place, status, size =
    string.match(text, '^(%d+)%.(%d+)%.(%d+)%.(%d+) %- %[([^%]]+)%] "(%w+) (%S+) [^"]*" (%d%d%d) (%d+)$')
  if a then total = total + math.tointeger(d) + #place + math.tointeger(status) end
end
print(total)
