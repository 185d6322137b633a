local t = {}
for i = 0, 199999 do t[#t + 1] = i t[#t + 1] = "," end
local text = table.concat(t)
local parts, from = {}, 1
while true do
  local at = string.find(text, ",", from, true)
  if not at then parts[#parts + 1] = string.sub(text, from) break end
  parts[#parts + 1] = string.sub(text, from, at - 1)
  from = at + 1
end
local total = 0
for _, p in ipairs(parts) do total = total + #p end
print(#text .. " " .. #parts .. " " .. total)
