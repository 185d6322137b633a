-- Regular expressions over bytes in plain Lua, in linear time: \d \w \s \b . [] () (?:) | * + ? {n,m} ^ $.
-- Automata made while they run find where the leftmost match ends, and backwards from there where it starts (Thompson 1968; Cox, "Regular expression matching
-- in the wild", 2010). Groups are for expressions where the next byte always tells the way.
local byte, END = string.byte, 256 -- END stands in front of the text and behind it

-- ---- sets of bytes ----

local function set_of(has)
  local set = {}
  for b = 0, 255 do set[b] = has(b) end
  return set
end
local function without(set) return set_of(function(b) return not set[b] end) end
local function range(low, high) return set_of(function(b) return b >= low and b <= high end) end
local WORD = set_of(function(b) return b == 95 or b >= 48 and b <= 57 or b >= 65 and b <= 90 or b >= 97 and b <= 122 end)
local named = {d = range(48, 57), w = WORD, s = set_of(function(b) return b == 32 or b >= 9 and b <= 13 end)}
for _, name in ipairs({"d", "w", "s"}) do named[name:upper()] = without(named[name]) end

-- ---- from text to trees ----

local function parse(pattern)
  local at, groups, alternatives = 1, 0, nil
  local function take(text)
    if pattern:sub(at, at + #text - 1) ~= text then return false end
    at = at + #text
    return true
  end
  local function character()
    at = at + 1
    return byte(pattern, at - 1)
  end
  local function class()
    local negated, parts = take("^"), {}
    repeat
      if take("\\") then
        local c = string.char(character())
        parts[#parts + 1] = named[c] or range(byte(c), byte(c))
      else
        local low = character()
        parts[#parts + 1] = range(low, take("-") and character() or low)
      end
    until take("]")
    local set = set_of(function(b)
      for _, part in ipairs(parts) do if part[b] then return true end end
      return false
    end)
    return negated and without(set) or set
  end
  local function atom()
    if take("(?:") then return alternatives() end
    if take("(") then
      groups = groups + 1
      local number = groups
      return {kind = "group", number = number, alternatives()}
    end
    if take("[") then return {kind = "set", set = class()} end
    if take(".") then return {kind = "set", set = without(range(10, 10))} end
    if take("^") then return {kind = "assert", what = "start"} end
    if take("$") then return {kind = "assert", what = "end"} end
    if take("\\b") then return {kind = "assert", what = "boundary"} end
    if take("\\") then
      local c = string.char(character())
      return {kind = "set", set = named[c] or range(byte(c), byte(c))}
    end
    local c = character()
    return {kind = "set", set = range(c, c)}
  end
  local function repeated()
    local item = atom()
    while true do
      local low, high = pattern:match("^{(%d+),?(%d*)}", at)
      if take("*") then item = {kind = "repeat", min = 0, item}
      elseif take("+") then item = {kind = "repeat", min = 1, item}
      elseif take("?") then item = {kind = "repeat", min = 0, max = 1, item}
      elseif low then
        local is_open = pattern:match("^{%d+,}", at)
        item = {kind = "repeat", min = tonumber(low), max = not is_open and tonumber(high ~= "" and high or low) or nil, item}
        at = pattern:find("}", at, true) + 1
      else return item end
    end
  end
  function alternatives()
    local all = {kind = "either"}
    repeat
      local sequence = {kind = "sequence"}
      while at <= #pattern and not pattern:find("^[|)]", at) do sequence[#sequence + 1] = repeated() end
      all[#all + 1] = sequence
    until not take("|")
    take(")")
    return all
  end
  return alternatives()
end

-- ---- from trees to programs: instructions that know what comes behind them ----

local function compile(tree, is_backwards)
  local count = 0
  local function add(instruction)
    count = count + 1
    instruction.number = count
    return instruction
  end
  local function emit(node, out)
    local kind = node.kind
    if kind == "set" then return add({kind = kind, set = node.set, out = out}) end
    if kind == "assert" then return add({kind = kind, what = node.what, out = out}) end
    if kind == "group" then
      if is_backwards then return emit(node[1], out) end
      return add({kind = "save", slot = 2 * node.number - 1, out = emit(node[1], add({kind = "save", slot = 2 * node.number, out = out}))})
    end
    if kind == "either" then
      local split = add({kind = "split"})
      for i, item in ipairs(node) do split[i] = emit(item, out) end
      return split
    end
    if kind == "sequence" then
      for i = 1, #node do out = emit(node[is_backwards and i or #node + 1 - i], out) end
      return out
    end
    local last = out -- repeat
    if node.max then
      for _ = node.min + 1, node.max do out = add({kind = "split", emit(node[1], out), last}) end
    else
      local loop = add({kind = "split"})
      loop[1], loop[2] = emit(node[1], loop), out
      out = loop
    end
    for _ = 1, node.min do out = emit(node[1], out) end
    return out
  end
  local start = emit(tree, add({kind = "match"}))
  if is_backwards then return start end
  local search = add({kind = "split", start})
  search[2] = add({kind = "set", set = range(0, 255), out = search})
  return start, search
end

-- ---- automata: a state is the instructions at which it may be, in order of preference, and what the byte before was ----

local Automaton = {}
Automaton.__index = Automaton
local function automaton(start, is_backwards)
  return setmetatable({start = start, is_backwards = is_backwards, states = {}, starts = {}}, Automaton)
end

function Automaton:state(instructions, before, is_match)
  local names = {is_match and "match" or "", before == END and "edge" or WORD[before] and "word" or ""}
  for i, instruction in ipairs(instructions) do names[i + 2] = instruction.number end
  local name = table.concat(names, ",")
  local state = self.states[name]
  if not state then
    local is_dead = #instructions == 0
    state = {instructions = instructions, before = before, is_match = is_match, is_dead = is_dead, is_special = is_match or is_dead}
    self.states[name] = state
  end
  return state
end

-- Where a state goes with a byte. A match is noticed with the byte behind it, on which \b and $ depend.
function Automaton:step(state, b)
  local before, seen, to, known, is_match = state.before, {}, {}, {}, false
  local at_start, at_end = before == END, b == END
  if self.is_backwards then at_start, at_end = at_end, at_start end
  local holds = {start = at_start, ["end"] = at_end, boundary = (WORD[before] or false) ~= (WORD[b] or false)}
  local function follow(i)
    if seen[i] then return false end
    seen[i] = true
    if i.kind == "match" then
      is_match = true
      return not self.is_backwards -- what is less preferred does not count; backwards the longest does
    end
    if i.kind == "save" or i.kind == "assert" and holds[i.what] then return follow(i.out) end
    if i.kind == "split" then
      for _, branch in ipairs(i) do if follow(branch) then return true end end
    end
    if i.kind == "set" and i.set[b] and not known[i.out] then
      known[i.out] = true
      to[#to + 1] = i.out
    end
    return false
  end
  for _, i in ipairs(state.instructions) do if follow(i) then break end end
  local next_state = self:state(to, b, is_match)
  state[b] = next_state
  return next_state
end

-- The last place in front of which there is a match, going by `by` from `at`; nil: none.
function Automaton:run(bytes, at, by)
  local before = bytes[at - by]
  local state = self.starts[before]
  if not state then
    state = self:state({self.start}, before, false)
    self.starts[before] = state
  end
  local found
  while true do
    local b = bytes[at]
    state = state[b] or self:step(state, b)
    if state.is_special then
      if state.is_match then found = at end
      if state.is_dead then return found end
    end
    at = at + by
  end
end

-- ---- expressions ----

local M, Regex = {}, {}
Regex.__index = Regex

function M.compile(pattern)
  local tree = parse(pattern)
  local start, search = compile(tree, false)
  return setmetatable({start = start, forwards = automaton(search, false), backwards = automaton(compile(tree, true), true)}, Regex)
end

-- The bytes of a text, with END at both ends: what the rest works on.
function M.bytes(text)
  local bytes, n = {[0] = END}, #text
  for i = 1, n, 8 do
    bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3], bytes[i + 4], bytes[i + 5], bytes[i + 6], bytes[i + 7] = byte(text, i, i + 7)
  end
  bytes[n + 1] = END
  return bytes, n
end

-- The next match from `at` on: where it starts, and where what follows does; nil: none.
function Regex:find(bytes, at)
  local stop = self.forwards:run(bytes, at, 1)
  if not stop then return nil end
  return self.backwards:run(bytes, stop - 1, -1) + 1, stop
end

-- All matches, as in: for start, stop in expression:each(bytes, n).
function Regex:each(bytes, n)
  local at = 1
  return function()
    if at > n + 1 then return nil end
    local start, stop = self:find(bytes, at)
    if start then at = stop > start and stop or stop + 1 end
    return start, stop
  end
end

-- Where an instruction leads with a byte, and what is saved on the way.
local function way(from, b)
  local found, slots = nil, {}
  local function follow(i, depth)
    if i.kind == "save" then slots[depth + 1] = i.slot return follow(i.out, depth + 1) end
    if i.kind == "assert" then return follow(i.out, depth) end -- holds, or find() had found nothing
    if i.kind == "split" then
      for _, branch in ipairs(i) do follow(branch, depth) end
    elseif i.kind == "match" and b == END or i.kind == "set" and i.set[b] then
      assert(not found, "several ways")
      found = {to = i.out, table.unpack(slots, 1, depth)}
    end
  end
  follow(from, 0)
  from[b] = found
  return found
end

-- Where the groups of the match in front of `stop` start, and where what follows them does, in turn.
function Regex:groups(bytes, start, stop)
  local at, places = self.start, {}
  for i = start, stop do
    local b = i < stop and bytes[i] or END
    local found = at[b] or way(at, b)
    for k = 1, #found do places[found[k]] = i end
    at = found.to
  end
  return places
end

return M
