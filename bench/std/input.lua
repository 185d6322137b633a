-- What Lua programs here begin with: modules beside them are found; a file of the folder in the last argument is read.
local folder = string.match(arg[0], "^(.*)/") or "."
package.path = folder .. "/?.lua;" .. package.path
return function(name)
  local file = assert(io.open(arg[1] .. "/" .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end
