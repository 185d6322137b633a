local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local json = require("json")
local function expect(v, kind)
  if type(v) ~= kind then error("json: a " .. kind .. " is expected") end
  return v
end
local function decoded(v)
  local address, tags = expect(v.address, "table"), {}
  for i, tag in ipairs(v.tags) do tags[i] = expect(tag, "string") end
  return {
    id = expect(v.id, "number"), name = expect(v.name, "string"), email = expect(v.email, "string"), is_active = expect(v.active, "boolean"),
    score = expect(v.score, "number"), tags = tags, address = {city = expect(address.city, "string"), number = expect(address.number, "number")}
  }
end
local text = read("people.json")
local total = 0.0
for _ = 1, 2 do
  local people = {}
  for i, person in ipairs(json.parse(text)) do people[i] = decoded(person) end
  for _, p in ipairs(people) do total = total + p.score + (#p.tags + p.address.number + p.id) end
end
print(string.format("%.2f", total))
