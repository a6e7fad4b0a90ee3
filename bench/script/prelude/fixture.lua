-- SPDX-License-Identifier: Apache-2.0
-- The word `fixture` and the words inside it. The object it returns takes the fixture's own methods.

local davy, native = ...

local raise_at = davy.raise_at

local FIXTURE = {
  id = "string", title = "string", zh = "string", suits = "table", ports = "table",
  devices = "table", lines = "table", interlocks = "table", estop = "string",
  references = "table", channels = "table", groups = "table", world = "string",
  simulator = "string", grace = "amount", safe_sequence = "table",
  resources = "table", gases = "table",
}
local PARTS = {
  serial  = { [1] = "string", rs485 = "boolean" },
  device  = { [1] = "string", port = "string", unit = "integer", dut = "boolean", safe = "table",
              longest = "table", teardown = "table", bounds = "table", follows = "table" },
  valve   = { safe = "string", active = "string", longest = "amount", teardown = "boolean",
              read_back = "string", within = "amount" },
  switch  = { safe = "string", active = "string", longest = "amount", teardown = "boolean",
              read_back = "string", within = "amount" },
  contact = { active = "string", debounce = "amount" },
  pulse   = { active = "string", gate = "amount", debounce = "amount" },
}
local CHANNEL = {
  [1] = "string", from = "string", every = "amount", resolution = "amount",
  dut = "boolean", delay = "amount", within = "amount",
  breath = "string", of = "string", flow = "string", threshold = "amount",
}
local REFERENCE = { [1] = "string", of = "string", gas = "string" }
local INTERLOCK = {
  [1] = "string", needs = "string", limit = "string", guards = "table", after = "amount",
  fresh = "amount",
}
local FOLLOWS = {
  read = "string", write = "string", within = "amount", after = "amount", else_says = "string",
}
local LINES = { valve = true, switch = true, contact = true, pulse = true }

local made_by = {}         -- what a word inside the fixture returned -> that word

local function part_word(kind)
  return function(written)
    local where = native.where()
    davy.check_fields(where, kind, written, PARTS[kind])
    made_by[written] = kind
    return written
  end
end

local function kind_of(where, group, name, part, wanted)
  local kind = made_by[part]
  if not wanted[kind] then
    raise_at(where, "fixture: %s.%s is not made with %s", group, tostring(name),
      davy.names_of(wanted))
  end
  return kind
end

-- ---- data for the loader ----

local function plain_map(map)
  local data = {}
  for name, value in pairs(map) do data[name] = davy.plain(value) end
  return data
end

local function ports_data(where, ports)
  local data = {}
  for name, part in pairs(ports) do
    kind_of(where, "ports", name, part, { serial = true })
    data[name] = { settings = part[1], rs485 = part.rs485 or false }
  end
  return data
end

-- One table, or a list of them.
local function follows_data(where, name, written)
  if not written then return nil end
  local data = {}
  for i, one in ipairs(written[1] and written or { written }) do
    davy.check_fields(where, ("devices.%s: follows"):format(tostring(name)), one, FOLLOWS)
    data[i] = plain_map(one)
  end
  return data
end

local function devices_data(where, devices)
  local data = {}
  for name, part in pairs(devices) do
    kind_of(where, "devices", name, part, { device = true })
    for _, field in ipairs { "safe", "longest", "bounds" } do
      davy.check_names(where, ("devices.%s: %s"):format(name, field), part[field] or {})
    end
    data[name] = {
      driver = part[1], port = part.port, unit = part.unit, dut = part.dut or false,
      safe = plain_map(part.safe or {}), longest = part.longest and plain_map(part.longest),
      teardown = part.teardown, bounds = part.bounds, follows = follows_data(where, name, part.follows),
    }
  end
  return data
end

local function lines_data(where, lines)
  local data = {}
  for name, part in pairs(lines) do
    local line = plain_map(part)
    line.kind = kind_of(where, "lines", name, part, LINES)
    data[name] = line
  end
  return data
end

local function channels_data(where, channels)
  local data = {}
  for name, written in pairs(channels) do
    if type(written) == "string" then written = { written } end
    davy.check_fields(where, ("channel '%s'"):format(tostring(name)), written, CHANNEL)
    data[name] = {
      from = written.from or written[1], every = davy.plain(written.every),
      resolution = davy.plain(written.resolution), dut = written.dut,
      delay = davy.plain(written.delay),
      within = davy.plain(written.within), breath = written.breath, of = written.of,
      flow = written.flow, threshold = davy.plain(written.threshold),
    }
  end
  return data
end

-- A unit, or a component of what comes from a line.
local function references_data(where, references)
  local data = {}
  for name, written in pairs(references) do
    data[name] = written
    if type(written) == "table" then
      davy.check_fields(where, ("reference '%s'"):format(tostring(name)), written, REFERENCE)
      data[name] = { unit = written[1], of = written.of, gas = written.gas }
    end
  end
  return data
end

local function interlocks_data(where, interlocks)
  local data = {}
  for i, written in ipairs(interlocks) do
    local what = ("interlock %d"):format(i)
    davy.check_fields(where, what, written, INTERLOCK)
    davy.need_text(where, what .. ": what it demands, in a sentence, comes first", written, 1)
    davy.need_text(where, what, written, "needs")
    data[i] = {
      text = written[1], needs = written.needs, limit = written.limit or "on",
      guards = written.guards or {}, after = davy.plain(written.after),
      fresh = davy.plain(written.fresh),
    }
  end
  return data
end

local BY_NAME = { "ports", "devices", "lines", "channels", "references", "gases" }

local function fixture_data(where, written)
  for _, group in ipairs(BY_NAME) do
    davy.check_names(where, "fixture: " .. group, written[group] or {})
  end
  return {
    id = written.id, title = written.title, zh = written.zh, suits = written.suits or {},
    ports = ports_data(where, written.ports or {}),
    devices = devices_data(where, written.devices or {}),
    lines = lines_data(where, written.lines or {}),
    channels = channels_data(where, written.channels or {}),
    interlocks = interlocks_data(where, written.interlocks or {}),
    estop = written.estop, references = references_data(where, written.references or {}),
    groups = written.groups or {},
    world = written.world or written.simulator, grace = davy.plain(written.grace),
    safe_sequence = written.safe_sequence or {}, resources = written.resources,
    gases = written.gases,
  }
end

-- ---- the object methods are added to ----

local RESERVED = { reference = true }

-- Every name of the fixture with a table for its methods.
local function bench_of(where, written)
  local bench = {}
  for _, group in ipairs { "devices", "lines", "channels" } do
    for name in pairs(written[group] or {}) do bench[name] = {} end
  end
  for _, name in ipairs(written.groups or {}) do
    if bench[name] then
      raise_at(where, "fixture: the group '%s' has the name of something else", tostring(name))
    end
    bench[name] = {}
  end
  for name in pairs(RESERVED) do
    if bench[name] then raise_at(where, "fixture: '%s' is a word of its own", name) end
  end
  return bench
end

local function strict_bench(bench)
  return setmetatable({}, {
    __index = function(_, name)
      return bench[name] or davy.raise("the fixture has no '%s'; it has: %s", tostring(name),
        davy.names_of(bench))
    end,
    __newindex = function(_, name)
      davy.raise("'%s' is not declared in the fixture: methods belong to its parts or groups",
        tostring(name))
    end,
    __metatable = false,
  })
end

-- Evaluate a fixture file: { data, bench }. `more` are the words its methods use.
function davy.read_fixture(source, more)
  local result
  local words = {}
  for name, word in pairs(more) do words[name] = word end
  for kind in pairs(PARTS) do words[kind] = part_word(kind) end

  function words.fixture(written)
    local where = native.where() or source .. ":1" -- a tail call has no line
    davy.check_fields(where, "fixture", written, FIXTURE)
    davy.need_text(where, "fixture", written, "id")
    if result then raise_at(where, "there is a fixture in this file already") end
    result = { data = fixture_data(where, written), bench = bench_of(where, written) }
    return strict_bench(result.bench)
  end

  davy.evaluate(source, words)
  if not result then error(source .. ":1: this file declares no fixture { … }", 0) end
  return result
end
