local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local words, n = {}, 0
for word in string.gmatch(read("text.txt"), "%S+") do
  n = n + 1
  words[n] = word
end
words = require("merge_sort")(words)
print(n .. " " .. words[1] .. " " .. words[70001] .. " " .. words[n])
