local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local find, sub, upper = string.find, string.sub, string.upper
local function split(text, separator)
  local parts, n, from = {}, 0, 1
  while true do
    local at = find(text, separator, from, true)
    n = n + 1
    if not at then parts[n] = sub(text, from) return parts end
    parts[n] = sub(text, from, at - 1)
    from = at + 1
  end
end
local text = read("text.txt")
local total = 0
for _ = 1, 2 do
  for line in string.gmatch(text, "[^\n]+") do
    local parts = split(line, " ")
    total = total + #parts
    for i = 1, #parts do
      local word = parts[i]
      if sub(word, -1) == "," then word = sub(word, 1, -2) end
      word = upper(word)
      if sub(word, 1, 2) == "JO" then total = total + #word end
    end
    total = total + #table.concat(parts, "--")
    if find(line, "casci", 1, true) then total = total + 1 end
  end
end
print(total .. " " .. #string.gsub(text, "jo", "yes"))
