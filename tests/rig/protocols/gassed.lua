-- SPDX-License-Identifier: Apache-2.0
-- Certified gas flows for two seconds, and its certificate is judged.

local test = protocol {
  id = "rig.gassed", version = 1, language = 1,
  title = "Gas flows from a line", zh = "气路供气",
  standard = "none", class = "rig", fixture = "gassed",
}

step "Flow" {
  measure = {
    certified = { "content of the gas on the line", zh = "标准气浓度",
                  limit = { ">= 2 %vol", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    fx.gas:open()
    wait "2 s"
    m.certified = fx.reference("gas")
    fx.gas:close()
  end,
}
