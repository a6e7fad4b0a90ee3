-- SPDX-License-Identifier: Apache-2.0
-- The run of a protocol: its steps one after the other, their finally blocks, stop and failure.
--
-- The steps run in one root task. When it fails, FAILED is sent and the step's finally blocks run in a
-- fresh task; after a stop, which drops every task, likewise; then DONE. A finally block that fails is
-- reported and the others still run.

local davy, native = ...

local tasks = davy.tasks

local finals = {}          -- of the step that runs, in the order of their declaration
local closing = false      -- they are being run
local stopped = false
local step_name            -- of the step that runs
local protocol_data
local fx
local labelled             -- the slot has a label, which is scanned where the specimen sits
local mutant               -- what `davy check --mutants` has changed in this rehearsal, or nothing

local TEXT_MOST = 4000     -- bytes of a reason: a message has an end

local function failed(text)
  native.emit("FAILED", { text = text:sub(1, TEXT_MOST), kind = "script" })
end

-- ---- finally ----

local function run_finals()
  closing = true
  for i = #finals, 1, -1 do
    local ok, raised = pcall(finals[i])
    if not ok then failed(davy.error_text(raised) .. " (in a finally block)") end
  end
  finals, closing = {}, false
end

-- lua: finally(f)
local function finally(body)
  if type(body) ~= "function" then davy.raise("finally takes a function") end
  if not step_name then davy.raise("finally belongs inside a step's run") end
  if closing then davy.raise("finally cannot be used inside a finally block") end
  finals[#finals + 1] = body
end

-- ---- ends ----

local function done()
  native.emit("DONE")
end

local function finals_ended(ok, why)
  if not ok then failed(why) end
  done()
end

-- The step is over before its end: its finally blocks, then DONE.
local function end_early()
  tasks.spawn(run_finals, finals_ended)
end

local function steps_ended(ok, why)
  if ok then
    done()
    return
  end
  failed(why)
  end_early()
end

-- ---- steps ----

-- One repeat of one step; false when a stop came while its finally blocks ran.
local function run_repeat(step, count)
  local data = step.data
  tasks.ask("step_begin", { step = data.name, ["repeat"] = count })
  step_name = data.name
  local left_out = mutant and mutant.step == data.name and mutant.measure
  step.run(davy.make_measures(data, count, left_out), fx)
  run_finals()
  step_name = nil
  if stopped then return false end
  tasks.ask("step_end", { step = data.name, ["repeat"] = count })
  return true
end

-- What the protocol wants scanned of the specimen, before its first step and behind its last: the
-- controller compares it with the order.
local function scan_specimen(data, moment, text, zh)
  if labelled then
    tasks.ask("scan", { id = ("scan.slot.%s"):format(moment),
      text = "Scan the label of the slot in which the specimen sits",
      zh = "请扫描样品所在工位的标签" })
  end
  for _, name in ipairs(data.scans or {}) do
    local ask = data.dut[name].ask or name
    tasks.ask("scan", { id = ("scan.%s.%s"):format(name, moment), text = text:format(ask),
      zh = zh:format(data.dut[name].zh or ask) })
  end
end

local function run_steps(steps, data)
  scan_specimen(data, "start", "Scan or type what the specimen in this slot says before it is begun: %s",
    "检验开始前,请扫描或输入本工位样品上的:%s")
  for _, step in ipairs(steps) do
    local removed = mutant and mutant.removes == step.data.name
    for count = 1, removed and 0 or step.data.repeats do
      if not run_repeat(step, count) then return end
    end
  end
  scan_specimen(data, "end", "Scan or type what the specimen in this slot says now: %s",
    "检验结束,请再次扫描或输入本工位样品上的:%s")
end

local function steps_to_run(protocol, only)
  if not only then return protocol.steps end
  for _, step in ipairs(protocol.steps) do
    if step.data.name == only then return { step } end
  end
  local names = {}
  for i, step in ipairs(protocol.steps) do names[i] = step.data.name end
  davy.raise_at(protocol.where, "there is no step '%s'; there are: %s", only,
    table.concat(names, ", "))
end

-- lua: consecutive { "detected", "alarm" } -> how many of the latest keys passed all      [suspends]
local function consecutive(measures)
  if type(measures) ~= "table" or #measures == 0 then
    davy.raise("consecutive needs the names of measures, as in consecutive { \"detected\" }")
  end
  local value = tasks.ask("consecutive", { step = step_name or "", measures = measures })
  return native.reading(value.reading, value.number, value.unit)
end

local returns = 0          -- times that this run was interrupted and taken up again

-- Who comes back to the bench says again which specimen is in the slot.
local function returned()
  returns = returns + 1
  scan_specimen(protocol_data, ("return%d"):format(returns),
    "The run goes on after an interruption. Scan or type what the specimen in this slot says now: %s",
    "检验中断后继续,请再次扫描或输入本工位样品上的:%s")
end

-- lua: wait "30 s" or wait { "2 h", interruption = "rest" }      [suspends]
local function wait(time)
  davy.wait(time, returned)
end

local WORDS = {
  wait = wait, together = tasks.together, race = tasks.race, finally = finally,
  operator = setmetatable({}, { __index = davy.operator, __metatable = false }),
  consecutive = consecutive, exclusive = davy.exclusive, in_step = davy.in_step,
}

local function begin(start)
  mutant, labelled = start.mutant, start.labelled
  local fixture = davy.read_fixture(start.fixture, WORDS)
  local protocol = davy.read_protocol(start.protocol, start, WORDS)
  fx = davy.make_fx(start, fixture.bench)
  protocol_data = protocol.data
  local steps = steps_to_run(protocol, start.only)
  tasks.spawn(function() run_steps(steps, protocol.data) end, steps_ended)
end

local function stop()
  stopped = true
  if closing then
    tasks.ask_again()
    return
  end
  tasks.drop()
  end_early()
end

function davy.deliver(type, request, payload)
  if type == "START" then
    begin(payload)
  elseif type == "RESULT" then
    tasks.answer(request, payload)
  elseif type == "STOP" then
    stop()
  end
  tasks.run()
end
