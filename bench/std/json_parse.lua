local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local json = require("json")
local text = read("people.json")
local total = 0
for _ = 1, 3 do
  for _, person in ipairs(json.parse(text)) do total = total + #person.tags + person.address.number end
end
print(total)
