-- Methane transmitter: detection, alarm and power shut-off over 500 consecutive gas exposures.

-- 27.32(a): "Five hundred successful consecutive tests for gas detection, alarm action, and power
-- shutoff in natural gas-air mixtures". (a)(1): "the detector shall provide an impulse to actuate
-- an alarm at a predetermined percentage of gas and also provide an impulse to actuate a power
-- shutoff at a second predetermined percentage of gas". Its footnote 2: "Normal replacements and
-- adjustments shall not constitute a failure"; a change of the cylinder concerns the bench alone.
local function cfr_27_32(limit)
  limit.standard = "30 CFR Part 27"
  limit.clause = "27.32(a)"
  limit.grade = "verbatim"
  limit.source = "http://federal.elaws.us/cfr/title30.part27.section27.32"
  limit.edition = "as read in 2026"
  return limit
end

local test = protocol {
  id        = "methane_transmitter.reliability",
  version   = 1, language = 1,
  title     = "Methane transmitter: 500 consecutive tests, in the manner of 30 CFR 27.32(a)",
  zh        = "甲烷传感器:500 次连续可靠性试验(参照 30 CFR 27.32(a))",
  standard  = "30 CFR Part 27",
  class     = "gas_transmitter.methane",
  fixture   = "gas_bench",
  bracket   = "gas_transmitter.gas_bench_check",
  deviation = "27.32(a)(1) asks for a gallery into which natural gas enters at various rates with "
    .. "turbulence; here a calibration cup receives certified methane in air at one flow.",
  params    = {
    flow     = { "0.5 L/min", range = "0.2 .. 1.5 L/min", ask = "Test gas flow (试验流量)" },
    warm_up  = { "2 min", range = "0 .. 60 min", ask = "Warm-up stated by the maker (预热时间)" },
    cycles   = { "500", range = "1 .. 500", ask = "Cycles (循环次数)",
                 method = cfr_27_32 { ">= 500" } },
    respond  = { "45 s", range = "10 .. 300 s", ask = "Longest time in gas (通气时间)" },
    recover  = { "60 s", range = "10 .. 300 s", ask = "Longest time in clean air (恢复时间)" },
    residual = { "250 kPa", range = "150 .. 1000 kPa",
                 ask = "Line pressure below which the cylinder is changed (换瓶压力)" },
  },
  dut = {
    serial     = { ask = "Serial number (出厂编号)", simulated = "SIM-0001", text = true },
    alarm_at   = { ask = "Alarm set point (报警点)", simulated = "1.2 %vol" },
    cut_off_at = { ask = "Cut-off set point (断电点)", simulated = "1.8 %vol" },
  },

  faults = {
    -- Whoever waits as long as its maker says sees nothing of it.
    cold = { "INCONCLUSIVE", "method.cycles", params = { cycles = "1" } },
    tired_sensor   = { "FAIL", "detection", params = { cycles = "5" } },
    poisoned       = { "FAIL", "detection", params = { cycles = "25" } },
    fades          = { "FAIL", "detection", "tests", params = { cycles = "25" } },
    stuck_reading  = { "FAIL", "detection", params = { cycles = "5" } },
    alarm_welded   = { "FAIL", "quiet", "tests", params = { cycles = "5" } },
    alarm_dead     = { "FAIL", "alarm", params = { cycles = "5" } },
    cut_off_welded = { "FAIL", "live", params = { cycles = "5" } },
    cut_off_dead   = { "FAIL", "shut_off", params = { cycles = "5" } },
    cylinder_empty = { "ERROR", params = { cycles = "5" } },
    cylinder_shut  = { "ERROR", params = { cycles = "1" } },
    hood_opened    = { "ERROR", params = { cycles = "25" } },
    -- Nothing asks how soon it recovers and releases; five tests prove nothing all the same.
    slow_recovery  = { "INCONCLUSIVE", "method.cycles", params = { cycles = "5" } },
    slow_relays    = { "INCONCLUSIVE", "method.cycles", params = { cycles = "5" } },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Consecutive tests: wait 2 left out"] =
      "it is for a transmitter whose indication follows its relay: this world's shows both at once",
    ["Consecutive tests: fx.ch4_3:close 1 left out"] =
      "that a valve is open while a cylinder is changed concerns who changes it: no cup and no indication shows it",
    ["Consecutive tests: fx.alarm:becomes 1 left out"] =
      "it is for a transmitter whose alarm releases later than its cut-off: in this world it is the cut-off that is waited for",
    ["Consecutive tests: comparison 1 turned round"] =
      "whether gas is spent on more tests once one has failed: that one's own measure fails the run, whatever follows",
  },
}
local p, dut = test.params, test.dut

step "Consecutive tests" {
  zh      = "连续试验",
  measure = {
    quiet     = { "alarm released in clean air before the test", per = "cycle",
                  zh = "试验前报警已解除", limit = cfr_27_32 { "off" } },
    live      = { "power restored in clean air before the test", per = "cycle",
                  zh = "试验前已复电", limit = cfr_27_32 { "off" } },
    detection = { "indication in gas, less the second predetermined percentage",
                  zh = "通气后示值与断电点之差", per = "cycle",
                  limit = cfr_27_32 { ">= 0 %vol" } },
    alarm     = { "alarm action in gas", zh = "报警动作", per = "cycle",
                  limit = cfr_27_32 { "on" } },
    shut_off  = { "power shut-off in gas", zh = "断电动作", per = "cycle",
                  limit = cfr_27_32 { "on" } },
    tests     = { "successful consecutive tests", zh = "连续成功次数",
                  limit = cfr_27_32 { at_least = p.cycles } },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    log(test.deviation)
    wait(p.warm_up)

    -- The gas has to fall below half the alarm point; the relays are then given their own time.
    local function clean_air(key)
      fx.gas:apply("zero_air", p.flow)
      fx.methane:becomes { at_most = 0.5 * dut.alarm_at, within = p.recover }
      fx.cut_off:becomes { "off", within = "5 s" }
      fx.alarm:becomes { "off", within = "5 s" }
      m.quiet[key] = fx.alarm:read()
      m.live[key] = fx.cut_off:read()
    end

    local function gas(key)
      fx.gas:apply("ch4_3", p.flow)
      fx.cut_off:becomes { "on", within = p.respond }
      wait "5 s"
      fx.gas:flows(p.flow)
      m.detection[key] = fx.methane:read() - dut.cut_off_at
      m.alarm[key] = fx.alarm:read()
      m.shut_off[key] = fx.cut_off:read()
    end

    local function change_cylinder_if_low(count)
      if not fx.line_pressure:is { at_most = p.residual } then return end
      fx.ch4_3:close()
      log(("cylinder ch4_3 is low after %d tests; the count goes on"):format(count))
      operator:confirm { "Change cylinder ch4_3 for one of the same certificate and open it.",
        zh = "请更换 ch4_3 气瓶(须为同一证书),打开瓶阀后确认。", id = "change_cylinder" }
    end

    local count = q "0"
    for i = 1, p.cycles:number() do
      local key = ("%03d"):format(i)
      clean_air(key)
      gas(key)
      local passed = consecutive { "quiet", "live", "detection", "alarm", "shut_off" }
      if passed:number() < i then break end
      count = passed
      change_cylinder_if_low(i)
    end
    m.tests = count
  end,
}
