local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local words, counts, total = {}, {}, 0
for word in string.gmatch(read("text.txt"), "%S+") do words[#words + 1] = word end
for _, word in ipairs(words) do counts[word] = (counts[word] or 0) + 1 end
for _ = 1, 2 do
  for _, word in ipairs(words) do total = total + counts[word] end
end
local names = {}
for i = 0, 49999 do names["name" .. i] = i end
for i = 0, 49999, 2 do names["name" .. i] = nil end
for i = 0, 49999 do total = total + (names["name" .. i] or 1) end
local function size(map)
  local n = 0
  for _ in pairs(map) do n = n + 1 end
  return n
end
print(size(counts) .. " " .. size(names) .. " " .. total)
