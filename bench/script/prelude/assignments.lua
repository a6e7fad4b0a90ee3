-- SPDX-License-Identifier: Apache-2.0
-- Finds `m.a, m.b = …` in a protocol's text: Lua fixes no order for the targets of one statement, and
-- the order of a record is part of it.

local davy, native = ...

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return
  then true until while]]):gmatch "%a+" do
  KEYWORDS[word] = true
end

-- What may stand before the first word of a statement, beside names, numbers, texts and nothing.
local BEFORE_STATEMENT = {}
for token in (") ] } ; ... :: do then else repeat end nil true false break"):gmatch "%S+" do
  BEFORE_STATEMENT[token] = true
end

-- ---- tokens ----

local function long_bracket(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, last = text:find("]" .. level .. "]", at, true)
  return last
end

local function end_of_quoted(text, at)
  local quote = text:sub(at, at)
  local i = at + 1
  while text:sub(i, i) ~= quote do
    i = i + (text:sub(i, i) == "\\" and 2 or 1)
    if i > #text then return #text end
  end
  return i
end

local function end_of_comment(text, at)
  return long_bracket(text, at + 2) or (text:find("\n", at, true) or #text + 1) - 1
end

-- The kind and the last byte of the token at `at`; the text has been compiled, so it is sound.
local function token_at(text, at)
  local last = long_bracket(text, at)
  if last then return "text", last end
  if text:find("^[\"']", at) then return "text", end_of_quoted(text, at) end
  last = select(2, text:find("^[%a_][%w_]*", at))
  if last then return KEYWORDS[text:sub(at, last)] and "sign" or "name", last end
  last = select(2, text:find("^%.?%d[%w_.]*", at))
  if last then
    -- the sign of an exponent belongs to it
    if text:find("^[eEpP][+-]", last) then last = select(2, text:find("^[+-]%w*", last + 1)) end
    return "number", last
  end
  for _, sign in ipairs { "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>" } do
    if text:sub(at, at + #sign - 1) == sign then return "sign", at + #sign - 1 end
  end
  return "sign", at
end

local function tokens_of(text)
  local tokens, at, line = {}, 1, 1
  if text:sub(1, 1) == "#" then at = text:find("\n", 1, true) or #text + 1 end
  while at <= #text do
    local kind, last
    if text:find("^%s", at) then
      last = at
    elseif text:find("^%-%-", at) then
      last = end_of_comment(text, at)
    else
      kind, last = token_at(text, at)
      tokens[#tokens + 1] = { kind = kind, text = text:sub(at, last), line = line, from = at, to = last }
    end
    for _ in text:sub(at, last):gmatch "\n" do line = line + 1 end
    at = last + 1
  end
  return tokens
end

-- ---- statements ----

local OPENS = { ["("] = true, ["["] = true, ["{"] = true }
local CLOSES = { [")"] = true, ["]"] = true, ["}"] = true }

local function is_sign(token, text) return token and token.kind == "sign" and token.text == text end

-- The index behind the bracket that closes the one at `i`.
local function behind_bracket(tokens, i)
  local depth = 0
  repeat
    local token = tokens[i]
    if token.kind == "sign" and OPENS[token.text] then depth = depth + 1 end
    if token.kind == "sign" and CLOSES[token.text] then depth = depth - 1 end
    i = i + 1
  until depth == 0 or not tokens[i]
  return i
end

-- A target such as `m.a["x"]` at `i`: its first name, whether it is a field of it, its text, what follows.
local function target_at(tokens, i)
  if not tokens[i] or tokens[i].kind ~= "name" then return nil end
  local first, parts, field = i, { tokens[i].text }, false
  i = i + 1
  while tokens[i] do
    local from = i
    if is_sign(tokens[i], ".") or is_sign(tokens[i], ":") then
      field, i = tokens[i].text == ".", i + 2
    elseif tokens[i].kind == "text" then
      field, i = false, i + 1
    elseif is_sign(tokens[i], "(") or is_sign(tokens[i], "{") or is_sign(tokens[i], "[") then
      field, i = tokens[i].text == "[", behind_bracket(tokens, i)
    else
      break
    end
    for k = from, i - 1 do parts[#parts + 1] = tokens[k] and tokens[k].text or "" end
  end
  return { base = tokens[first].text, field = field, text = table.concat(parts) }, i
end

-- The targets of the assignment that begins at `i`; nil when none does.
local function targets_at(tokens, i)
  local targets = {}
  while true do
    local target
    target, i = target_at(tokens, i)
    if not target then return nil end
    targets[#targets + 1] = target
    if is_sign(tokens[i], "=") then return targets end
    if not is_sign(tokens[i], ",") then return nil end
    i = i + 1
  end
end

local function begins_statement(tokens, i)
  local before = tokens[i - 1]
  return tokens[i].kind == "name"
    and (not before or before.kind ~= "sign" or BEFORE_STATEMENT[before.text])
end

local BLOCKS = { ["function"] = true, ["do"] = true, ["then"] = true, ["repeat"] = true }
local BLOCK_ENDS = { ["end"] = true, ["until"] = true, ["elseif"] = true }

-- What measures are called here: `m`, and the first parameter of every `run = function(…)`.
local function names_of_measures(tokens)
  local names = { m = true }
  for i = 1, #tokens - 4 do
    local parameter = tokens[i + 4]
    if tokens[i].text == "run" and is_sign(tokens[i + 1], "=") and is_sign(tokens[i + 2], "function")
      and is_sign(tokens[i + 3], "(") and parameter.kind == "name" then
      names[parameter.text] = true
    end
  end
  return names
end

local function refuse(source, line, names, targets)
  local measures = {}
  for _, target in ipairs(targets) do
    if target.field and names[target.base] then measures[#measures + 1] = target.text end
  end
  if #measures < 2 then return end
  davy.raise_at(("%s:%d"):format(source, line), "%s and %s are assigned in one statement: Lua fixes no "
    .. "order for that, and the record has one; write a statement for each", measures[1], measures[2])
end

-- What else reads a protocol's text needs.
davy.syntax = {
  tokens_of = tokens_of, target_at = target_at, begins_statement = begins_statement, is_sign = is_sign,
  OPENS = OPENS, CLOSES = CLOSES, BLOCKS = BLOCKS, BLOCK_ENDS = BLOCK_ENDS,
}

-- Raise at the first statement of the file that assigns two measures.
function davy.check_assignments(source)
  local tokens = tokens_of(native.source(source))
  local names, inside = names_of_measures(tokens), {}
  for i, token in ipairs(tokens) do
    local sign = token.kind == "sign" and token.text
    if sign and (OPENS[sign] or BLOCKS[sign]) then
      inside[#inside + 1] = BLOCKS[sign] and "block" or "bracket"
    elseif sign and (CLOSES[sign] or BLOCK_ENDS[sign]) then
      inside[#inside] = nil
    elseif inside[#inside] ~= "bracket" and begins_statement(tokens, i) then
      local targets = targets_at(tokens, i)
      if targets then refuse(source, token.line, names, targets) end
    end
  end
end
