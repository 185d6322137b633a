-- JSON in Lua: parse and write.
local M = {}
local find, sub, byte, char, format = string.find, string.sub, string.byte, string.char, string.format

local value
local function skip(text, at) return find(text, "[^ \t\r\n]", at) or #text + 1 end
local function wrong(at) error("json: character " .. at) end

local escapes = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

local function quoted(text, at)
  local parts, n, from = nil, 0, at + 1
  while true do
    local stop = find(text, '["\\%c]', from)
    if not stop then wrong(from) end
    local b = byte(text, stop)
    if b == 34 then
      if not parts then return sub(text, at + 1, stop - 1), stop + 1 end
      parts[n + 1] = sub(text, from, stop - 1)
      return table.concat(parts), stop + 1
    elseif b ~= 92 then wrong(stop) end
    parts = parts or {}
    n = n + 1
    parts[n] = sub(text, from, stop - 1)
    local letter = sub(text, stop + 1, stop + 1)
    n = n + 1
    if letter == "u" then
      local code = tonumber(sub(text, stop + 2, stop + 5), 16) or wrong(stop)
      from = stop + 6
      if code >= 0xD800 and code < 0xDC00 then
        local low = tonumber(sub(text, from + 2, from + 5), 16) or wrong(from)
        code = 0x10000 + (code - 0xD800) * 1024 + low - 0xDC00
        from = from + 6
      end
      parts[n] = utf8.char(code)
    else
      parts[n] = escapes[letter] or wrong(stop)
      from = stop + 2
    end
  end
end

local function array(text, at)
  local out, n = {}, 0
  at = skip(text, at + 1)
  if byte(text, at) == 93 then return out, at + 1 end
  while true do
    n = n + 1
    out[n], at = value(text, at)
    at = skip(text, at)
    local b = byte(text, at)
    if b == 93 then return out, at + 1 end
    if b ~= 44 then wrong(at) end
    at = at + 1
  end
end

local function object(text, at)
  local out, name = {}, nil
  at = skip(text, at + 1)
  if byte(text, at) == 125 then return out, at + 1 end
  while true do
    if byte(text, at) ~= 34 then wrong(at) end
    name, at = quoted(text, at)
    at = skip(text, at)
    if byte(text, at) ~= 58 then wrong(at) end
    out[name], at = value(text, at + 1)
    at = skip(text, at)
    local b = byte(text, at)
    if b == 125 then return out, at + 1 end
    if b ~= 44 then wrong(at) end
    at = skip(text, at + 1)
  end
end

M.null = setmetatable({}, {__name = "null"})
local words = {["true"] = true, ["false"] = false, null = M.null}

function value(text, at)
  at = skip(text, at)
  local b = byte(text, at)
  if b == 34 then return quoted(text, at)
  elseif b == 123 then return object(text, at)
  elseif b == 91 then return array(text, at)
  end
  local _, stop = find(text, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  if stop then return tonumber(sub(text, at, stop)) or wrong(at), stop + 1 end
  _, stop = find(text, "^%l+", at)
  local word = words[sub(text, at, stop)]
  if word == nil then wrong(at) end
  return word, stop + 1
end

function M.parse(text)
  local result, at = value(text, 1)
  if skip(text, at) <= #text then wrong(at) end
  return result
end

local function escaped(c)
  if c == '"' then return '\\"' elseif c == "\\" then return "\\\\" elseif c == "\n" then return "\\n" elseif c == "\r" then return "\\r" elseif c == "\t" then return "\\t" end
  return format("\\u%04x", byte(c))
end

local function write(out, n, v)
  local kind = type(v)
  if kind == "string" then
    out[n + 1] = '"' .. string.gsub(v, '[%c"\\]', escaped) .. '"'
    return n + 1
  elseif v == M.null then
    out[n + 1] = "null"
    return n + 1
  elseif kind ~= "table" then
    out[n + 1] = tostring(v)
    return n + 1
  elseif #v > 0 or next(v) == nil then
    out[n + 1] = "["
    n = n + 1
    for i = 1, #v do
      if i > 1 then n = n + 1 out[n] = "," end
      n = write(out, n, v[i])
    end
    out[n + 1] = "]"
    return n + 1
  end
  local separator = "{"
  for name, part in pairs(v) do
    out[n + 1] = separator .. '"' .. string.gsub(name, '[%c"\\]', escaped) .. '":'
    n = write(out, n + 1, part)
    separator = ","
  end
  out[n + 1] = "}"
  return n + 1
end

function M.write(v)
  local out = {}
  write(out, 0, v)
  return table.concat(out)
end

return M
