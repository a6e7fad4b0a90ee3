-- SPDX-License-Identifier: Apache-2.0
-- A unit that rests, during which the bench may be away; before and behind it an output is on for a moment.

local test = protocol {
  id = "rig.rests", version = 1, language = 1,
  title = "A unit rests", zh = "静置",
  standard = "none", class = "rig", fixture = "lamps",
  interruptions = {
    rest = { "while it rests", zh = "静置期间",
             limit = { "<= 10 min", grade = "declared", source = "the rig" } },
  },
}

local function lit(fx)
  local on = fx.steady:on()
  wait "200 ms"
  return fx.steady:off() - on
end

step "Rest" {
  measure = {
    before = { "time that the lamp was on, before", zh = "静置前亮灯时间",
               limit = { ">= 100 ms", grade = "declared", source = "the rig" } },
    after  = { "time that the lamp was on, behind", zh = "静置后亮灯时间",
               limit = { ">= 100 ms", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    m.before = lit(fx)
    wait { "12 s", interruption = "rest" }
    m.after = lit(fx)
  end,
}
