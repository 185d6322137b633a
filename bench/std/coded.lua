-- Encodes and decodes a file twice, and prints how many bytes came of it.
local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
return function(encode, decode)
  local text = read("text.txt")
  local total = 0
  for _ = 1, 2 do
    local coded = encode(text)
    total = total + #coded + #decode(coded)
  end
  print(total)
end
