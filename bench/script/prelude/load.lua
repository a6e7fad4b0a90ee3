-- SPDX-License-Identifier: Apache-2.0
-- The loader: one file in, plain data out. Words that wait exist, but there is nothing to wait in.

local davy, native = ...

local tasks = davy.tasks

local function outside(word)
  return function()
    davy.raise("'%s' belongs inside a step's run, or a function called from there", word)
  end
end

local function operator_word(word) return outside("operator:" .. word) end

local WORDS = {
  wait = outside "wait", finally = outside "finally", consecutive = outside "consecutive",
  exclusive = outside "exclusive", in_step = outside "in_step",
  together = tasks.together, race = tasks.race,
  operator = {
    confirm = operator_word "confirm", enter = operator_word "enter", scan = operator_word "scan",
    adjust = operator_word "adjust", photograph = operator_word "photograph",
  },
}

local KINDS = {
  protocol = function(start)
    local data = davy.read_protocol(start.source, start, WORDS).data
    davy.check_assignments(start.source)
    return data
  end,
  sites = function(start) return { sites = davy.sites_of(start.source) } end,
  fixture = function(start) return davy.read_fixture(start.source, WORDS).data end,
}

for _, kind in ipairs { "driver", "simulator", "world", "station" } do
  KINDS[kind] = function(start) return davy.read_instrument(kind, start.source).data end
end

-- A frame holds some 64 KiB. A protocol of many steps says the first ones at once and each further one
-- in a frame of its own.
local steps_at_once = 16

local function emit_data(data)
  local steps = data.steps or {}
  local further = table.move(steps, steps_at_once + 1, #steps, 1, {})
  for i = #steps, steps_at_once + 1, -1 do steps[i] = nil end
  native.emit("DATA", data)
  for _, one in ipairs(further) do native.emit("DATA", { steps = { one } }) end
end

function davy.deliver(type, _, payload)
  if type ~= "START" then return end
  local read = KINDS[payload.kind]
  if not read then error(("START: there is no kind of file '%s'"):format(payload.kind), 0) end
  emit_data(read(payload))
  native.emit("DONE")
end
