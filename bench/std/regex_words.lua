-- Patterns of Lua are less than regular expressions, and matched in C; these two can be said.
local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local text = read("text.txt")
local total, long = 0, 0
for from, to in string.gmatch(text, "()%w+()") do total = total + to - from end
for _ in string.gmatch(text, "%f[%w][a-d]%w*[xyz]%f[%W]") do long = long + 1 end
print(total .. " " .. long)
