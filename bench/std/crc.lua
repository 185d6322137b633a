-- CRC-32, a byte at a time.
local steps = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = c & 1 == 1 and c >> 1 ~ 0xEDB88320 or c >> 1 end
  steps[i] = c
end
return function(text)
  local c, byte = 0xFFFFFFFF, string.byte
  for i = 1, #text do c = c >> 8 ~ steps[(c ~ byte(text, i)) & 255] end
  return c ~ 0xFFFFFFFF
end
