local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local IV = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19}
local ORDER = {3, 7, 4, 11, 8, 1, 5, 14, 2, 12, 13, 6, 10, 15, 16, 9}
local SCHEDULE = {{}}
for i = 1, 16 do SCHEDULE[1][i] = i end
for r = 2, 7 do
  SCHEDULE[r] = {}
  for i = 1, 16 do SCHEDULE[r][i] = SCHEDULE[r - 1][ORDER[i]] end
end
local START, END, PARENT, ROOT = 1, 2, 4, 8
local function mix(v, a, b, c, d, x, y)
  local va, vb, vc, vd = v[a], v[b], v[c], v[d]
  va = (va + vb + x) & 0xFFFFFFFF
  vd = vd ~ va
  vd = (vd >> 16 | vd << 16) & 0xFFFFFFFF
  vc = (vc + vd) & 0xFFFFFFFF
  vb = vb ~ vc
  vb = (vb >> 12 | vb << 20) & 0xFFFFFFFF
  va = (va + vb + y) & 0xFFFFFFFF
  vd = vd ~ va
  vd = (vd >> 8 | vd << 24) & 0xFFFFFFFF
  vc = (vc + vd) & 0xFFFFFFFF
  vb = vb ~ vc
  v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & 0xFFFFFFFF, vc, vd
end
local function compressed(h, m, counter, length, flags)
  local v = {h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], IV[1], IV[2], IV[3], IV[4], counter & 0xFFFFFFFF, counter >> 32, length, flags}
  for r = 1, 7 do
    local s = SCHEDULE[r]
    mix(v, 1, 5, 9, 13, m[s[1]], m[s[2]])
    mix(v, 2, 6, 10, 14, m[s[3]], m[s[4]])
    mix(v, 3, 7, 11, 15, m[s[5]], m[s[6]])
    mix(v, 4, 8, 12, 16, m[s[7]], m[s[8]])
    mix(v, 1, 6, 11, 16, m[s[9]], m[s[10]])
    mix(v, 2, 7, 12, 13, m[s[11]], m[s[12]])
    mix(v, 3, 8, 9, 14, m[s[13]], m[s[14]])
    mix(v, 4, 5, 10, 15, m[s[15]], m[s[16]])
  end
  local out = {}
  for i = 1, 8 do out[i] = v[i] ~ v[i + 8] end
  return out
end
local function chunk(text, at, size, number, flags)
  local h = IV
  local blocks = math.max(1, (size + 63) // 64)
  for b = 1, blocks do
    local from, length = at + (b - 1) * 64, math.min(64, size - (b - 1) * 64)
    local block = string.sub(text, from, from + length - 1)
    if length < 64 then block = block .. string.rep("\0", 64 - length) end
    local m = {string.unpack("<I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4", block)}
    h = compressed(h, m, number, length, (b == 1 and START or 0) | (b == blocks and END | flags or 0))
  end
  return h
end
local function parent(left, right, flags)
  local m = {}
  for i = 1, 8 do m[i], m[i + 8] = left[i], right[i] end
  return compressed(IV, m, 0, 64, PARENT | flags)
end
local function tree(text, at, size, number, flags)
  if size <= 1024 then return chunk(text, at, size, number, flags) end
  local left = 1024
  while left * 2 < size do left = left * 2 end
  return parent(tree(text, at, left, number, 0), tree(text, at + left, size - left, number + left // 1024, 0), flags)
end
local text = read("text.txt")
local words = tree(text, 1, #text, 0, ROOT)
print((string.gsub(string.pack("<I4I4I4I4I4I4I4I4", table.unpack(words)), ".", function(c) return string.format("%02x", string.byte(c)) end)))
