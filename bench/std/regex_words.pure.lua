local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local regex = require("regex")
local bytes, n = regex.bytes(read("text.txt"))
local words, long_words = regex.compile("\\w+"), regex.compile("\\b[a-d]\\w*[xyz]\\b")
local total, long = 0, 0
for start, stop in words:each(bytes, n) do total = total + stop - start end
for _ in long_words:each(bytes, n) do long = long + 1 end
print(total .. " " .. long)
