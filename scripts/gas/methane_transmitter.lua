-- Methane transmitter: zero, basic error, repeatability, outputs, response time, alarm and cut-off.

local test = protocol {
  id       = "methane_transmitter.performance",
  version  = 1, language = 1,
  title    = "Methane transmitter: error, response time, alarm and power cut-off",
  zh       = "甲烷传感器:基本误差、响应时间、报警与断电功能检验",
  standard = "AQ 6203-2006; 30 CFR Part 27",
  class    = "gas_transmitter.methane",
  fixture  = "gas_bench",
  bracket  = "gas_transmitter.gas_bench_check",
  decision = "guarded",
  params   = {
    flow    = { "0.5 L/min", range = "0.2 .. 1.5 L/min", ask = "Test gas flow (试验流量)" },
    warm_up = { "2 min", range = "1 .. 60 min", ask = "Warm-up stated by the maker (预热时间)" },
    dwell   = { "90 s", range = "60 .. 500 s", ask = "Longest time on one gas (通气时间)" },
  },
  dut = {
    serial     = { ask = "Serial number (出厂编号)", simulated = "SIM-0001", text = true },
    full_scale = { ask = "Content at 1000 Hz (1000 Hz 对应浓度)", simulated = "4 %vol" },
    alarm_at   = { ask = "Alarm set point (报警点)", simulated = "1.2 %vol" },
    cut_off_at = { ask = "Cut-off set point (断电点)", simulated = "1.8 %vol" },
  },

  faults = {
    -- Whoever waits as long as its maker says sees nothing of it.
    cold = { "PASS" },
    slow_sensor     = { "FAIL", "t90" },
    tired_sensor    = { "FAIL", "deviation" },
    over_span       = { "FAIL", "deviation" },
    wanders         = { "FAIL", "repeatability" },
    slow_recovery   = { "FAIL", "t10" },
    zero_drift      = { "FAIL", "zero", "deviation" },
    zero_low        = { "FAIL", "zero", "deviation" },
    poisoned        = { "FAIL", "deviation" },
    stuck_reading   = { "FAIL", "deviation" },
    alarm_welded    = { "FAIL", "quiet" },
    alarm_dead      = { "FAIL", "warning" },
    cut_off_welded  = { "FAIL", "live", "fail_safe" },
    cut_off_dead    = { "FAIL", "cut_off" },
    cut_off_holds   = { "FAIL", "fail_safe" },
    frequency_off   = { "FAIL", "agreement" },
    frequency_low   = { "FAIL", "agreement" },
    narrow_pulses   = { "FAIL", "pulse_width" },
    big_dead_volume = { "INCONCLUSIVE", "blank_share" },
    cylinder_empty  = { "ERROR" },
    wrong_cylinder  = { "ERROR" },
    hood_opened     = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Zero: zero bound 2 upper end widened"] = "a percentage of zero is zero",
    ["Zero: zero bound 2 lower end widened"] = "a percentage of zero is zero",
    ["Response time: fx.gas:flows 1 left out"] =
      "a gas that stopped is missed by what follows, too: this world's cup keeps what it holds meanwhile",
    ["Response time: fx.gas:indication 1 left out"] =
      "the purge before it has left this world's cup in zero air, and its transmitter recovers meanwhile",
    ["Warning and power shut-off: warning_gas left out"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: warning_gas taken for the product's"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: warning_gas upper end widened"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: warning_gas lower end widened"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: cut_off_gas left out"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: cut_off_gas taken for the product's"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
    ["Warning and power shut-off: cut_off_gas lower end widened"] =
      "it is of the cylinder's certificate, which no fault of a world changes",
  },
}
local p, dut = test.params, test.dut

-- AQ 6203-2006 is sold on paper. These limits come from a laboratory's web page, not from the
-- standard: shown, but they decide nothing until a laboratory enters the number from its own copy.
local function aq_6203(text, key, page)
  return { text, standard = "AQ 6203-2006", key = key, grade = "secondary",
           source = "https://yjssi.com/" .. page, edition = "2006, in force 2006-12-01" }
end

-- The regulation itself, read word for word.
local function cfr_27_22(text, paragraph)
  return { text, standard = "30 CFR Part 27", clause = "27.22" .. paragraph, grade = "verbatim",
           source = "http://edocket.access.gpo.gov/cfr_2002/julqtr/30cfr27.22.htm",
           edition = "CFR 2002-07-01 edition" }
end

local function cfr_27_21(text, paragraph)
  return { text, standard = "30 CFR Part 27", clause = "27.21" .. paragraph, grade = "verbatim",
           source = "https://law.lawstack.com/cfr/30/27.21/", edition = "eCFR of 2026-06-20" }
end

step "Zero" {
  zh      = "零点",
  measure = {
    zero = { "indication in zero air", zh = "零点示值误差",
             limit = aq_6203("± 0.10 %vol", "basic_error", "showinfo-4-40333-0.html") },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    wait(p.warm_up)
    local shown, certified = fx.gas:indication("zero_air", p.flow)
    m.zero = shown:against(certified)
  end,
}

step "Basic error and outputs" {
  zh      = "基本误差与输出信号",
  measure = {
    deviation = { "indication against certified content", zh = "基本误差", per = "gas",
                  limit = aq_6203("± 0.10 %vol or ± 10 %rd", "basic_error",
                                  "showinfo-4-40333-0.html") },
    agreement = { "content of the frequency output less the digital indication", per = "gas",
                  zh = "频率输出与数字输出之差",
                  limit = { standard = "AQ 6203-2006", key = "output_agreement" } },
    pulse_width = { "shortest pulse, high or low", zh = "最小脉冲宽度", per = "gas",
                    limit = { ">= 0.3 ms", standard = "AQ 6201", key = "pulse_width",
                              grade = "secondary",
                              source = "https://qy6.com.cn/cpdq/showprod20922838.html" } },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)

    local function examine(gas, key)
      local shown, certified = fx.gas:indication(gas, p.flow)
      m.deviation[key] = shown:against(certified)
      m.agreement[key] = fx.frequency:content(dut.full_scale) - fx.methane:read()
      local high, low = fx.frequency:widths()
      m.pulse_width[key] = q.min(high, low)
    end

    local rising = { "ch4_1", "ch4_2", "ch4_3", "ch4_4" }
    for _, gas in ipairs(rising) do
      examine(gas, gas .. "_rising")
    end
    for i = #rising - 1, 1, -1 do
      examine(rising[i], rising[i] .. "_falling")
    end
    examine("zero_air", "zero_air_falling")
  end,
}

step "Repeatability" {
  zh      = "重复性",
  measure = {
    repeatability = { "experimental standard deviation of six readings, over their mean",
                      zh = "重复性",
                      limit = { "<= 2 %", standard = "JJG 693-2011", key = "repeatability",
                                grade = "secondary", clause = "table 1",
                                source = "https://xiaomilidoc.com/p-11734445.html" } },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    local readings = {}
    for i = 1, 6 do
      fx.gas:indication("zero_air", p.flow)
      readings[i] = fx.gas:indication("ch4_3", p.flow)
    end
    -- A transmitter that shows nothing has no relative deviation: then the measure was not reached.
    local mean = q.mean(readings)
    m.repeatability = mean > q "0 %vol" and q.stdev(readings) / mean or nil
  end,
}

step "Response time" {
  zh      = "响应时间",
  repeats = 3,
  measure = {
    t90  = { "time to 90 % of a step up, without the fixture's own delay", zh = "响应时间 T90",
             limit = aq_6203("<= 20 s", "t90", "showinfo-4-40333-0.html") },
    t10  = { "time to 90 % of the step down, without the fixture's own delay",
             zh = "恢复时间(降至 10 %)", limit = { standard = "AQ 6203-2006", key = "t10" } },
    blank_share = { "the fixture's own response as a share of the limit of t90", evidence = true,
                    share_of = "t90", zh = "装置自身响应时间占限值之比",
                    limit = { standard = "the laboratory's validation of its fixture",
                              key = "blank_share" } },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)

    -- From the opening of the valve. The correction lies between the arrival of the first gas in
    -- the cup and the fixture's own T90, both seen by the infrared module in the same step. An
    -- indication that makes less than half of the step has no response time: the measure was not
    -- reached.
    local half = 0.5 * (fx.reference "ch4_3" - fx.reference "zero_air")
    local function respond(gas)
      local shown, there = fx.methane:mean "5 s", fx.cup:mean "5 s"
      local methane, cup = fx.methane:trace "200 ms", fx.cup:trace "200 ms"
      local _, opened = fx.gas:apply(gas, p.flow)
      wait(p.dwell)
      fx.gas:flows(p.flow)
      local first, most = fx.gas:blank(cup,
        { origin = opened, start = there, finish = fx.cup:mean "5 s" })
      local finish = fx.methane:mean "5 s"
      if q.abs(finish - shown) < half then return nil, most end
      local raw = methane:time_to(0.9, { origin = opened, start = shown, finish = finish })
      return raw and raw - q.within(first, most), most
    end

    fx.gas:indication("zero_air", p.flow)
    local rise, blank = respond "ch4_3"
    m.t90 = rise
    m.blank_share = blank
    m.t10 = respond "zero_air"
  end,
}

-- "Between 1.0 to 1.5 volume percent" and "at all higher concentrations" for the warning, "2.0
-- volume percent and at all higher concentrations" for the shut-off: shown with gases whose
-- certified content lies inside those ranges by more than its uncertainty, and, first, that clean
-- air alone does neither.
step "Warning and power shut-off" {
  zh      = "报警与断电",
  measure = {
    warning_gas = { "certified content of the first gas that must warn", zh = "报警试验气体浓度",
                    evidence = true, limit = cfr_27_22("1.0 .. 1.5 %vol", "(b)(2)") },
    cut_off_gas = { "certified content of the first gas that must shut off", evidence = true,
                    zh = "断电试验气体浓度", limit = cfr_27_22(">= 2.0 %vol", "(b)(3)") },
    quiet       = { "warning device in clean air", zh = "清洁空气中报警器状态", per = "gas",
                    limit = cfr_27_22("off", "(b)(2)") },
    live        = { "power shut-off component in clean air", zh = "清洁空气中断电器状态", per = "gas",
                    limit = cfr_27_22("off", "(b)(3)") },
    warning     = { "warning device in gas", zh = "通气后报警器状态", per = "gas",
                    limit = cfr_27_22("on", "(b)(2)") },
    cut_off     = { "power shut-off component in gas", zh = "通气后断电器状态", per = "gas",
                    limit = cfr_27_22("on", "(b)(3)") },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    m.warning_gas = fx.reference "ch4_2"
    m.cut_off_gas = fx.reference "ch4_3"

    for _, gas in ipairs { "ch4_2", "ch4_3", "ch4_4" } do
      fx.gas:indication("zero_air", p.flow)
      m.quiet[gas] = fx.alarm:read()
      m.live[gas] = fx.cut_off:read()

      fx.gas:indication(gas, p.flow)
      m.warning[gas] = fx.alarm:read()
      if gas ~= "ch4_2" then m.cut_off[gas] = fx.cut_off:read() end
    end
  end,
}

step "Loss of supply" {
  zh      = "断电保护",
  measure = {
    fail_safe = { "power shut-off component while the transmitter has no supply",
                  zh = "传感器失电时断电器状态", limit = cfr_27_21("on", "(a)") },
  },
  run = function(m, fx)
    finally(function() fx.supply:on() end)
    -- Where the power is shut off in clean air its loss cannot be seen, and that is the transmitter's doing.
    if not fx.cut_off:becomes { "off", within = "30 s" } then
      m.fail_safe = nil
      return
    end
    fx.supply:off()
    wait "5 s"
    m.fail_safe = fx.cut_off:read()
  end,
}
