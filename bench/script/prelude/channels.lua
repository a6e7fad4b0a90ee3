-- SPDX-License-Identifier: Apache-2.0
-- The object `fx`: the fixture's channels, lines, devices, references and groups, with their verbs.

local davy, native = ...

local limits, tasks, amount = davy.limits, davy.tasks, davy.amount

-- ---- answers ----

local function reading(value)
  return native.reading(value.reading, value.number, value.unit)
end

-- What a request's answer is to a script. A condition that was not reached is nil and why.
local function meaning(value)
  if value == nil then return nil end
  if value.reading then return reading(value) end
  if value.why then
    tasks.set_why(value.why)
    davy.remember_why(value.why)
    return nil, value.why
  end
  if value.text then return value.text end
  return value.truth
end

local function ask(verb, fields, word)
  return meaning(tasks.ask(verb, fields, word))
end

local whys = {}            -- every reason that a condition gave: what a measure may be given instead

function davy.remember_why(why) whys[why] = true end

function davy.is_why(text) return whys[text] == true end

-- ---- whose method this is ----

local name_of = {}         -- object -> its name in the fixture

local function self_name(self, word)
  return name_of[self] or davy.raise("write a colon before a verb, as in fx.name:%s", word)
end

local function span(value, word)
  return amount(value, word)
end

-- ---- channels ----

local Channel = {}

-- lua: ch:read() -> quantity      [suspends]
function Channel:read()
  return ask("read", { channel = self_name(self, "read()") }, "read")
end

-- lua: ch:is(limit) -> bool      [suspends]
function Channel:is(options)
  local _, text = limits.of_verb("is", options)
  return ask("is", { channel = self_name(self, "is \"on\""), limit = text }, "is")
end

-- lua: ch:mean "5 s" -> quantity      [suspends]
function Channel:mean(over)
  return ask("mean", { channel = self_name(self, "mean \"5 s\""), over = span(over, "mean") }, "mean")
end

local function option(options, name, word, optional)
  local value = options[name]
  if value == nil then
    if optional then return nil end
    davy.raise("%s needs %s = \"…\": every wait has an end", word, name)
  end
  return amount(value, word .. ": " .. name)
end

local function check_options(options, word, ...)
  local known = { [1] = true, at_least = true, at_most = true }
  for _, name in ipairs { ... } do known[name] = true end
  for name in pairs(options) do
    if not known[name] then
      davy.raise("%s has no option '%s'; it has: %s", word, tostring(name), davy.names_of(known))
    end
  end
end

-- lua: ch:settles { within = "0.01 %vol", over = "15 s", patience = "2 min" } -> quantity  [suspends]
function Channel:settles(options)
  if type(options) ~= "table" then
    davy.raise("settles needs { within = \"…\", over = \"…\" }")
  end
  check_options(options, "settles", "within", "over", "patience")
  return ask("settles", {
    channel = self_name(self, "settles { … }"), within = option(options, "within", "settles"),
    over = option(options, "over", "settles"),
    patience = option(options, "patience", "settles", true),
  }, "settles")
end

-- lua: ch:becomes { limit, within = "30 s", every = "1 s" } -> elapsed time      [suspends]
function Channel:becomes(written)
  local options, text = limits.of_verb("becomes", written)
  check_options(options, "becomes", "within", "every")
  return ask("becomes", {
    channel = self_name(self, "becomes { … }"), limit = text,
    within = option(options, "within", "becomes"),
    every = option(options, "every", "becomes", true),
  }, "becomes")
end

-- lua: ch:holds { limit, over = "60 min", every = "1 s" } -> time held, to the end?, why not      [suspends]
function Channel:holds(written)
  local options, text = limits.of_verb("holds", written)
  check_options(options, "holds", "over", "every")
  local value = tasks.ask("holds", {
    channel = self_name(self, "holds { … }"), limit = text, over = option(options, "over", "holds"),
    every = option(options, "every", "holds", true),
  }, "holds")
  if value.why and not value.reading then return meaning(value) end
  return reading(value), value.to_the_end or false, value.why
end

-- lua: ch:last_before { limit, of = other, within = "…" } -> value of the other      [suspends]
function Channel:last_before(written)
  local options, text = limits.of_verb("last_before", written)
  check_options(options, "last_before", "of", "within", "every")
  local of = name_of[options.of]
  if not of then davy.raise("last_before needs of = fx.name: the channel whose value is wanted") end
  return ask("last_before", {
    channel = self_name(self, "last_before { … }"), limit = text, of = of,
    within = option(options, "within", "last_before", true),
    every = option(options, "every", "last_before", true),
  }, "last_before")
end

-- lua: ch:guard(limit): a breach ends the run      [suspends]
function Channel:guard(written)
  local options, text = limits.of_verb("guard", written)
  check_options(options, "guard")
  ask("guard", { channel = self_name(self, "guard \"…\""), limit = text }, "guard")
end

-- lua: ch:widths() -> shortest high, shortest low of a pulse line's last count      [suspends]
function Channel:widths()
  local value = tasks.ask("pulse_widths", { channel = self_name(self, "widths()") }, "widths")
  return reading(value.high), reading(value.low)
end

-- ---- traces ----

local Trace = {}
Trace.__index = function(_, name)
  return Trace[name] or davy.raise("a trace has no '%s'; it has: after, integral, max, mean, min, "
    .. "minutes, slope, time_to", tostring(name))
end
Trace.__metatable = false

local number_of = {}       -- trace object -> { trace = number, after = quantity or nil }

local function make_trace(number, after)
  local trace = setmetatable({}, Trace)
  number_of[trace] = { trace = number, after = after }
  return trace
end

local function self_trace(self, word)
  return number_of[self] or davy.raise("write a colon before a verb, as in trace:%s()", word)
end

for _, word in ipairs { "min", "max", "mean", "slope" } do
  -- lua: trace:min() … -> quantity      [suspends]
  Trace[word] = function(self)
    local of = self_trace(self, word)
    return ask("trace_" .. word, { trace = of.trace, after = of.after }, word)
  end
end

-- The two acts' times between which something is asked of a trace.
local function between(options, word)
  if type(options) ~= "table" then
    davy.raise("%s needs { from = …, to = … } with what two acts returned", word)
  end
  check_options(options, word, "from", "to")
  for _, name in ipairs { "from", "to" } do
    if not native.is_quantity(options[name]) then
      davy.raise("%s needs %s = … with what an act returned", word, name)
    end
  end
  return options.from, options.to
end

-- lua: trace:integral() or :integral { from = act, to = act } -> quantity      [suspends]
function Trace:integral(options)
  local of, from, to = self_trace(self, "integral"), nil, nil
  if options ~= nil then
    if of.after then davy.raise("integral has from and to: leave out :after") end
    from, to = between(options, "integral")
  end
  return ask("trace_integral", { trace = of.trace, after = of.after, from = from, to = to },
    "integral")
end

local Minutes = {}
Minutes.__index = function(_, name)
  return Minutes[name] or davy.raise("minutes have no '%s'; they have: count, max, mean, min",
    tostring(name))
end
Minutes.__metatable = false

local minutes_of = {}      -- minutes object -> { trace, from, to }

for _, word in ipairs { "mean", "max", "min", "count" } do
  -- lua: minutes:mean() … -> quantity      [suspends]
  Minutes[word] = function(self)
    local of = minutes_of[self] or davy.raise("write a colon before a verb, as in minutes:%s()", word)
    return ask("trace_minutes", { trace = of.trace, from = of.from, to = of.to, of = word }, word)
  end
end

-- lua: trace:minutes { from = act, to = act } -> their averages, one minute after the other
function Trace:minutes(options)
  local of = self_trace(self, "minutes")
  if of.after then davy.raise("minutes have from and to: leave out :after") end
  local from, to = between(options, "minutes")
  local minutes = setmetatable({}, Minutes)
  minutes_of[minutes] = { trace = of.trace, from = from, to = to }
  return minutes
end

-- lua: trace:after(time) -> the same trace, seen from that time on
function Trace:after(time)
  return make_trace(self_trace(self, "after").trace, amount(time, "after"))
end

-- lua: trace:time_to(0.9, { origin = act, start = q, finish = q }) -> time      [suspends]
function Trace:time_to(fraction, options)
  local of = self_trace(self, "time_to")
  if type(fraction) ~= "number" or not (fraction > 0 and fraction <= 1) then
    davy.raise("time_to needs a fraction from 0 to 1, as in :time_to(0.9, { origin = opened })")
  end
  if type(options) ~= "table" or not native.is_quantity(options.origin) then
    davy.raise("time_to counts from an act: { origin = … } with what the act returned")
  end
  return ask("trace_time_to", {
    trace = of.trace, fraction = fraction + 0.0, origin = options.origin,
    start = option(options, "start", "time_to", true),
    finish = option(options, "finish", "time_to", true),
  }, "time_to")
end

-- lua: ch:trace "1 s" or ch:trace() -> trace      [suspends]
function Channel:trace(every)
  local name = self_name(self, "trace \"1 s\"")
  if every ~= nil then every = span(every, "trace") end
  return make_trace(tasks.ask("trace", { channel = name, every = every }, "trace").trace)
end

-- ---- outputs ----

local function act(on, word)
  -- lua: valve:open(), switch:off() … -> bench time of the act      [suspends]
  return function(self)
    return ask("act", { line = self_name(self, word .. "()"), on = on }, word)
  end
end

local Valve = { open = act(true, "open"), close = act(false, "close") }
local Switch = { on = act(true, "on"), off = act(false, "off") }

-- One of a write's words, as the driver lists them.
local function word_of(value, words, what)
  for _, word in ipairs(words) do
    if word == value then return word end
  end
  return davy.raise("%s is %s, not %s", what, table.concat(words, " or "),
    type(value) == "string" and "'" .. value .. "'" or "a " .. type(value))
end

-- `known`: each write's words; none when it takes a quantity.
local function device_methods(known)
  -- lua: device:set { name = "value unit", name = "word" } -> bench time of the act      [suspends]
  return { set = function(self, values)
    local name, sent = self_name(self, "set { … }"), {}
    if type(values) ~= "table" or next(values) == nil then
      davy.raise("set needs { name = \"value unit\" }; %s can be set: %s", name, davy.names_of(known))
    end
    for key, value in pairs(values) do
      if not known[key] then
        davy.raise("%s has no '%s' to set; it has: %s", name, tostring(key), davy.names_of(known))
      end
      local what, words = name .. "." .. key, known[key]
      sent[key] = #words > 0 and word_of(value, words, what) or amount(value, what)
    end
    return ask("set", { device = name, values = sent }, "set")
  end }
end

-- ---- fx ----

local LINE_METHODS = { valve = Valve, switch = Switch, contact = Channel, pulse = Channel }

local function add_methods(methods, more)
  for word, method in pairs(more) do methods[word] = method end
end

-- All that has a name in the fixture: name -> its verbs, the fixture's own first.
local function collect(start, bench)
  local parts = {}
  local function part(name, methods)
    parts[name] = parts[name] or {}
    add_methods(parts[name], methods)
  end
  for name, line in pairs(start.lines) do part(name, LINE_METHODS[line.kind]) end
  for name, settable in pairs(start.devices) do part(name, device_methods(settable)) end
  for name in pairs(start.channels) do part(name, Channel) end
  for name, own in pairs(bench) do part(name, own) end
  return parts
end

local function make_part(fx, name, methods)
  local object = setmetatable({ fx = fx, name = name }, {
    __index = function(_, word)
      return methods[word] or davy.raise("fx.%s has no '%s'; it has: %s", name, tostring(word),
        davy.names_of(methods))
    end,
    __metatable = false,
  })
  name_of[object] = name
  return object
end

local function reference_word(references)
  local known = {}
  for _, name in ipairs(references) do known[name] = true end
  -- lua: fx.reference(name) -> certified value      [suspends]
  return function(name)
    if not known[name] then
      davy.raise("there is no reference '%s'; there are: %s", tostring(name), davy.names_of(known))
    end
    return ask("reference", { name = name }, "reference")
  end
end

-- The object that a step's run gets, from START and the fixture file's methods.
function davy.make_fx(start, bench)
  local objects = { reference = reference_word(start.references) }
  local fx = setmetatable({}, {
    __index = function(_, name)
      return objects[name] or davy.raise("the fixture has no '%s'; it has: %s", tostring(name),
        davy.names_of(objects))
    end,
    __newindex = function(_, name) davy.raise("fx.%s cannot be assigned", tostring(name)) end,
    __metatable = false,
  })
  for name, methods in pairs(collect(start, bench)) do objects[name] = make_part(fx, name, methods) end
  return fx
end

-- ---- people ----

local function operator_word(verb)
  -- lua: operator:confirm "text", :enter { "text", unit = "%vol" }, :scan "text"      [suspends]
  return function(_, written)
    if type(written) == "string" then written = { written } end
    if type(written) ~= "table" or type(written[1]) ~= "string" then
      davy.raise("operator:%s needs a sentence for the operator", verb)
    end
    return ask(verb, { text = written[1], id = written.id, unit = written.unit, zh = written.zh },
      "operator:" .. verb)
  end
end

-- lua: operator:photograph { "The seal, closed", zh = "…", id = "seal" } -> SHA-256      [suspends]
local function photograph(_, written)
  if type(written) == "string" then written = { written } end
  if type(written) ~= "table" or type(written[1]) ~= "string" then
    davy.raise("operator:photograph needs a sentence for the operator")
  end
  check_options(written, "operator:photograph", "zh", "id")
  if type(written.id) ~= "string" or not written.id:find "^[%w_]+$" then
    davy.raise("operator:photograph needs an id, by which its photo is known: id = \"seal\"")
  end
  return ask("photograph", { text = written[1], id = written.id, zh = written.zh },
    "operator:photograph")
end

davy.operator = {
  confirm = operator_word "confirm", enter = operator_word "enter", scan = operator_word "scan",
  photograph = photograph,
  -- lua: operator:adjust "zero"      [suspends]
  adjust = function(_, what)
    if type(what) ~= "string" then
      davy.raise("operator:adjust takes the name of an adjustment that the header declares under adjusts")
    end
    return ask("adjust", { what = what }, "operator:adjust")
  end,
}

-- lua: wait "30 s" or wait { "2 h", interruption = "rest" }      [suspends]
-- `returned` is called each time that the run was interrupted in it and has been taken up again.
function davy.wait(time, returned)
  local interruption
  if type(time) == "table" then
    check_options(time, "wait", "interruption")
    interruption = time.interruption
    if type(interruption) ~= "string" then
      davy.raise("wait: interruption is a name that the header declares under interruptions")
    end
    time = time[1]
  end
  time = amount(time, "wait")
  repeat
    local came = tasks.ask("wait", { ["for"] = time, interruption = interruption }, "wait")
    time = came and native.quantity(came.left)
    if time then returned() end
  until not time
end
