local coded = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/coded.lua")
local codes = {}
for i = 0, 255 do codes[i] = string.format("%02x", i) end
local byte, char = string.byte, string.char
local values = {}
for i, c in ipairs({string.byte("0123456789abcdef", 1, -1)}) do values[c] = i - 1 end
local function encode(text)
  local out = {}
  for i = 1, #text do out[i] = codes[byte(text, i)] end
  return table.concat(out)
end
local function decode(text)
  local out = {}
  for i = 1, #text, 2 do
    local a, b = byte(text, i, i + 1)
    out[(i + 1) // 2] = char(values[a] << 4 | values[b])
  end
  return table.concat(out)
end
coded(encode, decode)
