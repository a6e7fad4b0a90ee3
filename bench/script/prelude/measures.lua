-- SPDX-License-Identifier: Apache-2.0
-- The object `m` of one repeat of a step: assigning to it records a measure, once.

local davy, native = ...

local tasks = davy.tasks

-- What a measure was given: the fields `from` or `why`.
local function evidence_of(name, value)
  if value == nil then return { why = tasks.take_why() or "no value was given" } end
  if type(value) == "string" and davy.is_why(value) then return { why = value } end
  if native.is_quantity(value) then
    if not native.is_finite(value) then
      davy.raise("m.%s was given a value that is not finite: %s", name, tostring(value))
    end
    return { from = value }
  end
  if type(value) == "boolean" then
    davy.raise("m.%s was given a boolean: a state is read with ch:read()", name)
  end
  return davy.raise("m.%s was given a bare %s: a measured value carries its unit and comes from a "
    .. "channel", name, type(value))
end

local function text_of_key(name, key)
  if type(key) == "string" and key ~= "" then return key end
  if math.type(key) == "integer" then return tostring(key) end
  return davy.raise("m.%s[…] needs a name or a whole number as its key, not a %s", name, type(key))
end

-- `step` is the loader's data of the step; `count` is which repeat this is. Of a mutant, `left_out` is the
-- measure that is given and not recorded.
function davy.make_measures(step, count, left_out)
  local taken, keyed = {}, {}
  local repeated = step.repeats > 1

  local function record(name, key, value)
    local label = key and ("%s[%s]"):format(name, key) or name
    if taken[label] then
      davy.raise("measure '%s' was given a value already; one repeat takes one value", label)
    end
    local measure = evidence_of(label, value)
    measure.step, measure.measure, measure.where = step.name, name, native.where()
    measure.key = key
    if repeated then measure.key = key and ("%s (%d)"):format(key, count) or tostring(count) end
    if name ~= left_out then native.emit("MEASURE", measure) end
    taken[label] = { value }
  end

  local function value_of(label)
    local recorded = taken[label]
    return recorded and recorded[1]
  end

  local function keyed_by(name)
    return setmetatable({}, {
      __index = function(_, key)
        return value_of(("%s[%s]"):format(name, text_of_key(name, key)))
      end,
      __newindex = function(_, key, value) record(name, text_of_key(name, key), value) end,
      __metatable = false,
    })
  end

  local function declared(name)
    return step.measures[name] or davy.raise("no measure '%s' is declared in step '%s'; there are: %s",
      tostring(name), step.name, davy.names_of(step.measures))
  end

  for name, measure in pairs(step.measures) do
    if measure.per then keyed[name] = keyed_by(name) end
  end

  return setmetatable({}, {
    __index = function(_, name)
      declared(name)
      return keyed[name] or value_of(name)
    end,
    __newindex = function(_, name, value)
      local measure = declared(name)
      if measure.per then
        davy.raise("measure '%s' is taken per %s: write m.%s[%s] = …", name, measure.per, name,
          measure.per)
      end
      record(name, nil, value)
    end,
    __metatable = false,
  })
end
