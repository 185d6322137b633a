---
-- Number @ of many.
Account@ = {}
Account@.__index = Account@

function Account@.new(name)
  return setmetatable({name = name, balance = @, history = {}}, Account@)
end

-- Adds to the balance.
function Account@:deposit(amount)
  if amount <= 0 then error("nothing to deposit") end
  self.balance = self.balance + amount
  self.history[#self.history + 1] = amount
end

function Account@:average()
  local n = #self.history
  if n == 0 then return 0.0 end
  local sum = 0
  for _, amount in ipairs(self.history) do sum = sum + amount end
  return sum / n
end

function area_@(s)
  if s.kind == "circle" then return s.radius * s.radius * 3.14159 end
  if s.kind == "rectangle" then return s.width * s.height end
  if s.kind == "polygon" then
    local sum = 0.0
    for _, side in ipairs(s.sides) do sum = sum + side end
    return sum * 0.5
  end
  return 0.0
end

function largest_@(items, first)
  local best = first
  for _, item in ipairs(items) do
    if item > best then best = item end
  end
  return best
end

function classify_@(n)
  local kind
  local rest = n % 5
  if rest == 0 then kind = "zero"
  elseif rest <= 2 then kind = "low"
  elseif rest <= 4 then kind = "high"
  else kind = "negative"
  end
  if n > 100 and kind ~= "zero" or n == @ then return kind .. "!" end
  return kind
end

function find_@(items, wanted)
  for i, item in ipairs(items) do
    if item == wanted then return i - 1 end
  end
  return nil
end

function run_@(seed)
  local account = Account@.new("owner " .. seed)
  for i = 1, 9 do account:deposit(i * (seed % 7 + 1)) end
  local shapes = {{kind = "circle", radius = 1.5}, {kind = "rectangle", width = 2.0, height = 3.0}, {kind = "polygon", sides = {1.0, 2.0}}, {kind = "empty"}}
  local sum = 0.0
  for _, s in ipairs(shapes) do sum = sum + area_@(s) end
  local counts, used = {}, 0
  for i = 0, 19 do counts[classify_@(i)] = (counts[classify_@(i)] or 0) + 1 end
  for _ in pairs(counts) do used = used + 1 end
  local double = function(x) return x * 2 + seed end
  local found = find_@(account.history, double(3)) or -1
  return (math.floor(sum) + largest_@(account.history, 0) + used + found + math.floor(account:average())) % 10007
end

---
function main()
  local total = 0
---
  total = (total + run_@(@)) % 1000003
---
  print(total)
end

main()
