-- Portable methane alarm, before a shift: do all of its alarms work, does it see gas, does it come back?

-- What makers and traders tell of bump tests; no standard for mines was read. It decides nothing until a laboratory
-- signs it.
local function told(text, key, source)
  return { text, standard = "practice of bump tests", key = key, grade = "secondary", source = source }
end

local isea = "chemviro.com/2018/06/26/calibration-and-bump-testing-of-portable-gas-monitors, quoting ISEA"

local test = protocol {
  id       = "gas_detector.methane_bump",
  version  = 1, language = 1,
  title    = "Portable methane alarm: bump test",
  zh       = "便携式甲烷检测报警仪:通气检查",
  standard = "practice of bump tests",
  class    = "gas_detector.methane_portable",
  fixture  = "bump_bench",
  decision = "guarded",

  params = {
    flow  = { "0.5 L/min", range = "0.2 .. 1 L/min", ask = "Test gas flow (试验流量)" },
    dwell = { "60 s", range = "45 .. 180 s", ask = "Time on gas (通气时间)" },
  },
  dut = {
    serial   = { ask = "Serial number (出厂编号)", simulated = "SIM-CJB-0001", text = true },
    alarm_at = { ask = "Alarm set point (报警点)", simulated = "1 %vol", range = "0.5 .. 5 %vol" },
  },

  faults = {
    deaf_sensor    = { "FAIL", "deviation" },
    over_span      = { "FAIL", "deviation" },
    slow_sensor    = { "FAIL", "t50" },
    buzzer_dead    = { "FAIL", "self_test[sound]", "alarm[sound]" },
    lamp_dead      = { "FAIL", "self_test[light]", "alarm[light]" },
    vibrator_dead  = { "FAIL", "self_test[vibration]", "alarm[vibration]" },
    alarm_late     = { "FAIL", "alarm" },
    high_set_point = { "INCONCLUSIVE", "applied", dut = { alarm_at = "1.6 %vol" } },
    never_clears   = { "FAIL", "clear[sound]", "clear[light]", "clear[vibration]" },
    clears_late    = { "FAIL", "clear" },
    always_alarms  = { "FAIL", "quiet" },
    cylinder_empty = { "ERROR" },
    ["controller.mute"] = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Alarm self-test: wait 2 left out"] =
      "the ten seconds of clean air that follow outlast the self-test as well",
    ["Bump: fx.gas:apply 1 left out"] =
      "the cup of this world holds clean air at the beginning; on a bench it holds what the last bump left",
    ["Bump: wait 1 left out"] =
      "the cup of this world holds clean air at the beginning; on a bench it holds what the last bump left",
  },
}
local p, dut = test.params, test.dut

local alarms = { "sound", "light", "vibration" }

-- First without gas: an alarm that is dead is known before any gas is used.
step "Alarm self-test" {
  zh      = "报警自检",
  measure = {
    self_test = { "alarm while the test key is pressed", zh = "按自检键时报警状态", per = "alarm",
                  limit = told("on", "alarms",
                               "esmanual.top/manual/193339/Msa-Altair-Quickcheck.html, page 8") },
  },
  run = function(m, fx)
    operator:confirm { "Lay the detector, switched on and warm, into the cradle",
                       zh = "将已开机预热的仪器放入检查座", id = "cradle" }
    operator:confirm { "Press the detector's test key", zh = "按下仪器自检键", id = "press" }
    race(function() fx.sound:becomes { "on", within = "3 s" } end,
         function() fx.light:becomes { "on", within = "3 s" } end)
    wait "500 ms"
    for _, name in ipairs(alarms) do m.self_test[name] = fx[name]:read() end
    wait "6 s"
  end,
}

step "Bump" {
  zh      = "通气检查",
  measure = {
    applied   = { "certified content of the test gas over the alarm point", zh = "试验气体浓度与报警点之差",
                  evidence = true,
                  limit = { standard = "the laboratory's procedure", key = "over_alarm" } },
    quiet     = { "alarm in clean air, just before the gas", zh = "通气前清洁空气中报警状态", per = "alarm",
                  limit = { standard = "the laboratory's procedure", key = "quiet" } },
    t50       = { "time to half of the test gas", zh = "达到试验气体一半浓度的时间",
                  limit = told("<= 45 s", "t50", "gvda-instrument.com/info, 85618648.html") },
    deviation = { "indication against certified content", zh = "示值误差",
                  limit = told("± 20 %rd", "deviation",
                               "aegissales.com.au, quoting Honeywell bulletin 2017115-2") },
    alarm     = { "alarm in gas", zh = "通气后报警状态", per = "alarm",
                  limit = told("on", "alarms", isea) },
    clear     = { "time until the alarm is off in clean air", zh = "清洁空气中报警解除时间", per = "alarm",
                  limit = told("<= 30 s", "clear",
                               "manualslib.fr/manual/646777, page 59: Dräger X-am, of its own kind") },
  },
  run = function(m, fx)
    exclusive("manifold", function()
      finally(function() fx.gas:purge() end)
      local certified = fx.reference "test_gas"
      m.applied = certified - dut.alarm_at

      fx.gas:apply("clean_air", p.flow)
      wait "10 s"
      -- An alarm that is on already is no answer to gas.
      for _, name in ipairs(alarms) do m.quiet[name] = fx[name]:read() end
      local before = fx.shown:mean "2 s"
      local shown = fx.shown:trace "200 ms"
      local opened = fx.gas:apply("test_gas", p.flow)
      wait(p.dwell)
      fx.gas:flows(p.flow)
      local finish = fx.shown:mean "2 s"
      for _, name in ipairs(alarms) do m.alarm[name] = fx[name]:read() end
      m.deviation = finish:against(certified)
      m.t50 = shown:time_to(0.5, { origin = opened, start = before, finish = certified })

      fx.gas:apply("clean_air", p.flow)
      local function cleared(name)
        m.clear[name] = fx[name]:becomes { "off", within = "60 s", every = "200 ms" }
      end
      together(function() cleared "sound" end, function() cleared "light" end,
               function() cleared "vibration" end)
    end)
  end,
}
