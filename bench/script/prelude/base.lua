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
  if text:find("^[^\n:]+:%d+: ") then return text end
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
    if kind ~= true and type(value) ~= kind then
      davy.raise_at(where, "%s: '%s' is a %s, not a %s", what, tostring(name), kind, type(value))
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

-- Evaluate a source file with these words; what is wrong with it is raised.
function davy.evaluate(name, words)
  local chunk, why = native.compile(name, davy.environment(words))
  if not chunk then error(why, 0) end
  return chunk()
end
