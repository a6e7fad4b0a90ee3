-- Closed-circuit escape respirator: a day at the cold limit that the maker states, before the unit is tested.

local test = protocol {
  id        = "self_rescuer.conditioning_cold_limit",
  version   = 1, language = 1,
  title     = "Closed-circuit escape respirator: a day at the cold limit before the test, 42 CFR 84.304",
  zh        = "隔绝式自救器:试验前在规定的最低温度下放置 24 h(42 CFR 84.304)",
  standard  = "42 CFR Part 84",
  class     = "self_rescuer.closed_circuit",
  fixture   = "conditioning_bench",
  bracket   = "self_rescuer.conditioning_bench_check",
  deviation = "this verdict is of the treatment of one unit, and says nothing of the unit. Air within 1 K of the "
    .. "cold limit begins the time in it; how far it may stray is the laboratory's to say.",

  params = {
    lost     = { "5 K", range = "2 .. 10 K", ask = "Give up when the air is so much warmer (温度偏离过大时终止)" },
    patience = { "6 h", range = "30 min .. 24 h", ask = "Give up waiting for the chamber after (温度箱最长等待时间)" },
  },
  scans = { "serial" },
  dut = {
    serial  = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0001", text = true },
    model   = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
    coldest = { ask = "Cold limit, by the maker (制造商规定的最低温度)", simulated = "-5 °C",
                range = "-60 .. 20 °C" },
  },

  faults = {
    swapped          = { "INCONCLUSIVE", "scan.serial" },
    compressor_stops = { "INCONCLUSIVE", "held" },
    too_far          = { "INCONCLUSIVE", "off[lowest]" },
    too_near         = { "INCONCLUSIVE", "off[highest]" },
    junction_out     = { "ERROR" },
    junction_slips   = { "ERROR" },
    ["thermocouple.mute"] = { "ERROR" },
  },
}
local p, dut = test.params, test.dut

local stray = { standard = "42 CFR Part 84", clause = "84.304", key = "off" }

step "Cold limit" {
  zh      = "规定的最低温度",
  clause  = "84.304",
  measure = {
    held = { "time at the cold limit", zh = "最低温度下放置时间", evidence = true,
             limit = { ">= 24 h", clause = "84.304", grade = "verbatim", edition = "2015 annual edition",
                       source = "18F/allregs, html/sections/42CFR84.304.html" } },
    off  = { "air less the cold limit", zh = "温度与规定值之差", per = "extreme", evidence = true, limit = stray },
  },
  run = function(m, fx)
    operator:confirm { "Lay the unit into the chamber, both thermocouples beside it, and start the chamber's programme "
        .. "towards the unit's cold limit",
      zh = "将样品放入温度箱,两支热电偶置于样品旁,启动降温程序至样品规定的最低温度", id = "soak" }
    fx.chamber:arrives(dut.coldest, p.patience)
    local air = fx.air:trace "30 s"
    m.held = fx.air:holds { at_most = dut.coldest + p.lost, over = "24.03 h", every = "30 s" }
    fx.chamber:check()
    m.off["lowest"] = air:min() - dut.coldest
    m.off["highest"] = air:max() - dut.coldest
  end,
}
