-- SPDX-License-Identifier: Apache-2.0
-- A slot that is always busy: one output on, one blinking. Once so often it computes for ever.

local test = protocol {
  id = "rig.busy", version = 1, language = 1,
  title = "A busy slot", zh = "忙碌的工位",
  standard = "none", class = "rig", fixture = "lamps",
  hazard = { "the lamps are hot", zh = "灯很烫", wait = "10 min" },
  params = {
    time  = { "10 min", range = "0 .. 60 min" },
    blink = { "200 ms", range = "1 ms .. 10 s" },
    mind  = { "sound", text = true, choices = { "sound", "endless" } },
  },
}
local p = test.params

step "Busy" {
  measure = {
    blinks = { "times that it blinked", zh = "闪烁次数",
               limit = { ">= 1", grade = "declared", source = "the rig" } },
  },
  run = function(m, fx)
    fx.steady:on()
    if p.mind == "endless" then
      fx.blinks:on()
      while true do end
    end
    local count = math.floor((p.time / (p.blink * 2)):number())
    for _ = 1, count do
      fx.blinks:on()
      wait(p.blink)
      fx.blinks:off()
      wait(p.blink)
    end
    m.blinks = q(("%d 1"):format(count))
  end,
}
