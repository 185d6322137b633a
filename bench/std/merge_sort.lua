-- Merge sort in Lua, stable: runs of eight by insertion, then twice as long ones each time.
return function(xs)
  local n, width, from, to = #xs, 8, xs, {}
  for low = 1, n, width do
    for i = low + 1, math.min(low + width - 1, n) do
      local x, k = xs[i], i - 1
      while k >= low and x < xs[k] do
        xs[k + 1] = xs[k]
        k = k - 1
      end
      xs[k + 1] = x
    end
  end
  while width < n do
    for low = 1, n, 2 * width do
      local mid, high = math.min(low + width, n + 1), math.min(low + 2 * width, n + 1)
      local i, k, at = low, mid, low
      if mid < high then
        local left, right = from[i], from[k]
        while true do
          if right < left then
            to[at], k, at = right, k + 1, at + 1
            if k == high then break end
            right = from[k]
          else
            to[at], i, at = left, i + 1, at + 1
            if i == mid then break end
            left = from[i]
          end
        end
      end
      for rest = i, mid - 1 do to[at], at = from[rest], at + 1 end
      for rest = k, high - 1 do to[at], at = from[rest], at + 1 end
    end
    from, to, width = to, from, 2 * width
  end
  return from
end
