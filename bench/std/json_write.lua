local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local json = require("json")
local people = json.parse(read("people.json"))
local total = 0
for _ = 1, 5 do total = total + #json.write(people) end
print(total)
