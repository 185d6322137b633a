local read = dofile((string.match(arg[0], "^(.*)/") or ".") .. "/input.lua")
local function lines(name)
  local out = {}
  for line in string.gmatch(read(name), "[^\n]+") do out[#out + 1] = line end
  return out
end
-- How many lines stay (Myers 1986): those that only one side has are left out first.
local function common(a, b)
  local function known(xs, ys)
    local seen, out = {}, {}
    for _, y in ipairs(ys) do seen[y] = true end
    for _, x in ipairs(xs) do if seen[x] then out[#out + 1] = x end end
    return out
  end
  a, b = known(a, b), known(b, a)
  local n, m = #a, #b
  local reach = {[1] = 0}
  for d = 0, n + m do
    for k = -d, d, 2 do
      local x
      if k == -d or k ~= d and reach[k - 1] < reach[k + 1] then x = reach[k + 1] else x = reach[k - 1] + 1 end
      local y = x - k
      while x < n and y < m and a[x + 1] == b[y + 1] do x, y = x + 1, y + 1 end
      reach[k] = x
      if x >= n and y >= m then return (n + m - d) // 2 end
    end
  end
end
local a, b = lines("old.txt"), lines("new.txt")
local equal
for _ = 1, 20 do equal = common(a, b) end
print(#a .. " " .. #b .. " " .. equal)
