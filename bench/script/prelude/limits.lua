-- SPDX-License-Identifier: Apache-2.0
-- Limits as authors write them: a text of the grammar, or at_least and at_most with a quantity.

local davy, native = ...

local limits = {}
davy.limits = limits

local BOUNDS = { at_least = ">= ", at_most = "<= " }

-- The text that at_least or at_most in these options stands for, or nil.
local function bound_text(options)
  local text
  for name, sign in pairs(BOUNDS) do
    local bound = options[name]
    if bound ~= nil then
      if text then davy.raise("a limit is at_least or at_most, not both") end
      text = sign .. native.shown(davy.amount(bound, name))
    end
  end
  return text
end

-- The text of a limit in options such as { ">= 21 %vol", … } or { at_least = q, … }; nil: none.
function limits.text_of(options)
  if options[1] == nil then return bound_text(options) end
  if type(options[1]) ~= "string" then
    davy.raise("a limit is a text such as \"<= 30 Pa\", not a %s", type(options[1]))
  end
  if bound_text(options) then davy.raise("a limit is a text or at_least or at_most, not both") end
  return options[1]
end

-- What a channel's verb was given: its options as a table, and the limit's text, which parses.
function limits.of_verb(word, options)
  if type(options) == "string" then options = { options } end
  if type(options) ~= "table" then
    davy.raise("%s needs a limit, as in :%s { \"<= 30 Pa\", … }", word, word)
  end
  local text = limits.text_of(options)
  if not text then davy.raise("%s needs a limit: a text, at_least or at_most", word) end
  local good, why = native.limit(text)
  if not good then davy.raise("%s: %s", word, why) end
  return options, text
end

-- ---- limits of measures ----

local FIELDS = {
  [1] = "string", at_least = true, at_most = true, clause = "string", source = "string",
  edition = "string", in_force = "string", grade = "string", key = "string", standard = "string",
}

-- The limit of one measure as data. `defaults` are the step's and the protocol's own fields.
function limits.of_measure(where, whose, written, name, defaults)
  if written == nil then return nil end
  if type(written) == "string" then written = { written } end
  davy.check_fields(where, whose .. ": limit", written, FIELDS)

  local text = limits.text_of(written)
  local limit = { text = text, key = written.key or name }
  for _, field in ipairs { "clause", "source", "edition", "in_force", "standard" } do
    limit[field] = written[field] or defaults[field]
  end
  if not text then
    if not limit.standard then
      davy.raise_at(where, "%s: a limit without a value says from which standard it is to come",
        whose)
    end
    return limit
  end

  local good, why = native.limit(text)
  if not good then davy.raise_at(where, "%s: %s", whose, why) end
  limit.grade = written.grade or defaults.grade
  if not limit.grade then
    davy.raise_at(where, "%s: the limit '%s' has no grade: say who vouches for it, as in "
      .. "grade = \"verbatim\"", whose, text)
  end
  good, why = native.grade(limit.grade)
  if not good then davy.raise_at(where, "%s: %s", whose, why) end
  return limit
end
