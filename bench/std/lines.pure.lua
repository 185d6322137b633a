-- Lines cut out of blocks; \r\n ends one too. Whether they are UTF-8 is not looked at.
local find, sub, byte = string.find, string.sub, string.byte
local function each_line(file)
  local block, from = "", 1
  return function()
    local stop = find(block, "\n", from, true)
    while not stop do
      local more = file:read(32768)
      if not more and from > #block then return nil end
      block, from = sub(block, from) .. (more or "\n"), 1
      stop = find(block, "\n", from, true)
    end
    local line = sub(block, from, byte(block, stop - 1) == 13 and stop > from and stop - 2 or stop - 1)
    from = stop + 1
    return line
  end
end
local count, total = 0, 0
for _ = 1, 5 do
  local file = assert(io.open(arg[1] .. "/text.txt", "rb"))
  for line in each_line(file) do
    count = count + 1
    total = total + #line
  end
  file:close()
end
print(count .. " " .. total)
