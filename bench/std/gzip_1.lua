local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local text = read("text.txt")
print(#text .. " " .. tostring(#require("flate").compress(text, 1) < #text // 2))
