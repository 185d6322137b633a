-- gzip in Lua (RFC 1951, RFC 1952): compress by chains of equal hashes, with a look at the next place, and decompress by tables.
local crc32 = require("crc")
local M = {}
local byte, char, sub, concat = string.byte, string.char, string.sub, table.concat

local LENGTH_BASE, LENGTH_BITS, DISTANCE_BASE, DISTANCE_BITS = {}, {}, {}, {}
do
  local base = 3
  for i = 0, 27 do
    LENGTH_BITS[i] = i < 8 and 0 or (i - 4) // 4
    LENGTH_BASE[i] = base
    base = base + (1 << LENGTH_BITS[i])
  end
  LENGTH_BASE[28], LENGTH_BITS[28] = 258, 0
  base = 1
  for i = 0, 29 do
    DISTANCE_BITS[i] = i < 4 and 0 or (i - 2) // 2
    DISTANCE_BASE[i] = base
    base = base + (1 << DISTANCE_BITS[i])
  end
end
local LENGTH_CODE, DISTANCE_CODE = {}, {}
for i = 0, 28 do
  for n = LENGTH_BASE[i], math.min(258, LENGTH_BASE[i] + (1 << LENGTH_BITS[i]) - 1) do LENGTH_CODE[n] = i end
end
for i = 0, 29 do
  for n = DISTANCE_BASE[i], DISTANCE_BASE[i] + (1 << DISTANCE_BITS[i]) - 1 do DISTANCE_CODE[n] = i end
end
local ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

local function reversed(code, bits)
  local out = 0
  for _ = 1, bits do
    out = out << 1 | code & 1
    code = code >> 1
  end
  return out
end

-- The codes of lengths[0..n-1], their bits in the order in which they are written.
local function codes(lengths, n)
  local counts, following, code, out = {}, {}, 0, {}
  for i = 0, 15 do counts[i] = 0 end
  for i = 0, n - 1 do counts[lengths[i]] = counts[lengths[i]] + 1 end
  counts[0] = 0
  for bits = 1, 15 do
    code = (code + counts[bits - 1]) << 1
    following[bits] = code
  end
  for i = 0, n - 1 do
    local bits = lengths[i]
    if bits > 0 then
      out[i] = reversed(following[bits], bits)
      following[bits] = following[bits] + 1
    end
  end
  return out
end

-- Lengths of codes, of at most `most` bits: Huffman's, with flatter weights until they fit.
local function huffman(weights, n, most)
  local used = {}
  for i = 0, n - 1 do if weights[i] > 0 then used[#used + 1] = i end end
  local lengths = {}
  for i = 0, n - 1 do lengths[i] = 0 end
  if #used == 0 then return lengths end
  if #used == 1 then
    lengths[used[1]] = 1
    return lengths
  end
  local scale = 0
  while true do
    local leaves = {}
    for i, symbol in ipairs(used) do leaves[i] = {weight = (weights[symbol] >> scale) + 1, symbol = symbol} end
    table.sort(leaves, function(a, b) if a.weight ~= b.weight then return a.weight < b.weight end return a.symbol < b.symbol end)
    local pairs, l, p = {}, 1, 1
    local function smallest()
      if l <= #leaves and (p > #pairs or leaves[l].weight <= pairs[p].weight) then
        l = l + 1
        return leaves[l - 1]
      end
      p = p + 1
      return pairs[p - 1]
    end
    for _ = 2, #leaves do
      local a, b = smallest(), smallest()
      pairs[#pairs + 1] = {weight = a.weight + b.weight, a = a, b = b}
    end
    local deepest = 0
    local function walk(node, depth)
      if node.symbol then
        lengths[node.symbol] = depth
        if depth > deepest then deepest = depth end
      else
        walk(node.a, depth + 1)
        walk(node.b, depth + 1)
      end
    end
    walk(pairs[#pairs], 0)
    if deepest <= most then return lengths end
    scale = scale + 1
  end
end

local LEVELS = {[1] = {4, 8, 4, false}, [6] = {128, 128, 16, true}, [9] = {4096, 258, 258, true}}   -- chain, nice length, lazy below, lazy

local function deflate(text, level)
  local chain, nice, lazy_below, lazy = table.unpack(LEVELS[level])
  local out, n_out, bits, count = {}, 0, 0, 0
  local function put(value, n)
    bits = bits | value << count
    count = count + n
    while count >= 32 do
      n_out = n_out + 1
      out[n_out] = char(bits & 255, bits >> 8 & 255, bits >> 16 & 255, bits >> 24 & 255)
      bits = bits >> 32
      count = count - 32
    end
  end
  local symbols, n_symbols, lengths, distances = {}, 0, {}, {}
  for i = 0, 285 do lengths[i] = 0 end
  for i = 0, 29 do distances[i] = 0 end

  local function block(is_last)
    lengths[256] = 1
    local l, d = huffman(lengths, 286, 15), huffman(distances, 30, 15)
    local n_l, n_d = 286, 30
    while n_l > 257 and l[n_l - 1] == 0 do n_l = n_l - 1 end
    while n_d > 1 and d[n_d - 1] == 0 do n_d = n_d - 1 end
    local all, steps, weights = {}, {}, {}
    for i = 0, n_l - 1 do all[#all + 1] = l[i] end
    for i = 0, n_d - 1 do all[#all + 1] = d[i] end
    for i = 0, 18 do weights[i] = 0 end
    local i = 1
    while i <= #all do
      local run = 1
      while all[i + run] == all[i] do run = run + 1 end
      local value, step = all[i], nil
      if value == 0 and run >= 3 then
        run = math.min(run, 138)
        step = run < 11 and {17, run - 3, 3} or {18, run - 11, 7}
      elseif i > 1 and all[i - 1] == value and run >= 3 then
        run = math.min(run, 6)
        step = {16, run - 3, 2}
      else
        run, step = 1, {value, 0, 0}
      end
      weights[step[1]] = weights[step[1]] + 1
      steps[#steps + 1] = step
      i = i + run
    end
    local h = huffman(weights, 19, 7)
    local h_codes, l_codes, d_codes, n_h = codes(h, 19), codes(l, 286), codes(d, 30), 19
    while n_h > 4 and h[ORDER[n_h]] == 0 do n_h = n_h - 1 end
    put(is_last and 5 or 4, 3)
    put(n_l - 257, 5)
    put(n_d - 1, 5)
    put(n_h - 4, 4)
    for k = 1, n_h do put(h[ORDER[k]], 3) end
    for _, step in ipairs(steps) do
      put(h_codes[step[1]], h[step[1]])
      put(step[2], step[3])
    end
    for k = 1, n_symbols do
      local symbol = symbols[k]
      if symbol < 256 then put(l_codes[symbol], l[symbol])
      else
        local length, distance = symbol & 511, symbol >> 9
        local c = LENGTH_CODE[length]
        put(l_codes[257 + c], l[257 + c])
        put(length - LENGTH_BASE[c], LENGTH_BITS[c])
        c = DISTANCE_CODE[distance]
        put(d_codes[c], d[c])
        put(distance - DISTANCE_BASE[c], DISTANCE_BITS[c])
      end
    end
    put(l_codes[256], l[256])
    n_symbols = 0
    for k = 0, 285 do lengths[k] = 0 end
    for k = 0, 29 do distances[k] = 0 end
  end

  local data = {}
  for from = 1, #text, 4096 do
    local part = {byte(text, from, from + 4095)}
    table.move(part, 1, #part, from, data)
  end
  local n, heads, before = #text, {}, {}
  local function enter(at)
    if at + 2 > n then return end
    local hash = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
    before[at & 32767] = heads[hash]
    heads[hash] = at
  end
  local function best(at, least)
    if at + 2 > n then return 0, 0 end
    local place = heads[data[at] << 16 | data[at + 1] << 8 | data[at + 2]]
    local length, distance, left, most = least, 0, chain, math.min(258, n - at + 1)
    while place and at - place <= 32768 and left > 0 do
      if data[place + length] == data[at + length] then
        local k = 3
        while k < most and data[place + k] == data[at + k] do k = k + 1 end
        if k > length then
          length, distance = k, at - place
          if k >= nice or k == most then break end
        end
      end
      local following = before[place & 32767]
      if not following or following >= place then break end
      place = following
      left = left - 1
    end
    return distance > 0 and length or 0, distance
  end
  local function literal(at)
    n_symbols = n_symbols + 1
    symbols[n_symbols] = data[at]
    lengths[data[at]] = lengths[data[at]] + 1
  end
  local at, length, distance = 1, 0, 0
  while at <= n do
    if length == 0 then length, distance = best(at, 2) end
    enter(at)
    if length == 0 then
      literal(at)
      at = at + 1
    else
      local later, farther = 0, 0
      if lazy and length < lazy_below then later, farther = best(at + 1, length) end
      if later > length then
        literal(at)
        at, length, distance = at + 1, later, farther
      else
        n_symbols = n_symbols + 1
        symbols[n_symbols] = length | distance << 9
        local l, d = 257 + LENGTH_CODE[length], DISTANCE_CODE[distance]
        lengths[l] = lengths[l] + 1
        distances[d] = distances[d] + 1
        for k = at + 1, at + length - 1 do enter(k) end
        at, length = at + length, 0
      end
    end
    if n_symbols >= 16384 then block(false) end
  end
  block(true)
  put(0, -count & 7)
  while count > 0 do
    n_out = n_out + 1
    out[n_out] = char(bits & 255)
    bits, count = bits >> 8, count - 8
  end
  return concat(out)
end

function M.compress(text, level)
  return "\x1f\x8b\8\0\0\0\0\0\0\xff" .. deflate(text, level) .. string.pack("<I4I4", crc32(text), #text)
end

-- A table of 2^width steps: bits that come next to length << 9 | symbol; longer codes stand in a table of their own.
local function decoder(lengths, n)
  local written, width = codes(lengths, n), 0
  for i = 0, n - 1 do if lengths[i] > width then width = lengths[i] end end
  local out = {}
  for symbol = 0, n - 1 do
    local bits = lengths[symbol]
    if bits > 0 then
      for k = written[symbol], (1 << width) - 1, 1 << bits do out[k] = bits << 9 | symbol end
    end
  end
  return out, (1 << width) - 1
end

local function inflate(text, at)
  local bits, count = 0, 0
  local function take(n)
    while count < n do
      bits = bits | (byte(text, at) or error("gzip: the end is missing")) << count
      at, count = at + 1, count + 8
    end
    local value = bits & (1 << n) - 1
    bits, count = bits >> n, count - n
    return value
  end
  local out, n, pieces, is_last = {}, 0, {}, 0
  local written = 0
  repeat
    is_last = take(1)
    local kind = take(2)
    if kind == 0 then
      take(count & 7)
      local length = take(16)
      take(16)
      for _ = 1, length do
        n = n + 1
        out[n] = take(8)
      end
    else
      local lengths, n_l, n_d = {}, 288, 30
      if kind == 1 then
        for i = 0, 287 do lengths[i] = i < 144 and 8 or i < 256 and 9 or i < 280 and 7 or 8 end
        for i = 0, 29 do lengths[288 + i] = 5 end
      else
        n_l, n_d = take(5) + 257, take(5) + 1
        local h = {}
        for i = 0, 18 do h[i] = 0 end
        for i = 1, take(4) + 4 do h[ORDER[i]] = take(3) end
        local steps, mask = decoder(h, 19)
        local i = 0
        while i < n_l + n_d do
          while count < 7 do bits, at, count = bits | (byte(text, at) or 0) << count, at + 1, count + 8 end
          local step = steps[bits & mask]
          bits, count = bits >> (step >> 9), count - (step >> 9)
          local symbol = step & 511
          if symbol < 16 then
            lengths[i] = symbol
            i = i + 1
          else
            local value, run = 0, nil
            if symbol == 16 then value, run = lengths[i - 1], 3 + take(2)
            elseif symbol == 17 then run = 3 + take(3)
            else run = 11 + take(7) end
            for _ = 1, run do
              lengths[i] = value
              i = i + 1
            end
          end
        end
      end
      local far = {}
      for i = 0, n_d - 1 do far[i] = lengths[n_l + i] end
      local steps, mask = decoder(lengths, n_l)
      local far_steps, far_mask = decoder(far, n_d)
      while true do
        while count < 48 do bits, at, count = bits | (byte(text, at) or 0) << count, at + 1, count + 8 end
        local step = steps[bits & mask]
        bits, count = bits >> (step >> 9), count - (step >> 9)
        local symbol = step & 511
        if symbol < 256 then
          n = n + 1
          out[n] = symbol
        elseif symbol == 256 then break
        else
          symbol = symbol - 257
          local extra = LENGTH_BITS[symbol]
          local length = LENGTH_BASE[symbol] + (bits & (1 << extra) - 1)
          bits, count = bits >> extra, count - extra
          step = far_steps[bits & far_mask]
          bits, count = bits >> (step >> 9), count - (step >> 9)
          symbol = step & 511
          extra = DISTANCE_BITS[symbol]
          local from = n - DISTANCE_BASE[symbol] - (bits & (1 << extra) - 1)
          bits, count = bits >> extra, count - extra
          for k = 1, length do out[n + k] = out[from + k] end
          n = n + length
        end
      end
    end
  until is_last == 1
  for from = 1, n, 4096 do pieces[#pieces + 1] = char(table.unpack(out, from, math.min(n, from + 4095))) end
  return concat(pieces), at - count // 8
end

function M.decompress(data)
  if sub(data, 1, 3) ~= "\x1f\x8b\8" or byte(data, 4) ~= 0 then error("gzip: not a plain member") end
  local text, at = inflate(data, 11)
  local sum, size = string.unpack("<I4I4", data, at)
  if sum ~= crc32(text) or size ~= #text then error("gzip: damaged") end
  return text
end

return M
