local out, n, seed = {}, 0, 42
for i = 0, 149999 do
  seed = seed * 16807 % 2147483647
  out[n + 1] = string.format("%06d: name%d, ", i, seed % 1000)
  out[n + 2] = seed % 2 == 0 and "even" or "odd"
  out[n + 3] = "\n"
  n = n + 3
end
local text = table.concat(out)
local list = {}
for i = 0, 99999 do list[i + 1] = i .. "," end
local _, count = string.gsub(text, "even", "")
print(#text .. " " .. #table.concat(list) .. " " .. count)
