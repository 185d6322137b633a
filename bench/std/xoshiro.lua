-- xoshiro256** (Blackman & Vigna, 2021), as a function that gives the next 64 bits; the state is filled by splitmix64.
return function(seed)
  local function split()
    seed = seed + 0x9E3779B97F4A7C15
    local x = (seed ~ seed >> 30) * 0xBF58476D1CE4E5B9
    x = (x ~ x >> 27) * 0x94D049BB133111EB
    return x ~ x >> 31
  end
  local a, b, c, d = split(), split(), split(), split()
  return function()
    local five = b * 5
    c, d = c ~ a, d ~ b
    a, b, c, d = a ~ d, b ~ c, c ~ b << 17, d << 45 | d >> 19
    return (five << 7 | five >> 57) * 9
  end
end
