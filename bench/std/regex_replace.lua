-- Patterns of Lua are less than regular expressions, and matched in C; these two can be said.
local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local text = read("log.txt")
local changed = string.gsub(text, "(%d%d%d%d)%-(%d%d)%-(%d%d)T", "%3.%2.%1 ")
local count, n, from = 0, 1, 1
for _ in string.gmatch(changed, "11%.2023 ") do count = count + 1 end
local parts = {}
while true do
  local start, stop = string.find(text, '[ "%[%]]+', from)
  if not start then break end
  parts[n] = string.sub(text, from, start - 1)
  n, from = n + 1, stop + 1
end
parts[n] = string.sub(text, from)
print(#changed .. " " .. count .. " " .. n)
