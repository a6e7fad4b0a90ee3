-- SPDX-License-Identifier: Apache-2.0
-- The places of a protocol's text at which a mutant of it differs: a call whose value nobody takes is left
-- out, an assertion asserts nothing, a comparison is turned round.
--
-- A site says from which byte to which it reaches and what stands there instead; no line moves. Its name
-- has the step (or the function outside of any) and which of its kind it is there, and no line, so that it
-- outlives an edit elsewhere. What only speaks (`log`) is no site, and neither is `finally`, with all
-- inside: it puts the bench back after what is judged, whatever was judged, and the controller makes the
-- outputs safe without it.

local davy, native = ...

local syntax = davy.syntax
local is_sign = syntax.is_sign

local TURNED = {
  ["<="] = ">=", [">="] = "<=", ["<"] = ">", [">"] = "<", ["=="] = "~=", ["~="] = "==",
}
local SPEAKS = { log = true, print = true }

-- ---- whose code it is ----

-- At the top of the file: the name of the step or the function that begins at `i`.
local function whose(tokens, i)
  local token, behind = tokens[i], tokens[i + 1]
  if token.text == "step" and behind and behind.kind == "text" then
    return behind.text:match("^[\"'](.*)[\"']$") or behind.text
  end
  if token.text == "function" and behind and behind.kind == "name" then return behind.text end
  return nil
end

-- `fx.gas:apply("zero_air", p.flow)` is called fx.gas:apply.
local function name_of_call(tokens, first, behind)
  local parts = {}
  for i = first, behind - 1 do
    if tokens[i].kind == "text" or syntax.OPENS[tokens[i].text] then break end
    parts[#parts + 1] = tokens[i].text
  end
  return table.concat(parts)
end

local function is_call(tokens, behind)
  local last = tokens[behind - 1]
  return last.kind == "text" or is_sign(last, ")") or is_sign(last, "}")
end

-- A call that is a whole statement: the index behind it; nil when none begins at `i`.
local function call_at(tokens, i)
  if not syntax.begins_statement(tokens, i) then return nil end
  local target, behind = syntax.target_at(tokens, i)
  if not target or is_sign(tokens[behind], "=") or is_sign(tokens[behind], ",") then return nil end
  return is_call(tokens, behind) and behind or nil
end

local function is_assertion(tokens, i)
  return tokens[i].text == "assert" and tokens[i].kind == "name" and is_sign(tokens[i + 1], "(")
    and not is_sign(tokens[i - 1], ".") and not is_sign(tokens[i - 1], ":")
end

-- ---- the walk ----

-- `local x <const>` compares nothing.
local function is_attribute(tokens, i)
  return is_sign(tokens[i + 2], ">") or is_sign(tokens[i], ">") and is_sign(tokens[i - 2], "<")
end

-- lua: davy.sites_of(source) -> list of { name, kind, line, step, from, to, with }
function davy.sites_of(source)
  local tokens = syntax.tokens_of(native.source(source))
  local sites, inside, counts, owner, is_step = {}, {}, {}, nil, false

  local function add(kind, what, first, last, with)
    local base = ("%s: %s"):format(owner or "outside", what)
    counts[base] = (counts[base] or 0) + 1
    sites[#sites + 1] = {
      name = ("%s %d"):format(base, counts[base]), kind = kind, line = tokens[first].line,
      step = is_step and owner or nil, from = tokens[first].from, to = tokens[last].to, with = with,
    }
  end

  -- The index at which the walk goes on.
  local function visit(i)
    local token = tokens[i]
    local behind = inside[#inside] == "block" and call_at(tokens, i)
    if behind and token.text == "finally" then return behind end
    if is_assertion(tokens, i) then
      add("assertion", "assertion", i, i, "let_pass")
    elseif behind and not SPEAKS[token.text] then
      add("call", name_of_call(tokens, i, behind), i, behind - 1, "")
    elseif token.kind == "sign" and TURNED[token.text] and not is_attribute(tokens, i) then
      add("comparison", "comparison", i, i, TURNED[token.text])
    end
    return i + 1
  end

  local i, depth = 1, 0
  while tokens[i] do
    local token, at = tokens[i], i
    if #inside == 0 then
      local name = whose(tokens, i)
      if name then owner, is_step = name, token.text == "step" end
    end
    i = depth > 0 and visit(at) or at + 1
    local sign = i == at + 1 and token.kind == "sign" and token.text
    if sign and (syntax.OPENS[sign] or syntax.BLOCKS[sign]) then
      inside[#inside + 1] = syntax.BLOCKS[sign] and "block" or "bracket"
      depth = depth + (syntax.BLOCKS[sign] and 1 or 0)
    elseif sign and (syntax.CLOSES[sign] or syntax.BLOCK_ENDS[sign]) then
      if inside[#inside] == "block" then depth = depth - 1 end
      inside[#inside] = nil
    end
  end
  return sites
end
