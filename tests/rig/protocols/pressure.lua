-- SPDX-License-Identifier: Apache-2.0
-- The gauge is set and read, and judged by a limit of the grade that is ordered.

local test = protocol {
  id = "rig.pressure", version = 1, language = 1,
  title = "A gauge shows what it is set to", zh = "压力计示值",
  standard = "none", class = "rig", fixture = "gauge",
  params = { grade = { "declared", text = true, choices = { "declared", "example" } } },
}
local p = test.params

step "Set" {
  measure = {
    shown = { "pressure as set", zh = "示值",
              limit = { ">= 1050 Pa", grade = p.grade, source = "the rig" } },
  },
  run = function(m, fx)
    fx.gauge:set { setpoint = "100 Pa" }
    wait "300 ms"
    m.shown = fx.pressure:read()
  end,
}
