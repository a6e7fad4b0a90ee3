-- SPDX-License-Identifier: Apache-2.0
-- The word `station` and the words inside it: which wire of this machine is which part of a fixture.

local davy, native = ...

local raise_at = davy.raise_at

local STATION = {
  name = "string", slots = "table", calibration = "string", watchdog = "string",
  photos = "string", camera = "string", readers = "table",
}
local SLOT = {
  [1] = "integer", fixture = "string", ports = "table", lines = "table", rig = "table",
  identities = "table", label = "string",
}
local PORT = { [1] = "string", echo = "boolean" }
local LINE = { [1] = "string", bias = "string", drive = "string" }
local RIG = { ports = "table", lines = "table" }
local WORDS = {
  bias  = { ["pull-up"] = true, ["pull-down"] = true, off = true },
  drive = { ["push-pull"] = true, ["open-drain"] = true, ["open-source"] = true },
}
local slots_most = 256

local places = {}          -- a slot -> where it was written

function davy.slot_word(written)
  local where = native.where()
  davy.check_fields(where, "slot", written, SLOT)
  places[written] = where
  return written
end

local function in_words(map)
  local words = {}
  for word in pairs(map) do words[#words + 1] = ("\"%s\""):format(word) end
  return table.concat(words, ", ")
end

-- "GPIO27", or { "GPIO27", bias = "pull-up" }: where it is, and what else is said of it.
local function wire_data(where, what, written, known)
  if type(written) == "string" then written = { written } end
  davy.check_fields(where, what, written, known)
  if type(written[1]) ~= "string" or written[1] == "" then
    raise_at(where, "%s begins with where it is, as in \"%s\"", what,
      known == PORT and "/dev/ttyUSB0" or "GPIO27")
  end
  for option, allowed in pairs(WORDS) do
    local word = written[option]
    if word and not allowed[word] then
      raise_at(where, "%s: %s is one of %s, not '%s'", what, option, in_words(allowed), word)
    end
  end
  return { where = written[1], echo = written.echo, bias = written.bias, drive = written.drive }
end

local function wires_data(where, what, written, known)
  local data = {}
  davy.check_names(where, what, written or {})
  for name, wire in pairs(written or {}) do
    data[name] = wire_data(where, ("%s.%s"):format(what, name), wire, known)
  end
  return data
end

-- The far ends of a rig are no more than places; each is of a wire that the slot has.
local function far_data(where, what, written, near)
  davy.check_names(where, what, written or {})
  for name, place in pairs(written or {}) do
    if type(place) ~= "string" or place == "" then
      raise_at(where, "%s.%s is where its far end is, a text", what, name)
    end
    if not near[name] then raise_at(where, "%s.%s: the slot has no wire '%s'", what, name, name) end
  end
  return written or {}
end

local function rig_data(where, written, ports, lines)
  if not written then return nil end
  davy.check_fields(where, "rig", written, RIG)
  return {
    ports = far_data(where, "rig.ports", written.ports, ports),
    lines = far_data(where, "rig.lines", written.lines, lines),
  }
end

-- What of its identity tells an instrument from one that is alike: its serial number.
local function identities_data(where, written)
  if not written then return nil end
  davy.check_names(where, "identities", written)
  for name, identity in pairs(written) do
    if type(identity) ~= "string" or identity == "" then
      raise_at(where, "identities.%s is a text that its identity has in it", name)
    end
  end
  return written
end

-- What stands on the slot itself, and is scanned there.
local function label_data(where, label)
  if label and (not label:find("%S") or #label > 60 or label:find("%c")) then
    raise_at(where, "label is a text of at most 60 bytes on one line, as it stands on the slot")
  end
  return label
end

local function slot_data(where, slot)
  if math.type(slot[1]) ~= "integer" or slot[1] < 1 or slot[1] > slots_most then
    raise_at(where, "a slot begins with its number, from 1 to %d", slots_most)
  end
  davy.need_text(where, "slot", slot, "fixture")
  local ports = wires_data(where, "ports", slot.ports, PORT)
  local lines = wires_data(where, "lines", slot.lines, LINE)
  return {
    number = slot[1], fixture = slot.fixture, ports = ports, lines = lines,
    rig = rig_data(where, slot.rig, ports, lines),
    identities = identities_data(where, slot.identities),
    label = label_data(where, slot.label),
  }
end

-- It is looked at where `davy run` is, whichever folder that stands in.
local function path_data(where, name, path)
  if path and not path:find "^/" then raise_at(where, "%s: '%s' does not begin with /", name, path) end
  return path
end

-- Readers of tags and codes beside the bench, each by its driver: they are opened where `davy run` is.
local function readers_data(where, readers)
  davy.check_names(where, "readers", readers or {})
  for name, place in pairs(readers or {}) do
    if type(place) ~= "string" or not place:find "%S" then
      raise_at(where, "readers: %s is where it is, as in \"/dev/ttyUSB0\" or \"/dev/ttyUSB0,9600 8N1\"", name)
    end
  end
  return readers
end

local function station_data(where, written)
  local data = {
    name = written.name, calibration = written.calibration, watchdog = written.watchdog,
    photos = path_data(where, "photos", written.photos), camera = path_data(where, "camera", written.camera),
    readers = readers_data(where, written.readers),
    slots = {},
  }
  local taken, labels = {}, {}
  for i, slot in ipairs(written.slots or {}) do
    if not places[slot] then raise_at(where, "slots: %d is not made with slot { … }", i) end
    local one = slot_data(places[slot], slot)
    if taken[one.number] then
      raise_at(places[slot], "slot %d is there already: %s", one.number, taken[one.number])
    end
    taken[one.number] = places[slot]
    if one.label and labels[one.label] then
      raise_at(places[slot], "slot %d has this label already: %s", labels[one.label], one.label)
    end
    if one.label then labels[one.label] = one.number end
    data.slots[i] = one
  end
  return data
end

davy.station = {
  data = function(written, where) return station_data(where, written) end,
  check = function(where, kind, written) davy.check_fields(where, kind, written, STATION) end,
}
