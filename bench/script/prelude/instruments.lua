-- SPDX-License-Identifier: Apache-2.0
-- The words `driver`, `simulator` and `world`: tables that mostly say it all themselves.

local davy, native = ...

local raise_at = davy.raise_at

-- A copy without functions; quantities become texts. What has both names and places keeps its places
-- as a list of its own: `flags` of a register, `items` elsewhere.
local function data_of(written)
  if type(written) ~= "table" then return davy.plain(written) end
  local data, places, names = {}, {}, false
  for key, value in pairs(written) do
    if type(value) ~= "function" then
      if math.type(key) == "integer" then
        places[#places + 1] = data_of(value)
      else
        names = true
        data[tostring(key)] = data_of(value)
      end
    end
  end
  if not names then return places end
  if #places > 0 then data[written.as == "flags" and "flags" or "items"] = places end
  return data
end

-- A frame's layout may be written as a list of its parts.
local function join_layouts(item)
  for _, name in ipairs { "ask", "tell", "reply", "layout" } do
    if type(item[name]) == "table" then item[name] = table.concat(item[name], " ") end
  end
end

local function driver_data(written)
  local data = data_of(written)
  for _, group in ipairs { "reads", "writes", "streams", "scans" } do
    for _, item in pairs(data[group] or {}) do join_layouts(item) end
  end
  if data.identify then join_layouts(data.identify) end
  return data
end

-- ---- simulators: what answers, in the author's order ----

local function register_data(entry)
  local data = data_of(entry)
  data.read = entry.read ~= nil or nil
  data.write = entry.write ~= nil or nil
  return data
end

-- { "FLOW?", "FLOW 1" } or { "FLOW?", function(w) … end }
local function answer_data(entry)
  local data = { ["1"] = entry[1] or entry.ask }
  if type(entry[2]) == "function" or entry.call then
    data.call = true
  else
    data.text = entry[2] or entry.text
  end
  return data
end

-- { "FF 01 …", "FF 86 u16 …", function(w) … end }, or with ask, reply, call
local function frame_data(entry)
  local data = { ask = entry.ask or entry[1], reply = entry.reply or entry[2], call = true }
  join_layouts(data)
  return data
end

-- { "A5 5A …", every = "500 ms", function(w) … end }: what the device says by itself
local function stream_data(entry)
  local data = {
    layout = entry.layout or entry[1], every = davy.plain(entry.every), call = true,
  }
  join_layouts(data)
  return data
end

local ENTRIES = {
  registers = register_data, answers = answer_data, frames = frame_data, streams = stream_data,
}

local function simulator_data(written)
  local data = { id = written.id, bus = written.bus, delay = davy.plain(written.delay) }
  for name, entry_data in pairs(ENTRIES) do
    if written[name] then
      data[name] = {}
      for i, entry in ipairs(written[name]) do data[name][i] = entry_data(entry) end
    end
  end
  return data
end

-- ---- worlds ----

local WORLD = {
  grid = true, state = true, advance = "function", faults = "table", operator = "table",
  id = "string", title = "string", zh = "string",
}

local function world_data(written)
  local data = { grid = davy.plain(written.grid) or "100 ms", faults = {}, operator = {} }
  for name, fault in pairs(written.faults or {}) do
    local words = type(fault) == "table" and fault or {}
    data.faults[#data.faults + 1] = { name = name, title = words.title, zh = words.zh }
  end
  for name in pairs(written.operator or {}) do data.operator[#data.operator + 1] = name end
  return data
end

-- ---- what a driver and a simulator may say: a misspelt `scale` must not read as 1 ----

local DRIVER = {
  id = "string", bus = "string", title = "string", zh = "string", framing = "table",
  identify = "table", reads = "table", writes = "table", streams = "table", healthy = "table",
  refusals = "table", scans = "table",
}
local SCAN = { ask = "layout", reply = "layout", stream = "string" }
local FRAMING = { serial = "string", ends = "string", within = "amount", retries = "integer" }
local ITEM = {
  input = "integer", holding = "integer", as = "string", ask = "layout", tell = "layout",
  reply = "layout", field = "integer", unit = "string", scale = "number", digit = "number",
  range = "string", words = "table", stream = "string", samples = "integer", spacing = "amount",
  is = "string",
}
local STREAM = {
  layout = "layout", every = "amount", silent = "amount", number = "table", clock = "table",
}
local NUMBER, CLOCK = { field = "integer" }, { field = "integer", unit = "string" }
local HEALTH = { without = "string", needs = "string", else_says = "string" }
local SIMULATOR = {
  id = "string", bus = "string", title = "string", zh = "string", delay = "amount",
  registers = "table", answers = "table", frames = "table", streams = "table",
}

-- Fields of each entry of `group`; what stands in it by place is looked at where it is used.
local function check_group(where, written, group, known)
  for name, entry in pairs(written[group] or {}) do
    local what, named = ("%s.%s"):format(group, tostring(name)), {}
    if type(entry) ~= "table" then raise_at(where, "%s is a table", what) end
    for field, value in pairs(entry) do
      if math.type(field) ~= "integer" then named[field] = value end
    end
    davy.check_fields(where, what, named, known)
  end
end

local function check_instrument(where, kind, written, known)
  davy.check_fields(where, kind, written, known)
  davy.need_text(where, kind, written, "id")
  davy.need_text(where, kind, written, "bus")
end

local function check_stream(where, what, stream)
  davy.check_fields(where, what .. ": number", stream.number or {}, NUMBER)
  davy.check_fields(where, what .. ": clock", stream.clock or {}, CLOCK)
end

-- A read is asked for, or comes with a stream.
local function check_read(where, what, read)
  if read.stream and (read.ask or read.reply) then
    raise_at(where, "%s: it comes with the stream '%s' and is not asked for", what, read.stream)
  end
  for _, field in ipairs { "samples", "spacing" } do
    if read[field] and not read.stream then
      raise_at(where, "%s: '%s' is of what a stream brings", what, field)
    end
  end
end

local function check_each(where, written, group, check)
  for name, entry in pairs(written[group] or {}) do
    check(where, ("%s.%s"):format(group, name), entry)
  end
end

local function check_driver(where, kind, written)
  check_instrument(where, kind, written, DRIVER)
  davy.check_fields(where, "framing", written.framing or {}, FRAMING)
  check_group(where, { identify = { written.identify } }, "identify", ITEM)
  check_group(where, written, "reads", ITEM)
  check_group(where, written, "writes", ITEM)
  check_group(where, written, "streams", STREAM)
  check_group(where, written, "scans", SCAN)
  check_group(where, written, "healthy", HEALTH)
  for _, group in ipairs { "reads", "writes", "streams", "scans", "refusals" } do
    davy.check_names(where, group, written[group] or {})
  end
  check_each(where, written, "streams", check_stream)
  check_each(where, written, "reads", check_read)
end

local function check_simulator(where, kind, written)
  check_instrument(where, kind, written, SIMULATOR)
  for name in pairs(ENTRIES) do
    for i, entry in ipairs(written[name] or {}) do
      if type(entry) ~= "table" then
        raise_at(where, "simulator: %s: %d is a table, not a %s", name, i, type(entry))
      end
    end
  end
  for i, entry in ipairs(written.streams or {}) do
    local layout = entry.layout or entry[1]
    if type(layout) ~= "string" and type(layout) ~= "table" then
      raise_at(where, "simulator: stream %d begins with its layout", i)
    end
  end
end

-- ---- reading a file of one kind ----

-- What a file of the world's own folder returns: in b/world.lua, `part "cell"` is what b/world/cell.lua does.
local function part_word(world)
  return function(name)
    if type(name) ~= "string" then davy.raise("part is given a name: part \"cell\"") end
    local file = ("%s/%s.lua"):format(world:gsub("%.lua$", ""), name)
    if not native.has_source(file) then
      davy.raise("this world has no part '%s': there is no %s", name, file)
    end
    return davy.evaluate(file, {})
  end
end

-- The two faults that most worlds are full of: a figure of the state that goes to `value`, and something that becomes true.
local function moves(name, value, title, zh)
  return { title = title, zh = zh, function(w, severity)
    if type(w[name]) ~= "number" then davy.raise("this world's state has no figure '%s' that a fault could move", name) end
    w[name] = w[name] + (value - w[name]) * severity
  end }
end

local function breaks(name, title, zh)
  return { title = title, zh = zh, function(w, severity) w[name] = severity > 0 end }
end

local KINDS = {
  driver = { data = driver_data, check = check_driver },
  simulator = { data = simulator_data, check = check_simulator },
  world = {
    data = world_data,
    check = function(where, kind, written)
      davy.check_fields(where, kind, written, WORLD)
      if not written.advance then raise_at(where, "world needs advance = function(w, dt, lines)") end
    end,
  },
  station = davy.station,
}

-- Evaluate a file that holds one `kind { … }`: { written, data }.
function davy.read_instrument(kind, source)
  local result
  local words = {
    slot = kind == "station" and davy.slot_word or nil,
  }
  if kind == "world" then words.part, words.moves, words.breaks = part_word(source), moves, breaks end
  words[kind] = function(written)
    local where = native.where() or source .. ":1" -- a tail call has no line
    if result then raise_at(where, "there is a %s in this file already", kind) end
    KINDS[kind].check(where, kind, written)
    result = { written = written, data = KINDS[kind].data(written, where) }
    return written
  end
  davy.evaluate(source, words)
  if not result then error(("%s:1: this file declares no %s { … }"):format(source, kind), 0) end
  return result
end
