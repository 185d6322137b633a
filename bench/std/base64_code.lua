local coded = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/coded.lua")
local letters, values = {}, {}
for i = 0, 63 do
  local letter = string.sub("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", i + 1, i + 1)
  letters[i], values[string.byte(letter)] = letter, i
end
local byte, char = string.byte, string.char
local function encode(text)
  local out, n = {}, 0
  local whole = #text - #text % 3
  for i = 1, whole, 3 do
    local a, b, c = byte(text, i, i + 2)
    n = n + 1
    out[n] = letters[a >> 2] .. letters[(a & 3) << 4 | b >> 4] .. letters[(b & 15) << 2 | c >> 6] .. letters[c & 63]
  end
  if #text - whole == 1 then
    local a = byte(text, #text)
    out[n + 1] = letters[a >> 2] .. letters[(a & 3) << 4] .. "=="
  elseif #text - whole == 2 then
    local a, b = byte(text, #text - 1, #text)
    out[n + 1] = letters[a >> 2] .. letters[(a & 3) << 4 | b >> 4] .. letters[(b & 15) << 2] .. "="
  end
  return table.concat(out)
end
local function decode(text)
  local out, n = {}, 0
  local pad = string.sub(text, -2) == "==" and 2 or string.sub(text, -1) == "=" and 1 or 0
  for i = 1, #text - (pad > 0 and 4 or 0), 4 do
    local a, b, c, d = byte(text, i, i + 3)
    local bits = values[a] << 18 | values[b] << 12 | values[c] << 6 | values[d]
    n = n + 1
    out[n] = char(bits >> 16, bits >> 8 & 255, bits & 255)
  end
  if pad > 0 then
    local a, b, c = byte(text, #text - 3, #text - 1)
    local bits = values[a] << 18 | values[b] << 12 | (values[c] or 0) << 6
    out[n + 1] = pad == 2 and char(bits >> 16) or char(bits >> 16, bits >> 8 & 255)
  end
  return table.concat(out)
end
coded(encode, decode)
