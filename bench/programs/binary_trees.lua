local function make(depth) if depth == 0 then return {} end return {left = make(depth - 1), right = make(depth - 1)} end
local function check(t) local n = 1 if t.left then n = n + check(t.left) end if t.right then n = n + check(t.right) end return n end
local long_lived = make(14)
local total = 0
for i = 1, 300 do total = total + check(make(12)) end
print(total + check(long_lived))
