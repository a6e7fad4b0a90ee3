-- SPDX-License-Identifier: Apache-2.0
-- What runs share with each other: things that one at a time may have, and meetings.

local davy, native = ...

local tasks = davy.tasks

local function ended(id, ok, ...)
  tasks.give(id, not ok)
  if not ok then error((...), 0) end
  return ...
end

-- lua: exclusive("manifold", f), exclusive({ "manifold", "scale" }, f) -> what f returns   [suspends]
function davy.exclusive(names, body)
  if type(names) == "string" then names = { names } end
  if type(names) ~= "table" or #names == 0 or type(body) ~= "function" then
    davy.raise("exclusive takes what is shared and a function, as in exclusive(\"manifold\", f)")
  end
  for _, name in ipairs(names) do
    if type(name) ~= "string" then
      davy.raise("exclusive takes names, and this is a %s", type(name))
    end
  end
  local id = tasks.take(names)
  return ended(id, pcall(body))
end

-- lua: in_step("chamber") -> the bench time at which all go on      [suspends]
function davy.in_step(name)
  if type(name) ~= "string" then
    davy.raise("in_step takes the name of a meeting, as in in_step(\"chamber\")")
  end
  local value = tasks.ask("in_step", { name = name }, "in_step")
  return native.reading(value.reading, value.number, value.unit)
end
