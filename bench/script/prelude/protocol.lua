-- SPDX-License-Identifier: Apache-2.0
-- The words `protocol` and `step`: what they may say, checked at the line that says it.

local davy, native = ...

local limits, declarations, raise_at = davy.limits, davy.declarations, davy.raise_at

local PROTOCOL = {
  id = "string", version = "number", title = "string", zh = "string", standard = "string",
  class = "string", fixture = "string", decision = "string", deviation = "string",
  params = "table", dut = "table", faults = "table", language = "number",
  environment = "table", sampling = "table", destructive = "boolean", bounds = "table",
  hazard = "table", scans = "table", escapes = "table", adjusts = "table",
  interruptions = "table", bdf = "table",
  checks = "string", bracket = "string",
  grade = "string", source = "string", edition = "string", in_force = "string",
}
local STEP = {
  zh = "string", clause = "string", repeats = "number", measure = "table", run = "function",
  standard = "string", grade = "string", source = "string", edition = "string",
  in_force = "string",
}
local MEASURE = {
  [1] = "string", zh = "string", per = "string", limit = true, evidence = "boolean",
  share_of = "string",
  optional = "boolean",
}
local FAULT = { zh = "string", params = "table", dut = "table", measures = "table", verdict = "string" }
local VERDICTS = { PASS = true, FAIL = true, INCONCLUSIVE = true, ERROR = true, ABORTED = true }

-- ---- faults ----

-- { "FAIL", "t90", "alarm[light]", …, params = { … }, dut = { … } }
local function read_fault(where, name, written)
  local what = ("fault '%s'"):format(name)
  if type(written) == "string" then written = { written } end
  local known = setmetatable({}, { __index = function(_, key)
    return FAULT[key] or (math.type(key) == "integer" and "string") or nil
  end })
  davy.check_fields(where, what, written, known)
  local verdict = written.verdict or written[1]
  if not VERDICTS[verdict] then
    raise_at(where, "%s: its verdict is one of %s", what, davy.names_of(VERDICTS))
  end
  local measures = written.measures or { select(2, table.unpack(written)) }
  return {
    verdict = verdict, measures = measures, params = written.params, dut = written.dut,
    zh = written.zh,
  }
end

local function check_fault_measures(protocol)
  for name, fault in pairs(protocol.data.faults) do
    for _, measure in ipairs(fault.measures) do
      local base = measure:match("^(.-)%[.+%]$") or measure
      if not (protocol.measure_names[base] or protocol.declared[measure]) then
        raise_at(protocol.where, "fault '%s' names the measure '%s', which no step declares", name,
          measure)
      end
    end
  end
end

-- ---- escapes ----

-- { ["Mass: wait 1 left out"] = "why nobody could notice" }: what `davy check --mutants` shall not hold
-- against the table.
local function read_escapes(where, written)
  local escapes = {}
  davy.check_names(where, "escapes", written)
  for name, why in pairs(written) do
    if type(why) ~= "string" or why == "" then
      davy.raise_at(where, "escapes: '%s' needs a text that says why no rehearsal can notice it", name)
    end
    escapes[name] = why
  end
  return escapes
end

-- ---- steps ----

local function read_measure(where, step, name, written, defaults)
  local whose = ("step '%s', measure '%s'"):format(step, tostring(name))
  if type(name) ~= "string" then raise_at(where, "%s: a measure has a name", whose) end
  davy.check_fields(where, whose, written, MEASURE)
  davy.need_text(where, whose .. ": its meaning comes first", written, 1)
  return {
    meaning = written[1], zh = written.zh, per = written.per,
    evidence = written.evidence or false, optional = written.optional or false,
    share_of = written.share_of,
    limit = limits.of_measure(where, whose, written.limit, name, defaults),
  }
end

local function defaults_of(step, protocol)
  local defaults = { clause = step.clause }
  for _, field in ipairs { "standard", "grade", "source", "edition", "in_force" } do
    defaults[field] = step[field] or protocol[field]
  end
  return defaults
end

local function check_step(where, protocol, name, written)
  local what = ("step '%s'"):format(name)
  davy.check_fields(where, what, written, STEP)
  if name == "Conditions" then
    raise_at(where, "%s: this name is kept for what the controller itself records", what)
  end
  if protocol.step_names[name] then raise_at(where, "%s: there is a step of this name already", what) end
  if not written.run then raise_at(where, "%s has no run = function(m, fx) … end", what) end
  local repeats = written.repeats or 1
  if math.type(repeats) ~= "integer" or repeats < 1 then
    raise_at(where, "%s: repeats is a whole number from 1", what)
  end
end

local function add_step(where, protocol, name, written)
  check_step(where, protocol, name, written)
  local measures, defaults = {}, defaults_of(written, protocol.written)
  for measure, declared in pairs(written.measure or {}) do
    measures[measure] = read_measure(where, name, measure, declared, defaults)
    protocol.measure_names[measure] = true
  end
  protocol.step_names[name] = true
  local steps = protocol.steps
  steps[#steps + 1] = {
    run = written.run,
    data = {
      name = name, zh = written.zh, clause = written.clause, repeats = written.repeats or 1,
      line = math.tointeger(tonumber(where:match(":(%d+)$"))), measures = measures,
    },
  }
end

-- ---- the whole file ----

-- A check of the fixture itself, and the check between two of which a product's runs count.
local function check_bracket(where, written)
  local checks, bracket = written.checks, written.bracket
  if checks and checks ~= written.fixture then
    raise_at(where, "protocol: checks names the fixture on which it runs, '%s', not '%s'",
      written.fixture, checks)
  end
  if checks and (bracket or written.class or next(written.dut or {})) then
    raise_at(where, "protocol: what it checks is the fixture itself: it has no bracket, no class and no dut")
  end
  if bracket and (bracket == "" or bracket == written.id) then
    raise_at(where, "protocol: bracket names another protocol, the one that checks the fixture")
  end
end

local function read_header(where, written)
  davy.check_fields(where, "protocol", written, PROTOCOL)
  for _, name in ipairs { "id", "title", "fixture" } do
    davy.need_text(where, "protocol", written, name)
  end
  if math.type(written.version) ~= "integer" then
    raise_at(where, "protocol needs a version, a whole number")
  end
  if written.language == nil then
    raise_at(where, "protocol needs the version of the language that it is written in: language = 1")
  end
  if written.language ~= 1 then
    raise_at(where, "protocol is written for language %s, and this Davy speaks language 1",
      tostring(written.language))
  end
  local decision = written.decision or "simple"
  if decision ~= "simple" and decision ~= "guarded" then
    raise_at(where, "protocol: decision is \"simple\" or \"guarded\", not '%s'", decision)
  end
  check_bracket(where, written)
  local data = { decision = decision }
  for _, name in ipairs { "id", "version", "title", "zh", "standard", "class", "fixture",
    "deviation", "checks", "bracket" } do
    data[name] = written[name]
  end
  return data
end

-- The words of a protocol file, and the protocol they fill. `start` brings params, dut, simulated.
local function protocol_words(start)
  local protocol = { steps = {}, step_names = {}, measure_names = {}, declared = {} }
  local words = {}

  function words.protocol(written)
    local where = native.where()
    if protocol.data then raise_at(where, "there is a protocol in this file already") end
    local data = read_header(where, written)
    protocol.where, protocol.written, protocol.data = where, written, data
    local params, dut = written.params or {}, written.dut or {}
    local param_values, dut_values
    param_values, data.params = declarations.read_params(where, params, start.params or {})
    dut_values, data.dut = declarations.read_dut(where, dut, start.dut or {}, start.simulated)
    declarations.read(where, written, data, protocol.declared)
    data.faults = {}
    for name, fault in pairs(written.faults or {}) do
      data.faults[name] = read_fault(where, name, fault)
    end
    if written.escapes then data.escapes = read_escapes(where, written.escapes) end
    return {
      params = declarations.strict(param_values, "parameter", params),
      dut = declarations.strict(dut_values, "data of the device under test", dut),
      deviation = written.deviation,
    }
  end

  function words.step(name)
    local where = native.where()
    if not protocol.data then raise_at(where, "a step comes after protocol { … }") end
    if type(name) ~= "string" then raise_at(where, "a step has a name: step \"Name\" { … }") end
    return function(written) add_step(where, protocol, name, written) end
  end

  return words, protocol
end

-- The text of a mutant: one place of the file has another text, and no line moves. What asserts nothing
-- still hands on what it was given.
local function mutated(source, mutant, words)
  if not (mutant and mutant.from) then return nil end
  words.let_pass = function(...) return ... end
  local text = native.source(source)
  local left_out = text:sub(mutant.from, mutant.to):gsub("[^\n]+", "")
  return text:sub(1, mutant.from - 1) .. mutant.with .. left_out .. text:sub(mutant.to + 1)
end

-- Evaluate a protocol file, with more words for what its steps do.
function davy.read_protocol(source, start, more)
  local words, protocol = protocol_words(start)
  for name, word in pairs(more) do words[name] = word end
  davy.evaluate(source, words, mutated(source, start.mutant, words))
  if not protocol.data then error(source .. ":1: this file declares no protocol { … }", 0) end
  if next(protocol.measure_names) == nil then
    raise_at(protocol.where, "no step declares a measure: nothing could ever pass or fail")
  end
  check_fault_measures(protocol)
  protocol.data.steps = {}
  for i, step in ipairs(protocol.steps) do protocol.data.steps[i] = step.data end
  return protocol
end
