local Circle, Square, Rect = {}, {}, {}
Circle.__index = Circle Square.__index = Square Rect.__index = Rect
function Circle:area() return 3.0 * self.r * self.r end
function Square:area() return self.s * self.s end
function Rect:area() return self.w * self.h end
local shapes = {}
for i = 0, 999 do
  local x = i % 10 + 0.0
  shapes[i + 1] = i % 3 == 0 and setmetatable({r = x}, Circle) or i % 3 == 1 and setmetatable({s = x}, Square) or setmetatable({w = x, h = 2.0}, Rect)
end
local total = 0.0
for _ = 1, 10000 do for i = 1, #shapes do total = total + shapes[i]:area() end end
print(string.format("%d", total))
