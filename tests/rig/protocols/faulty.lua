-- SPDX-License-Identifier: Apache-2.0
-- Everything is driven away from safe, and then the script is quiet, busy, or out of its mind.

local test = protocol {
  id = "rig.faulty", version = 1, language = 1,
  title = "A run that things happen to", zh = "故障演练",
  standard = "none", class = "rig", fixture = "faulty",
  params = {
    hold = { "100 ms", range = "0 .. 60 s" },
    mind = { "quiet", text = true,
             choices = { "quiet", "reads", "sets", "opens", "endless", "memory", "fork", "tasks", "notes" } },
  },
}
local p = test.params

local minds = {
  quiet = function() wait(p.hold) end,
  reads = function(fx) fx.pressure:mean(p.hold) end,
  sets = function(fx)
    fx.gauge:set { setpoint = "100 Pa" }
    wait(p.hold)
  end,
  opens = function(fx)
    wait(p.hold)
    fx.heater:off()
    wait "20 s"
  end,
  endless = function() while true do end end,
  memory = function()
    local some, all = ("x"):rep(1 << 12), {}
    while true do all[#all + 1] = some:rep(1 << 11) end
  end,
  fork = function() while true do os.execute("sh -c 'sleep 100 &'") end end,
  tasks = function()
    local function two() together(two, two) end
    two()
  end,
  notes = function() while true do log(("x"):rep(1000)) end end,
}

step "Something happens" {
  measure = {
    shown = { "pressure afterwards", zh = "示值",
              limit = { ">= 1000 Pa", grade = "declared", source = "the rig" } },
    took  = { "time that the lamp was on", zh = "用时",
              limit = { "<= 60 s", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    finally(function() fx.lamp:off() end)
    fx.vent:close()
    local on = fx.lamp:on()
    fx.heater:on()
    minds[p.mind](fx)
    m.shown = fx.pressure:read()
    m.took = fx.lamp:off() - on
  end,
}
