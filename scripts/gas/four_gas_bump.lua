-- Portable detector of four gases, before a shift: do its alarms work, does each sensor see its gas, does it come back?

-- What makers and traders tell of bump tests; no standard for mines was read. It decides nothing until a laboratory
-- signs it.
local function told(text, key, source)
  return { text, standard = "practice of bump tests", key = key, grade = "secondary", source = source }
end

local function procedure(key) return { standard = "the laboratory's procedure", key = key } end

local isea = "chemviro.com/2018/06/26/calibration-and-bump-testing-of-portable-gas-monitors, quoting ISEA"
local draeger = "manualslib.fr/manual/646777, page 59: Dräger X-am, of its own kind"

local test = protocol {
  id       = "gas_detector.four_gas_bump",
  version  = 1, language = 1,
  title    = "Portable four-gas detector: bump test",
  zh       = "便携式四合一气体检测仪:通气检查",
  standard = "practice of bump tests",
  class    = "gas_detector.four_gas_portable",
  fixture  = "four_gas_bench",
  decision = "guarded",

  params = {
    flow  = { "0.5 L/min", range = "0.2 .. 1 L/min", ask = "Test gas flow (试验流量)" },
    dwell = { "60 s", range = "45 .. 180 s", ask = "Time on gas (通气时间)" },
  },
  dut = {
    serial    = { ask = "Serial number (出厂编号)", simulated = "SIM-CD4-0001", text = true },
    ch4_alarm = { ask = "Alarm set point of CH4 (甲烷报警点)", simulated = "1 %vol" },
    o2_alarm  = { ask = "Alarm set point of O2, falling (氧气低报警点)", simulated = "19.5 %vol" },
    co_alarm  = { ask = "Alarm set point of CO (一氧化碳报警点)", simulated = "24 ppm" },
    h2s_alarm = { ask = "Alarm set point of H2S (硫化氢报警点)", simulated = "7 ppm" },
  },

  faults = {
    ch4_deaf       = { "FAIL", "deviation" },
    co_dead        = { "FAIL", "deviation", "t50" },
    h2s_dead       = { "FAIL", "deviation", "t50" },
    h2s_slow       = { "FAIL", "t50" },
    o2_stuck       = { "FAIL", "oxygen", "t50" },
    o2_low         = { "FAIL", "fresh" },
    o2_high        = { "FAIL", "fresh" },
    o2_flat        = { "FAIL", "oxygen" },
    o2_steep       = { "FAIL", "oxygen" },
    swapped        = { "FAIL", "deviation" },
    filter_spent   = { "FAIL", "deviation" },
    cup_clogged    = { "FAIL", "t50" },
    buzzer_dead    = { "FAIL", "self_test", "first", "alarm" },
    lamp_dead      = { "FAIL", "self_test", "first", "alarm" },
    vibrator_dead  = { "FAIL", "self_test", "first", "alarm" },
    alarm_late     = { "FAIL", "first" },
    buzzer_hangs   = { "FAIL", "clear" },
    lamp_hangs     = { "FAIL", "clear" },
    vibrator_hangs = { "FAIL", "clear" },
    never_clears   = { "FAIL", "clear" },
    always_alarms  = { "FAIL", "quiet" },
    cylinder_empty = { "ERROR" },
    ["detector.mute"]   = { "ERROR" },
    ["controller.mute"] = { "ERROR" },
  },

  escapes = {
    ["Alarm self-test: wait 2 left out"] =
      "the twenty seconds of clean air that follow outlast the self-test as well",
    ["Bump: applied left out"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Bump: applied taken for the product's"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Bump: applied lower end widened"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Bump: fx.gas:apply 1 left out"] =
      "the cup of this world holds clean air at the beginning; on a bench it holds what the last bump left",
    ["Bump: wait 1 left out"] =
      "the cup of this world holds clean air at the beginning; on a bench it holds what the last bump left",
  },
}
local p, dut = test.params, test.dut

local alarms = { "sound", "light", "vibration" }
local gases = { "ch4", "o2", "co", "h2s" }

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
    applied   = { "how far the certified content is beyond the alarm point, as a ratio",
                  zh = "试验气体浓度与报警点之比", per = "gas", evidence = true, limit = procedure "beyond_alarm" },
    fresh     = { "oxygen in clean air against its certified content", zh = "清洁空气中氧气示值误差",
                  limit = told("± 0.6 %vol", "oxygen", draeger) },
    quiet     = { "alarm in clean air, just before the gas", zh = "通气前清洁空气中报警状态", per = "alarm",
                  limit = procedure "quiet" },
    first     = { "time until the alarm is on in gas", zh = "通气后报警响应时间", per = "alarm",
                  limit = procedure "first_alarm" },
    t50       = { "time to half of the step", zh = "达到浓度变化一半的时间", per = "gas",
                  limit = told("<= 45 s", "t50", "gvda-instrument.com/info, 85618648.html") },
    deviation = { "indication against certified content", zh = "示值误差", per = "gas",
                  limit = told("± 20 %rd", "deviation", draeger) },
    oxygen    = { "oxygen in the mixture against its certified content", zh = "混合气体中氧气示值误差",
                  limit = told("± 0.6 %vol", "oxygen", draeger) },
    alarm     = { "alarm in gas", zh = "通气后报警状态", per = "alarm", limit = told("on", "alarms", isea) },
    clear     = { "time until the alarm is off in clean air", zh = "清洁空气中报警解除时间", per = "alarm",
                  limit = told("<= 30 s", "clear", draeger) },
  },
  run = function(m, fx)
    local certified, before, shown = {}, {}, {}

    local function clean_air()
      fx.gas:apply("clean_air", p.flow)
      wait "20 s"
      for _, gas in ipairs(gases) do before[gas] = fx[gas]:mean "2 s" end
      m.fresh = before.o2:against(fx.reference "air_o2")
      -- An alarm that is on already is no answer to gas.
      for _, name in ipairs(alarms) do m.quiet[name] = fx[name]:read() end
    end

    local function mixture()
      local opened
      local function answers(name)
        m.first[name] = fx[name]:becomes { "on", within = p.dwell }
      end
      for _, gas in ipairs(gases) do shown[gas] = fx[gas]:trace "500 ms" end
      together(
        function()
          opened = fx.gas:apply("mix", p.flow)
          wait(p.dwell)
        end,
        function() answers "sound" end, function() answers "light" end, function() answers "vibration" end)
      fx.gas:flows(p.flow)
      return opened
    end

    exclusive("manifold", function()
      finally(function() fx.gas:purge() end)
      for _, gas in ipairs(gases) do certified[gas] = fx.reference("mix_" .. gas) end
      for _, gas in ipairs { "ch4", "co", "h2s" } do
        m.applied[gas] = certified[gas] / dut[gas .. "_alarm"]
      end
      m.applied.o2 = dut.o2_alarm / certified.o2

      clean_air()
      local opened = mixture()
      for _, name in ipairs(alarms) do m.alarm[name] = fx[name]:read() end
      for _, gas in ipairs { "ch4", "co", "h2s" } do
        m.deviation[gas] = fx[gas]:mean "2 s":against(certified[gas])
      end
      m.oxygen = fx.o2:mean "2 s":against(certified.o2)
      for _, gas in ipairs(gases) do
        m.t50[gas] = shown[gas]:time_to(0.5,
          { origin = opened, start = before[gas], finish = certified[gas] })
      end

      fx.gas:apply("clean_air", p.flow)
      local function cleared(name)
        m.clear[name] = fx[name]:becomes { "off", within = "60 s", every = "200 ms" }
      end
      together(function() cleared "sound" end, function() cleared "light" end,
               function() cleared "vibration" end)
    end)
  end,
}
