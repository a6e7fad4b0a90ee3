-- SPDX-License-Identifier: Apache-2.0
-- What all of the prelude leans on: errors that name the script's line, and the names a script may use.

local davy, native = ...

-- ---- errors ----

-- Raise a sentence that begins with the place in the script.
function davy.raise(format, ...)
  local where = native.where()
  local text = select("#", ...) > 0 and format:format(...) or format
  error(where and where .. ": " .. text or text, 0)
end

-- The same with a place remembered from earlier.
function davy.raise_at(where, format, ...)
  error(where .. ": " .. format:format(...), 0)
end

-- What was raised in a coroutine that it ended, as a text that says where.
function davy.error_text(raised, co)
  local text = raised
  if type(raised) ~= "string" then
    text = ("an error that is a %s was raised"):format(type(raised))
  end
  -- only its beginning: a script may raise megabytes
  if text:sub(1, 300):find("^[^\n:]+:%d+: ") then return text end
  local where = co and native.where(co)
  return where and where .. ": " .. text or text
end

-- The names of a table, for a sentence.
function davy.names_of(map)
  local names = {}
  for name in pairs(map) do
    if type(name) == "string" then names[#names + 1] = name end
  end
  return #names > 0 and table.concat(names, ", ") or "none"
end

-- ---- checks of what an author wrote ----

-- Kinds beyond Lua's own, each with how it is said.
local KINDS = {
  amount  = "a text with its unit, as in \"5 s\"",
  integer = "a whole number",
  layout  = "a text, or a list of its parts",
}

local function is_of_kind(value, kind)
  if kind == true then return true end
  if kind == "amount" then return type(value) == "string" or native.is_quantity(value) end
  if kind == "integer" then return math.type(value) == "integer" end
  if kind == "layout" then return type(value) == "string" or type(value) == "table" end
  return type(value) == kind
end

-- A table of options with these fields and no others; the kinds are checked where they are given.
function davy.check_fields(where, what, fields, known)
  if type(fields) ~= "table" then
    davy.raise_at(where, "%s is followed by a table: %s { … }", what, what)
  end
  for name, value in pairs(fields) do
    local kind = known[name]
    if kind == nil then
      davy.raise_at(where, "%s has no field '%s'; it has: %s", what, tostring(name),
        davy.names_of(known))
    end
    if not is_of_kind(value, kind) then
      local given = math.type(value) == "float" and kind == "integer" and tostring(value)
        or "a " .. type(value)
      davy.raise_at(where, "%s: '%s' is %s, not %s", what, tostring(name),
        KINDS[kind] or "a " .. kind, given)
    end
  end
end

-- A table by name: nothing in it by place.
function davy.check_names(where, what, map)
  if type(map) ~= "table" then
    davy.raise_at(where, "%s is followed by a table: %s = { … }", what, what)
  end
  for name in pairs(map) do
    if type(name) ~= "string" or name == "" then
      davy.raise_at(where, "%s: each has a name, as in { name = … }; '%s' is none", what,
        tostring(name))
    end
  end
end

function davy.need_text(where, what, fields, name)
  if type(fields[name]) ~= "string" or fields[name] == "" then
    davy.raise_at(where, "%s needs a text: %s = \"…\"", what, name)
  end
end

-- A quantity from a quantity or a text such as "30 s".
function davy.amount(value, what)
  if native.is_quantity(value) then return value end
  if type(value) == "string" then
    local amount, why = native.quantity(value)
    return amount or davy.raise("%s: %s", what, why)
  end
  return davy.raise("%s needs a value with its unit, as in \"30 s\", not a %s", what, type(value))
end

-- Text that shows a quantity as its author would write it; a text stays as it is.
function davy.plain(value)
  return native.is_quantity(value) and native.shown(value) or value
end

-- ---- names a script may use ----

local function frozen(library, name, without)
  local kept = {}
  for key, value in pairs(library) do
    if not (without and without[key]) then kept[key] = value end
  end
  return setmetatable({}, {
    __index = kept,
    __newindex = function() davy.raise("%s cannot be changed", name) end,
    __metatable = false,
  })
end

local SHARED = {
  assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall,
  xpcall = xpcall, select = select, type = type, tostring = tostring, tonumber = tonumber,
  setmetatable = setmetatable, getmetatable = getmetatable, rawequal = rawequal, rawlen = rawlen,
  print = native.print, log = native.print, q = q,
  string = frozen(string, "string"),
  table = frozen(table, "table"),
  math = frozen(math, "math", { randomseed = true }),
  utf8 = frozen(utf8, "utf8"),
}

-- A fresh environment with the shared names and these words.
function davy.environment(words)
  local names = {}
  for name, value in pairs(SHARED) do names[name] = value end
  for name, value in pairs(words) do names[name] = value end
  setmetatable(names, {
    __index = function(_, name)
      davy.raise("there is no '%s' here (misspelt, or used before its 'local'?)%s", tostring(name),
        next(words) and "; the words of this file are: " .. davy.names_of(words) or "")
    end,
  })
  return setmetatable({}, {
    __index = names,
    __newindex = function(_, name)
      davy.raise("'%s' is assigned but never declared: write 'local %s'", tostring(name),
        tostring(name))
    end,
    __metatable = false,
  })
end

-- ---- source files ----

-- Evaluate a source file with these words; what is wrong with it is raised. `text` may stand in place of
-- the file's own.
function davy.evaluate(name, words, text)
  local chunk, why = native.compile(name, davy.environment(words), text)
  if not chunk then error(why, 0) end
  return chunk()
end
