-- Natural numbers in limbs of seven decimal digits, the lowest first.
local BASE = 10000000
local M = {}
function M.parse(text)
  local out = {}
  for i = #text, 1, -7 do out[#out + 1] = math.tointeger(tonumber(string.sub(text, math.max(1, i - 6), i))) end
  return out
end
function M.multiply(a, b)
  local out = {}
  for i = 1, #a + #b do out[i] = 0 end
  for i = 1, #a do
    local x, carry = a[i], 0
    for k = 1, #b do
      local sum = out[i + k - 1] + x * b[k] + carry
      carry = sum // BASE
      out[i + k - 1] = sum - carry * BASE
    end
    out[i + #b] = carry
  end
  while #out > 0 and out[#out] == 0 do out[#out] = nil end
  return out
end
function M.rest(a, n)
  local rest = 0
  for i = #a, 1, -1 do rest = (rest * BASE + a[i]) % n end
  return rest
end
function M.to_string(a)
  local out = {tostring(a[#a])}
  for i = #a - 1, 1, -1 do out[#out + 1] = string.format("%07d", a[i]) end
  return table.concat(out)
end
return M
