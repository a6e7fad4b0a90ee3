-- SPDX-License-Identifier: Apache-2.0
-- Does the contact follow its valve, and does the operator agree?

local test = protocol {
  id = "rig.follows", version = 1, language = 1,
  title = "A contact follows its valve", zh = "触点随阀动作",
  standard = "none", class = "rig", fixture = "contacts",
  params = { hold = { "100 ms", range = "0 .. 60 s" } },
}
local p = test.params

step "Follow" {
  measure = {
    delay = { "time until the contact follows", zh = "跟随时间",
              limit = { "<= 1 s", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    finally(function() fx.valve:close() end)
    operator:confirm { "Is the hood shut?", id = "shut" }
    fx.valve:open()
    m.delay = fx.opened:becomes { "closed", within = "2 s" }
    wait(p.hold)
  end,
}
