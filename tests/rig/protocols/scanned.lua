-- SPDX-License-Identifier: Apache-2.0
-- A specimen is scanned before and after its lamp was on for a moment: nobody has to type anything.

local test = protocol {
  id = "rig.scanned", version = 1, language = 1,
  title = "A specimen is scanned", zh = "扫描样品",
  standard = "none", class = "rig", fixture = "lamps",
  dut = { serial = { ask = "Serial number", zh = "出厂编号", simulated = "S-1", text = true } },
  scans = { "serial" },
}

step "Light it" {
  measure = {
    lit = { "time that the lamp was on", zh = "亮灯时间",
            limit = { ">= 100 ms", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    local on = fx.steady:on()
    wait "200 ms"
    m.lit = fx.steady:off() - on
  end,
}
