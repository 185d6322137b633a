local count, total = 0, 0
for _ = 1, 5 do
  for line in io.lines(arg[1] .. "/text.txt") do
    count = count + 1
    total = total + #line
  end
end
print(count .. " " .. total)
