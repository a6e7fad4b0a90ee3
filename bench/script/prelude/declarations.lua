-- SPDX-License-Identifier: Apache-2.0
-- What a protocol declares beside its steps: parameters, the DUT's data, the environment and the sampling
-- rates that it needs, bounds, whether it uses up its specimen, and the hazard that is left.

local davy, native = ...

local limits, raise_at = davy.limits, davy.raise_at

local declarations = {}
davy.declarations = declarations

local PARAM = {
  [1] = "string", range = "string", ask = "string", zh = "string", text = "boolean",
  choices = "table", method = true,
}
local DUT = {
  ask = "string", zh = "string", range = "string", text = "boolean", choices = "table",
  simulated = "string", limit = "string",
}

local HAZARD = { [1] = "string", zh = "string", wait = "amount" }

-- ---- parameters and the DUT's data ----

local function check_choice(where, what, text, choices)
  for _, choice in ipairs(choices) do
    if choice == text then return end
  end
  raise_at(where, "%s is '%s'; allowed are: %s", what, text, table.concat(choices, ", "))
end

-- What a text means by its declaration: a text, or a quantity within the range.
local function meaning(where, what, declared, text)
  if declared.choices then
    check_choice(where, what, text, declared.choices)
    return text
  end
  if declared.text then return text end
  if declared.limit then
    local met, why = native.met(text, native.quantity("1 " .. declared.limit))
    if met == nil then raise_at(where, "%s: %s", what, why) end
    return text
  end

  local range = declared.range
  local allowed = range and ("; allowed is %s"):format(range) or ""
  local amount, why = native.quantity(text)
  if not amount then raise_at(where, "%s: %s%s", what, why, allowed) end
  if not range then return amount end
  local met, mismatch = native.met(range, amount)
  if met == nil then raise_at(where, "%s: %s%s", what, mismatch, allowed) end
  if not met then raise_at(where, "%s is %s, out of its range%s", what, text, allowed) end
  return amount
end

local function refuse_unknown(where, what, given, declared)
  for name in pairs(given) do
    if declared[name] == nil then
      raise_at(where, "there is no %s '%s'; there are: %s", what, name, davy.names_of(declared))
    end
  end
end

local function unit_of(value)
  return native.is_quantity(value) and value:unit() or nil
end

-- What is the protocol's own to ask for, such as a rate or a number of cycles, it vouches for itself;
-- where a standard asks for it, the author says so and with which grade.
local function own_limit(where, whose, written, text, key)
  local limit = { text, key = key, grade = "declared", source = "the protocol" }
  for field, value in pairs(written) do
    if field ~= 1 then limit[field] = value end
  end
  return limits.of_measure(where, whose, limit, key, {})
end

-- method = ">= 500" or { ">= 500", clause = "…", … }: what the method asks of this parameter.
local function read_method(where, what, written, default, name)
  if written == nil then return nil end
  if type(written) == "string" then written = { written } end
  what = what .. ": method"
  if type(written) ~= "table" or type(written[1]) ~= "string" then
    raise_at(where, "%s is a limit, as in method = \">= 500\"", what)
  end
  if not native.is_quantity(default) then
    raise_at(where, "%s: a limit is of a quantity, and this parameter is a text", what)
  end
  local limit = own_limit(where, what, written, written[1], "method." .. name)
  local met, why = native.met(written[1], default)
  if not met then
    raise_at(where, "%s: %s", what, why or ("the default %s is not what the method asks (%s)")
      :format(native.shown(default), written[1]))
  end
  return limit
end

-- Declared parameters and the texts given for them: their values, and the loader's data.
function declarations.read_params(where, declared, given)
  local values, data = {}, {}
  davy.check_names(where, "params", declared)
  refuse_unknown(where, "parameter", given, declared)
  for name, param in pairs(declared) do
    local what = ("parameter '%s'"):format(name)
    if type(param) == "string" then param = { param } end
    davy.check_fields(where, what, param, PARAM)
    davy.need_text(where, what, param, 1)
    local default = meaning(where, what, param, param[1])
    values[name] = given[name] and meaning(where, what, param, given[name]) or default
    data[name] = {
      value = given[name] or param[1], default = param[1], ask = param.ask, zh = param.zh,
      range = param.range or (param.choices and table.concat(param.choices, ", ")),
      unit = unit_of(default), method = read_method(where, what, param.method, default, name),
    }
  end
  return values, data
end

-- Under which certificate (安全标志) it was made may be said of every specimen, whether the protocol asks or not.
local function with_certificate(declared, given)
  if not given.ma or declared.ma then return declared end
  local all = { ma = { ask = "Safety mark number (安全标志编号)", text = true } }
  for name, item in pairs(declared) do all[name] = item end
  return all
end

function declarations.read_dut(where, declared, given, simulated)
  local values, data = {}, {}
  davy.check_names(where, "dut", declared)
  declared = with_certificate(declared, given)
  refuse_unknown(where, "data of the device under test", given, declared)
  for name, item in pairs(declared) do
    local what = ("dut '%s'"):format(name)
    davy.check_fields(where, what, item, DUT)
    local text = given[name] or (simulated and item.simulated or nil)
    values[name] = text and meaning(where, what, item, text)
    data[name] = {
      value = text, ask = item.ask, zh = item.zh, range = item.range, simulated = item.simulated,
      text = item.text or item.choices ~= nil or item.limit ~= nil,
    }
  end
  return values, data
end

-- Values by name; a name that was not declared, or has no value yet, says so.
function declarations.strict(values, what, declared)
  return setmetatable({}, {
    __index = function(_, name)
      local value = values[name]
      if value ~= nil then return value end
      if declared[name] == nil then
        davy.raise("no %s '%s' is declared; there are: %s", what, tostring(name),
          davy.names_of(declared))
      end
      davy.raise("the %s '%s' is not known yet: give it with --dut %s=…", what, name, name)
    end,
    __newindex = function(_, name) davy.raise("%s '%s' cannot be changed", what, tostring(name)) end,
    __metatable = false,
  })
end

-- scans = { "serial" }: data of the specimen that are scanned before the first step and behind the last.
local function read_scans(where, written, dut)
  for key, name in pairs(written) do
    if math.type(key) ~= "integer" or not dut[name] or not dut[name].text then
      raise_at(where, "scans is a list of names that dut declares with text = true, and '%s' is none",
        tostring(name))
    end
  end
  return { table.unpack(written) }
end

-- adjusts = { zero = { "Set the zero in clean air", zh = "…" } }: what a person may do to the specimen in the test.
local function read_adjusts(where, written)
  davy.check_names(where, "adjusts", written)
  for name, said in pairs(written) do
    local whose = ("adjusts: '%s'"):format(name)
    if #name > 32 then raise_at(where, "%s: a name has at most 32 bytes", whose) end
    if type(said) ~= "table" then
      raise_at(where, "%s is what a person is asked to do, as in { \"Set the zero\", zh = \"…\" }", whose)
    end
    davy.check_fields(where, whose, said, { [1] = "string", zh = "string" })
    davy.need_text(where, whose .. ": what a person is asked to do comes first", said, 1)
    davy.need_text(where, whose, said, "zh")
  end
  local adjusts = {}
  for name, said in pairs(written) do adjusts[name] = { text = said[1], zh = said.zh } end
  return adjusts
end

-- ---- the environment ----

local ENVIRONMENT = { channel = "string", every = "string", meaning = "string", zh = "string" }
local USUAL = {
  temperature = { meaning = "temperature of the environment", zh = "环境温度" },
  humidity = { meaning = "humidity of the environment", zh = "环境湿度" },
  pressure = { meaning = "atmospheric pressure", zh = "大气压力" },
}

-- { "20 .. 26 °C", channel = "room_temperature", every = "10 s", clause = "…", grade = "…" }
local function read_condition(where, name, written, defaults)
  local whose = ("environment '%s'"):format(tostring(name))
  if type(name) ~= "string" or type(written) ~= "table" then
    raise_at(where, "%s is written %s = { \"20 .. 26 °C\", channel = \"…\" }", whose,
      type(name) == "string" and name or "temperature")
  end
  local own, limit = {}, {}
  for field, value in pairs(written) do
    if ENVIRONMENT[field] then own[field] = value else limit[field] = value end
  end
  davy.check_fields(where, whose, own, ENVIRONMENT)
  davy.need_text(where, whose, own, "channel")
  local every, why = native.quantity(own.every or "10 s")
  if every then every, why = native.nanoseconds(every) end
  if not every then raise_at(where, "%s: every: %s", whose, why) end
  if every == 0 then raise_at(where, "%s: every is more than 0 s", whose) end
  local usual = USUAL[name] or { meaning = name }
  return {
    channel = own.channel, every = own.every or "10 s",
    meaning = own.meaning or usual.meaning, zh = own.zh or usual.zh,
    limit = limits.of_measure(where, whose, limit, "environment." .. name, defaults),
  }
end

-- ---- interruptions ----

-- rest = { "while it rests", zh = "…", limit = { standard = "…", clause = "…" } }: a wait in which the bench may lose
-- its power, and for how long in all. Of the number an author only says where it is to come from, if he does not know it.
local function read_interruption(where, name, written, defaults)
  local whose = ("interruptions: '%s'"):format(tostring(name))
  if type(name) ~= "string" or type(written) ~= "table" then
    raise_at(where, "%s is written rest = { \"while it rests\", zh = \"…\", limit = { clause = \"…\" } }", whose)
  end
  davy.check_fields(where, whose, written, { [1] = "string", zh = "string", limit = true })
  davy.need_text(where, whose .. ": in which wait it is comes first", written, 1)
  davy.need_text(where, whose, written, "zh")
  local key = "interruption." .. name
  local limit = limits.of_measure(where, whose, written.limit or {}, key, defaults)
  if limit.text and native.met(limit.text, native.quantity "0 s") ~= true then
    raise_at(where, "%s: its limit is a time, at most so long, as in \"<= 10 min\", not '%s'", whose, limit.text)
  end
  return { meaning = written[1], zh = written.zh, limit = limit }
end

-- mouth_pressure = "100 Hz" or { "100 Hz", clause = "…", … }
local function read_rate(where, channel, written)
  local whose = ("sampling of '%s'"):format(tostring(channel))
  if type(written) == "string" then written = { written } end
  if type(channel) ~= "string" or type(written) ~= "table" or type(written[1]) ~= "string" then
    raise_at(where, "%s is a rate by channel, as in mouth_pressure = \"100 Hz\"", whose)
  end
  local text = ">= " .. written[1]
  local met, why = native.met(text, native.quantity "0 Hz")
  if met == nil then raise_at(where, "%s: %s", whose, why) end
  if met then raise_at(where, "%s: a rate is more than 0 Hz", whose) end
  return { limit = own_limit(where, whose, written, text, "sampling." .. channel) }
end

local function check_specimen(where, written)
  local serial = written.dut and written.dut.serial
  if type(serial) ~= "table" or not serial.text then
    raise_at(where, "protocol: what is destructive names its specimen: "
      .. "dut = { serial = { ask = \"…\", text = true } }")
  end
  davy.need_text(where, "protocol: what is destructive says of which class its specimen is; it",
    written, "class")
end

-- Into the loader's data, and the names of the measures that they become.
-- bounds = { ["supply.voltage"] = "0 .. 21 V", cell_temperature = "<= 60 °C" }
local function read_bounds(where, written)
  davy.check_names(where, "bounds", written)
  for name, bound in pairs(written) do
    if type(bound) ~= "string" then
      raise_at(where, "bounds: '%s' is a limit in a text, as in \"0 .. 21 V\", not a %s", name,
        type(bound))
    end
  end
  return written
end

-- bdf = { voltage = "pack_voltage", current = "-load_current", within = "1 s", ambient = "room_temperature" }: which
-- channels are a cell's in the Battery Data Format, where what charges is positive.
local BDF = { voltage = "string", current = "string", within = "string", ambient = "string" }
local function read_bdf(where, written)
  davy.check_fields(where, "bdf", written, BDF)
  for _, name in ipairs { "voltage", "current", "within" } do davy.need_text(where, "bdf", written, name) end
  local within, why = native.quantity(written.within)
  if not within then raise_at(where, "bdf: within: %s", why) end
  local met, mismatch = native.met("> 0 s", within)
  if not met then raise_at(where, "bdf: within: %s", mismatch or "it must be more than nothing") end
  return {
    voltage = written.voltage, current = written.current, within = written.within, ambient = written.ambient,
  }
end

-- hazard = { "the bed is hot", zh = "…", wait = "60 min" }
local function read_hazard(where, written)
  davy.check_fields(where, "hazard", written, HAZARD)
  davy.need_text(where, "hazard: what the specimen is after the test comes first", written, 1)
  davy.need_text(where, "hazard", written, "zh")
  if written.wait == nil then
    raise_at(where, "hazard needs wait = \"…\": how long nobody shall touch the specimen")
  end
  local wait, why = native.quantity(davy.plain(written.wait))
  if not wait then raise_at(where, "hazard: wait: %s", why) end
  local met, mismatch = native.met("> 0 s", wait)
  if not met then
    raise_at(where, "hazard: wait: %s", mismatch or "it must be more than nothing")
  end
  return { text = written[1], zh = written.zh, wait = davy.plain(written.wait) }
end

function declarations.read(where, written, data, names)
  local defaults = {}
  for _, field in ipairs { "standard", "grade", "source", "edition", "in_force" } do
    defaults[field] = written[field]
  end
  if written.environment then
    data.environment = {}
    for name, condition in pairs(written.environment) do
      data.environment[name] = read_condition(where, name, condition, defaults)
      names[name] = true
    end
  end
  if written.sampling then
    data.sampling = {}
    for channel, rate in pairs(written.sampling) do
      data.sampling[channel] = read_rate(where, channel, rate)
      names["sampling." .. channel] = true
    end
  end
  if written.interruptions then
    davy.check_names(where, "interruptions", written.interruptions)
    data.interruptions = {}
    for name, interruption in pairs(written.interruptions) do
      data.interruptions[name] = read_interruption(where, name, interruption, defaults)
      names["interruption." .. name] = true
    end
  end
  for name, param in pairs(data.params) do
    if param.method then names["method." .. name] = true end
  end
  if written.scans then
    data.scans = read_scans(where, written.scans, data.dut)
    for _, name in ipairs(data.scans) do names["scan." .. name] = true end
  end
  if written.adjusts then data.adjusts = read_adjusts(where, written.adjusts) end
  if written.bounds then data.bounds = read_bounds(where, written.bounds) end
  if written.bdf then data.bdf = read_bdf(where, written.bdf) end
  if written.hazard then data.hazard = read_hazard(where, written.hazard) end
  if written.destructive then
    check_specimen(where, written)
    data.destructive = true
  end
end
