-- The breathing bench itself, before and after each batch: zero and span of both analysers, its loop's leak, and the
-- gas that it exhales.

local validation = "the laboratory's validation of its bench"
local method = "a method for closed-circuit breathing apparatus of positive pressure, breathing machine's check"

local test = protocol {
  id       = "self_rescuer.breathing_bench_check",
  version  = 1, language = 1,
  title    = "Breathing bench: zero and span gas, loop leak, exhaled gas",
  zh       = "呼吸模拟试验台核查:零点与标准气、回路气密性、呼出气",
  standard = validation,
  fixture  = "breathing_bench",
  checks   = "breathing_bench",
  decision = "guarded",

  params = {
    -- Chosen: transit of a sampling line, its dead volume and the analyser's own response, many times over.
    flush = { "30 s", range = "10 .. 300 s", ask = "Time for which a gas flushes the sampling lines (冲洗时间)" },
  },

  faults = {
    co2_zero_drifted = { "FAIL", "co2_zero" },
    co2_span_drifted = { "FAIL", "co2_span" },
    co2_stuck        = { "FAIL", "co2_span", "fed" },
    o2_zero_drifted  = { "FAIL", "o2_zero" },
    o2_span_drifted  = { "FAIL", "o2_span" },
    o2_stuck         = { "FAIL", "o2_zero", "o2_span" },
    span_gas_empty   = { "FAIL", "co2_span", "o2_span" },
    loop_leaks       = { "FAIL", "loop_leak" },
    heater_cold      = { "FAIL", "exhaled_temperature" },
    heater_hot       = { "FAIL", "exhaled_temperature" },
    heater_hunts     = { "FAIL", "exhaled_temperature" },
    humidifier_dry   = { "FAIL", "exhaled_humidity" },
    co2_feed_low     = { "FAIL", "fed" },
    co2_feed_high    = { "FAIL", "fed" },
    no_test_air      = { "ERROR" },
    lid_opened       = { "ERROR" },
    ["co2_analyser.mute"] = { "ERROR" },
    ["o2_analyser.mute"]  = { "ERROR" },
    ["mouth_module.mute"] = { "ERROR" },
  },
}
local p = test.params

-- The breath of 42 CFR 84.304, Table 2, Cap 3: 3.83 % of CO2 in what is exhaled.
local work = { o2 = q "1.35 L/min STPD", co2 = q "1.15 L/min STPD",
               ventilation = q "30 L/min STPD", rate = q "18 /min" }

local function validated(key) return { standard = validation, key = key } end

-- The page that was read gives these figures and neither the number of its standard nor a clause.
local function told(limit, key)
  return { limit, key = key, standard = method, grade = "secondary",
           source = "clinicasarroyoperu.com/glszyyqhxqsyff.htm, which does not name its standard" }
end

step "Analysers" {
  zh      = "分析仪零点与标准气",
  measure = {
    co2_zero = { "CO2 analyser in zero gas, off by", zh = "二氧化碳分析仪零点误差",
                 limit = validated "co2_zero" },
    o2_zero  = { "oxygen analyser in zero gas, off by", zh = "氧分析仪零点误差",
                 limit = validated "o2_zero" },
    co2_span = { "CO2 analyser in span gas, off by", zh = "二氧化碳分析仪标准气示值误差",
                 limit = validated "co2_span" },
    o2_span  = { "oxygen analyser in span gas, off by", zh = "氧分析仪标准气示值误差",
                 limit = validated "o2_span" },
  },
  run = function(m, fx)
    operator:confirm { "Put both sampling lines to the zero gas (nitrogen), without pressure",
                       zh = "将两路采样管接零点气(氮气),常压供气", id = "zero_gas" }
    wait(p.flush)
    m.co2_zero = q.abs(fx.mouth_co2:mean "5 s" - fx.reference "zero_co2")
    m.o2_zero = q.abs(fx.mouth_o2:mean "5 s" - fx.reference "zero_o2")

    operator:confirm { "Put both sampling lines to the span gas (CO2 in oxygen), without pressure",
                       zh = "将两路采样管接标准气(氧中二氧化碳),常压供气", id = "span_gas" }
    wait(p.flush)
    m.co2_span = q.abs(fx.mouth_co2:mean "5 s" - fx.reference "span_co2")
    m.o2_span = q.abs(fx.mouth_o2:mean "5 s" - fx.reference "span_o2")

    operator:confirm { "Put both sampling lines back to the mouth", zh = "将两路采样管接回口具处",
                       id = "mouth_gas" }
  end,
}

step "Loop" {
  zh      = "呼吸回路气密性",
  measure = {
    loop_leak = { "drop of 1960 Pa in the closed loop, in a minute", zh = "1960 Pa 下 1 min 压降",
                  limit = told("<= 100 Pa", "loop_leak") },
  },
  run = function(m, fx)
    m.loop_leak = fx.loop:loses()
  end,
}

step "Exhaled gas" {
  zh      = "呼出气",
  measure = {
    exhaled_temperature = { "temperature of exhaled gas", zh = "呼出气温度",
                            limit = told("36.5 .. 37.5 °C", "exhaled_temperature") },
    exhaled_humidity    = { "humidity of exhaled gas", zh = "呼出气相对湿度",
                            limit = told(">= 95 %RH", "exhaled_humidity") },
    fed = { "CO2 that is found in exhaled gas, off what is fed by", zh = "呼出气二氧化碳与供入量之差",
            limit = validated "fed" },
  },
  run = function(m, fx)
    finally(function() fx.loop:rest() end)
    fx.loop:begin(work)
    -- Unseen CO2 would be cut off after 40 s, and the run with it: an analyser that sees none has failed.
    local seen = fx.exhaled_co2:becomes { ">= 1 %vol", within = "30 s" }
    if not seen then
      m.fed = seen
      return
    end
    m.exhaled_temperature = fx.exhaled_temperature:settles { within = "0.1 K", over = "1 min",
                                                             patience = "15 min" }
    m.exhaled_humidity = fx.exhaled_humidity:mean "10 s"
    local exhaled, inhaled = fx.exhaled_co2:trace(), fx.inhaled_co2:trace()
    local flow = fx.co2_flow:trace "1 s"
    wait "1 min"
    m.fed = q.abs(exhaled:mean() - inhaled:mean() - flow:mean() / work.ventilation)
  end,
}
