-- SPDX-License-Identifier: Apache-2.0
-- A simulated world: physics on a fixed grid, and the simulated devices that look into it.
--
-- Time stands at `now`, a whole number of grid steps. The world is stepped once before time zero, so
-- that every line it drives has its level when the run begins.

local davy, native = ...

local world                -- what the author wrote
local w                    -- its state
local lines = {}           -- levels: outputs as they are set, inputs as the world drives them
local inputs               -- names of the lines the world drives
local specimen             -- what the order says of it, as texts
local sent = {}            -- their levels as last reported
local simulators = {}      -- device -> what its author wrote
local streams = {}         -- what devices say by themselves: { device, index, every, call, what }
local grid, dt
local now = 0
local told_most = 256      -- changes of pulse lines in one answer

-- ---- noise ----

local seed
local noises = {}          -- name -> state of its generator

local function hash(text)
  local sum = 0xCBF29CE484222325
  for i = 1, #text do sum = (sum ~ text:byte(i)) * 0x100000001B3 end
  return sum
end

-- The next number in (0, 1) of the generator `name` (splitmix64).
local function uniform(name)
  local state = (noises[name] or hash(name) ~ seed) + 0x9E3779B97F4A7C15
  noises[name] = state
  local z = state
  z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  z = z ~ (z >> 31)
  return ((z >> 11) + 0.5) / 2.0 ^ 53
end

-- lua: w:noise("name", standard_deviation) -> normal; each name has its own sequence
local function noise(_, name, deviation)
  if type(name) ~= "string" then davy.raise("w:noise needs a name: w:noise(\"flow\", 0.01)") end
  local radius = math.sqrt(-2 * math.log(uniform(name)))
  return (deviation or 1) * radius * math.cos(2 * math.pi * uniform(name))
end

-- ---- the grid ----

local function same_level(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  return a[1] == b[1] and a[2] == b[2]
end

local function level_of(name)
  local level = lines[name]
  if type(level) == "table" then return { level[1] + 0.0, (level[2] or 0) + 0.0 } end
  if type(level) == "number" then return level + 0.0 end
  return level or false
end

-- The driven lines that changed since they were last reported, and whether one of them is a contact.
local function changes()
  local changed, edge
  for _, name in ipairs(inputs) do
    if lines[name] ~= sent[name] then             -- seldom, and a table may still say the same
      local level = level_of(name)
      if not same_level(level, sent[name]) then
        changed = changed or {}
        changed[name] = level
        edge = edge or type(level) == "boolean" or type(sent[name]) == "boolean"
        sent[name] = level
      end
    end
  end
  return changed, edge
end

local function report(reached, edges, pulses, said)
  native.emit("OUT", { reached = reached, lines = edges or {}, pulses = pulses, streams = said })
end

-- A block has hundreds of numbers: they travel as one text, eight bytes each, lowest byte first.
local function packed(stream, fields)
  for i = 1, #fields do
    if type(fields[i]) ~= "number" then
      error(("%s: number %d is %s"):format(stream.what, i, tostring(fields[i])), 0)
    end
  end
  stream.format = stream.format or "<" .. ("d"):rep(#fields)
  return string.pack(#fields == #stream.format - 1 and stream.format or "<" .. ("d"):rep(#fields),
    table.unpack(fields))
end

-- What this stream says now, or nil. Numbers may come one by one or as one list.
local function message(stream)
  w.device = stream.device
  local said = { stream.call(w) }
  if type(said[1]) == "table" then said = said[1] end
  if said[1] == nil then return nil end
  local message = { device = stream.device, index = stream.index }
  if stream.text then
    message.text = tostring(said[1])
  else
    message.fields = packed(stream, said)
  end
  return message
end

local function messages()
  local said
  for _, stream in ipairs(streams) do
    local one = now % stream.every == 0 and message(stream)
    if one then
      said = said or {}
      said[#said + 1] = one
    end
  end
  return said
end

-- An edge may be waited for and stops the world, and so does what a device says by itself. A pulse
-- line is only ever counted, so its changes are told afterwards, each with its time.
local function advance(to)
  local pulses
  while now + grid <= to do
    world.advance(w, dt, lines)
    now = now + grid
    local changed, edge = changes()
    local said = messages()
    if changed and not edge then
      pulses = pulses or {}
      pulses[#pulses + 1] = { t = now, lines = changed }
    end
    if edge or said then
      report(now, edge and changed, pulses, said)
      return
    end
    if pulses and #pulses == told_most then break end
  end
  report(now, nil, pulses)
end

-- ---- start ----

-- What a text of the DUT's data is as a bare number, or as bare numbers from `low` to `high`.
local function number_of(text)
  local quantity = native.quantity(text)
  if quantity then return quantity:number() end
  local low, high = native.bounds(text)
  return low and { low = low, high = high } or text
end

local function quantities_of(texts)
  local quantities, numbers = {}, {}
  for name, text in pairs(texts) do
    quantities[name] = native.quantity(text) or text
    numbers[name] = number_of(text)
  end
  return quantities, numbers
end

local function make_state(dut)
  local quantities, numbers = quantities_of(dut)
  local state = world.state or {}
  if type(state) == "function" then state = state(numbers) end
  if type(state) ~= "table" then davy.raise("world: state is a table, or a function that returns one") end
  state.dut = quantities
  return setmetatable(state, { __index = { noise = noise }, __metatable = false })
end

local function apply_fault(name, severity)
  local fault = (world.faults or {})[name]
  if not fault then
    error(("the world has no fault '%s'; it has: %s"):format(name,
      davy.names_of(world.faults or {})), 0)
  end
  if type(fault) == "table" then fault = fault.apply or fault[1] end
  fault(w, severity, lines)
end

local function add_stream(device, index, entry, bus)
  local what = ("simulator of %s: stream %d"):format(device, index)
  local call = entry.call or entry[2]
  local every, why = native.nanoseconds(davy.amount(entry.every or "", what .. ": every"))
  if type(call) ~= "function" then error(what .. " needs function(w) … end", 0) end
  if not every or every == 0 or every % grid ~= 0 then
    error(("%s: every is %s, which is no whole number of the world's steps of %s"):format(what,
      tostring(entry.every), tostring(world.grid or "100 ms")) .. (why and ": " .. why or ""), 0)
  end
  streams[#streams + 1] = {
    device = device, index = index, every = every, call = call, text = bus == "line", what = what,
  }
end

-- A world may drive more lines than this fixture has; but with one that it leaves alone, too, one of
-- the two is misspelt.
local function check_lines(start)
  local known, left = {}
  for name in pairs(start.outputs) do known[name] = true end
  for _, name in ipairs(inputs) do
    known[name] = true
    if lines[name] == nil then left = left or name end
  end
  for name in pairs(lines) do
    if left and not known[name] then
      error(("%s: it drives a line '%s', which the fixture does not have, and not its '%s'"):format(
        start.world, tostring(name), left), 0)
    end
  end
end

local function begin(start)
  world = davy.read_instrument("world", start.world).written
  for device, source in pairs(start.simulators) do
    simulators[device] = davy.read_instrument("simulator", source).written
  end
  seed = start.seed
  local step, why = native.nanoseconds(davy.amount(world.grid or "100 ms", "grid"))
  if not step or step == 0 then error("world: grid: " .. (why or "0 s is no step"), 0) end
  grid, dt = step, step / 1e9
  for device, simulator in pairs(simulators) do
    for i, entry in ipairs(simulator.streams or {}) do
      add_stream(device, i, entry, simulator.bus)
    end
  end
  inputs = start.inputs
  for name, level in pairs(start.outputs) do lines[name] = level end

  specimen = start.dut
  w = make_state(start.dut)
  if start.fault then apply_fault(start.fault, start.severity) end
  world.advance(w, dt, lines)
  check_lines(start)
  changes()
  local all = {}
  for _, name in ipairs(inputs) do all[name] = level_of(name) end
  report(0, all)
end

-- ---- devices ----

-- Two devices may share a twin: it finds its own part of the world by w.device.
local function entry_of(ask, group, index)
  local simulator = simulators[ask.device]
  w.device = ask.device
  local entry = simulator and simulator[group] and simulator[group][index]
  return entry or error(("simulator of %s: there is no entry %s of %s"):format(ask.device,
    tostring(index), group), 0)
end

local function read_register(ask, index)
  local entry = entry_of(ask, "registers", index)
  local value = entry.value
  if entry.read then value = entry.read(w) end
  if type(value) == "number" and value ~= value or type(value) == "nil" then
    error(("simulator of %s: register %d has no value (%s)"):format(ask.device, index,
      tostring(value)), 0)
  end
  return value
end

local operations = {}

function operations.read(ask)
  local values = {}
  for i, index in ipairs(ask.index) do values[i] = read_register(ask, index) end
  return { values = values }
end

function operations.write(ask)
  local entry = entry_of(ask, "registers", ask.index)
  if not entry.write then return { ok = false } end
  return { ok = entry.write(w, ask.number) ~= false }
end

function operations.answer(ask)
  local entry = entry_of(ask, "answers", ask.index)
  local text = entry[2] or entry.call or entry.text
  if type(text) == "function" then text = text(w, table.unpack(ask.captures)) end
  return { text = text }
end

function operations.frame(ask)
  local entry = entry_of(ask, "frames", ask.index)
  local fields = { (entry.call or entry[3])(w, table.unpack(ask.fields)) }
  if fields[1] == nil then return {} end
  for i, field in ipairs(fields) do
    fields[i] = type(field) == "number" and field + 0.0 or field
  end
  return { fields = fields }
end

-- A simulated person scans what is there: the specimen of the order, unless the world has another word for it.
local function scanned(id)
  local name = id:match("^scan%.([%w_]+)%.%l+%d*$")
  return name and specimen[name]
end

function operations.operator(ask)
  local answer = (world.operator or {})[ask.id]
  local text = answer and answer(w)
  return { text = text or scanned(ask.id) }
end

function davy.deliver(type, request, payload)
  if type == "START" then
    begin(payload)
  elseif type == "ADVANCE" then
    advance(payload.to)
  elseif type == "LINES" then
    for name, level in pairs(payload.lines) do lines[name] = level end
  elseif type == "ASK" then
    native.emit("ANSWER", operations[payload.op](payload), request)
  end
end
