local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local function parse(text)
  local url, rest = {}, text
  local scheme, behind = string.match(rest, "^(%a[%w+.-]*):(.*)$")
  if scheme then url.scheme, rest = string.lower(scheme), behind end
  local front, fragment = string.match(rest, "^([^#]*)#(.*)$")
  if front then rest, url.fragment = front, fragment end
  local path, query = string.match(rest, "^([^?]*)%?(.*)$")
  if path then rest, url.query = path, query end
  local authority, tail = string.match(rest, "^//([^/]*)(.*)$")
  if authority then
    rest = tail
    local user, place = string.match(authority, "^(.*)@(.*)$")
    if user then url.user, authority = user, place end
    local host, port = string.match(authority, "^(.*):(%d*)$")
    if host then url.host, url.port = string.lower(host), tonumber(port) else url.host = string.lower(authority) end
  end
  url.path = rest
  return url
end
local function decode(text) return (string.gsub(string.gsub(text, "+", " "), "%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end)) end
local function encode(text) return (string.gsub(text, "[^%w._~-]", function(c) return string.format("%%%02X", string.byte(c)) end)) end
local function parse_query(query)
  local pairs = {}
  for part in string.gmatch(query, "[^&]+") do
    local name, value = string.match(part, "^([^=]*)=(.*)$")
    pairs[#pairs + 1] = {decode(name or part), decode(value or "")}
  end
  return pairs
end
local total = 0
for line in string.gmatch(read("log.txt"), "[^\n]+") do
  local place = string.match(line, '" ?(/%S*)') or string.match(line, '"%u+ (%S+)')
  local parts = parse("https://host.example:8080" .. place .. "/%C3%A9?a=1&b=x%20y#top")
  total = total + #parts.path + #encode(parts.path) + #parse_query(parts.query or "")
end
print(total)
