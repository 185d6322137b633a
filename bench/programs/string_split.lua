local find, sub, byte = string.find, string.sub, string.byte
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
local fields, seed = {}, 7
for i = 1, 20000 do
  seed = seed * 16807 % 2147483647
  fields[i] = string.format("%d", seed % 1000000)
end
local line = table.concat(fields, ",")
local sum = 0
for _ = 1, 60 do
  local parts = split(line, ",")
  for i = 1, #parts do sum = (sum * 31 + #parts[i] + byte(parts[i])) % 1000003 end
end
print(#line .. " " .. sum)
