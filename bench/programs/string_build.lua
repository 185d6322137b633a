local parts = {}
for i = 0, 999999 do
  parts[#parts + 1] = i
  parts[#parts + 1] = i % 10 == 9 and "\n" or ","
end
local text = table.concat(parts)
local sum = 0
for i = 0, #text - 1, 97 do sum = (sum * 31 + string.byte(text, i + 1)) % 1000003 end
print(#text .. " " .. sum)
