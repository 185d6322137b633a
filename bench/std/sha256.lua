local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local function fraction(x) return math.floor((x - math.floor(x)) * 4294967296) end
local K, H, n = {}, {}, 0
local candidate = 2
while n < 64 do
  local is_prime = true
  for d = 2, math.floor(math.sqrt(candidate)) do if candidate % d == 0 then is_prime = false break end end
  if is_prime then
    n = n + 1
    K[n] = fraction(candidate ^ (1 / 3))
    if n <= 8 then H[n] = fraction(math.sqrt(candidate)) end
  end
  candidate = candidate + 1
end
-- A word beside its own copy: shifts of 64 bits turn it.
local function sha256(text)
  local length = #text
  text = text .. "\128" .. string.rep("\0", -(length + 9) % 64) .. string.pack(">I8", length * 8)
  local w = {}
  local h1, h2, h3, h4, h5, h6, h7, h8 = table.unpack(H)
  for at = 1, #text, 64 do
    for i = 1, 16 do w[i] = string.unpack(">I4", text, at + i * 4 - 4) end
    for i = 17, 64 do
      local x, y = w[i - 15], w[i - 2]
      x, y = x | x << 32, y | y << 32
      w[i] = (w[i - 16] + w[i - 7] + ((x >> 7 ~ x >> 18 ~ (x & 0xFFFFFFFF) >> 3) & 0xFFFFFFFF) + ((y >> 17 ~ y >> 19 ~ (y & 0xFFFFFFFF) >> 10) & 0xFFFFFFFF)) & 0xFFFFFFFF
    end
    local a, b, c, d, e, f, g, h = h1, h2, h3, h4, h5, h6, h7, h8
    for i = 1, 64 do
      local x, y = e | e << 32, a | a << 32
      local t = h + ((x >> 6 ~ x >> 11 ~ x >> 25) & 0xFFFFFFFF) + (g ~ e & (f ~ g)) + K[i] + w[i]
      local u = ((y >> 2 ~ y >> 13 ~ y >> 22) & 0xFFFFFFFF) + (a & b | c & (a | b))
      h, g, f, e, d, c, b, a = g, f, e, (d + t) & 0xFFFFFFFF, c, b, a, (t + u) & 0xFFFFFFFF
    end
    h1, h2, h3, h4 = (h1 + a) & 0xFFFFFFFF, (h2 + b) & 0xFFFFFFFF, (h3 + c) & 0xFFFFFFFF, (h4 + d) & 0xFFFFFFFF
    h5, h6, h7, h8 = (h5 + e) & 0xFFFFFFFF, (h6 + f) & 0xFFFFFFFF, (h7 + g) & 0xFFFFFFFF, (h8 + h) & 0xFFFFFFFF
  end
  return string.format(string.rep("%08x", 8), h1, h2, h3, h4, h5, h6, h7, h8)
end
print(sha256(read("text.txt")))
