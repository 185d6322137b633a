local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local flate = require("flate")
local data = read("text.txt.gz")
local total = 0
for _ = 1, 5 do total = total + #flate.decompress(data) end
print(total)
