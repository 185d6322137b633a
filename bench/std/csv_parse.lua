local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local find, sub, byte = string.find, string.sub, string.byte
local function parse(text)
  local rows, row, n, at = {}, {}, 0, 1
  while at <= #text do
    local field
    if byte(text, at) == 34 then
      local from = at + 1
      while true do
        local stop = find(text, '"', from, true) or error("csv: quotes are not closed")
        if byte(text, stop + 1) ~= 34 then
          field = string.gsub(sub(text, at + 1, stop - 1), '""', '"')
          at = stop + 1
          break
        end
        from = stop + 2
      end
    else
      local stop = find(text, "[,\r\n]", at) or #text + 1
      field = sub(text, at, stop - 1)
      at = stop
    end
    n = n + 1
    row[n] = field
    if byte(text, at) == 44 then at = at + 1
    else
      at = (find(text, "[^\r\n]", at) or #text + 1)
      rows[#rows + 1] = row
      row, n = {}, 0
    end
  end
  return rows
end
local text = read("people.csv")
local total = 0
for _ = 1, 2 do
  for _, row in ipairs(parse(text)) do total = total + math.tointeger(row[1]) + #row + math.tointeger(row[7]) end
end
print(total)
