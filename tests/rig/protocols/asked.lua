-- SPDX-License-Identifier: Apache-2.0
-- A person is asked for something that is soon not needed any more, and then for two things that are.

local test = protocol {
  id = "rig.asked", version = 1, language = 1,
  title = "A person is asked", zh = "询问操作员",
  standard = "none", class = "rig", fixture = "gauge",
}

step "Ask" {
  measure = {
    shown = { "pressure as entered", zh = "示值",
              limit = { ">= 1050 Pa", grade = "declared", source = "the rig" } },
  },
  run = function(m)
    race(
      function() operator:confirm { "Is it warm?", zh = "是否已预热?" } end,
      function() wait "500 ms" end)
    operator:confirm { "Seat the gauge.", zh = "安放压力计。" }
    m.shown = operator:enter { "What does it show?", zh = "示值为?", unit = "Pa" }
  end,
}
