-- The bench for filter self-rescuers itself, before and after each batch: its check cartridge in the unit's
-- place, in clean air and in the blend, and the effluent analyser in span gas.
--
-- What spares a bad unit and shows in none of its runs is looked for here: a gauge whose tube is blocked, a
-- thermocouple that reads low. The cartridge's resistance is certified, and clean air comes out of it as warm as
-- it goes in.

local validation = "the laboratory's validation of its bench"

local test = protocol {
  id       = "self_rescuer.filter_bench_check",
  version  = 1, language = 1,
  title    = "Filter bench: zero and span gas, check cartridge in clean air and in the blend",
  zh       = "过滤式自救器试验台核查:零点与标准气、核查滤罐通洁净空气与试验气",
  standard = validation,
  fixture  = "filter_bench",
  checks   = "filter_bench",
  decision = "guarded",

  params = {
    -- As the product's test has them; what is seen there is to be seen here.
    flow    = { "32 L/min ATPD", range = "20 .. 35 L/min ATPD", ask = "Flow of the blend (试验气流量)" },
    content = { "5000 ppm", range = "1000 .. 10000 ppm", ask = "Content of CO (一氧化碳浓度)" },
  },

  faults = {
    effluent_zero_drifted = { "FAIL", "zero" },
    effluent_span_drifted = { "FAIL", "span" },
    analyser_dead      = { "FAIL", "span" },
    gauge_tube_blocked = { "FAIL", "resistance" },
    gauge_span_drifted = { "FAIL", "resistance" },
    thermocouple_low   = { "FAIL", "warmth" },
    saturator_cold     = { "FAIL", "humidity" },
    saturator_warm     = { "FAIL", "humidity" },
    wrong_cylinder     = { "FAIL", "blend" },
    rich_cylinder      = { "FAIL", "blend" },
    port_leaks         = { "FAIL", "past" },
    no_air             = { "ERROR" },
    hood_opened        = { "ERROR" },
    ["effluent_analyser.mute"]  = { "ERROR" },
    ["challenge_analyser.mute"] = { "ERROR" },
    ["resistance_gauge.mute"]   = { "ERROR" },
    ["thermocouple.mute"]       = { "ERROR" },
  },
}
local p = test.params

local function validated(key) return { standard = validation, key = key } end

step "Clean air" {
  zh      = "洁净空气",
  measure = {
    zero       = { "effluent analyser in clean air, off by", zh = "出口分析仪零点误差",
                   limit = validated "zero" },
    resistance = { "resistance of the check cartridge at 30 L/min, over its certificate's",
                   zh = "核查滤罐 30 L/min 阻力与证书值之比", limit = validated "resistance" },
    warmth     = { "air behind the cartridge against air before it, either way",
                   zh = "核查滤罐前后温差", limit = validated "warmth" },
  },
  run = function(m, fx)
    finally(function() fx.stream:rest() end)
    operator:confirm { "Fit the check cartridge to the mouthpiece's port; shut chamber and hood",
                       zh = "将核查滤罐接到口具接口上,关闭检测室与通风柜", id = "cartridge" }
    local rest = fx.resistance:mean "5 s"
    fx.stream:breathe("inhaled", q "30 L/min ATPD")
    m.resistance = (fx.resistance:mean "5 s" - rest) / fx.reference "cartridge"
    m.warmth = q.abs(fx.effluent_temperature:mean "10 s" - fx.inlet_temperature:mean "10 s")
    m.zero = q.abs(fx.effluent:mean "10 s")
  end,
}

step "Span gas" {
  zh      = "标准气",
  measure = {
    span = { "effluent analyser in span gas, off its certificate by", zh = "出口分析仪标准气示值误差",
             limit = validated "span" },
  },
  run = function(m, fx)
    m.span = fx.analyser:span():against(fx.reference "span")
  end,
}

-- The bench's own assertions would end the run of a unit here; the check measures what they ask.
step "Blend" {
  zh      = "试验气",
  measure = {
    humidity = { "humidity before the cartridge", zh = "供气相对湿度",
                 limit = { "92 .. 98 %RH", standard = "42 CFR Part 84", clause = "84.126 Tables 5-7",
                           source = "18F/allregs, html/sections/42CFR84.126.html",
                           edition = "2015 annual edition", grade = "verbatim" } },
    blend    = { "content of CO by the challenge analyser, against certificate and flows",
                 zh = "试验气浓度:入口分析仪与证书及流量计算值之差", limit = validated "blend" },
    past     = { "CO that comes past the check cartridge", zh = "装置本底透过浓度",
                 limit = validated "past" },
  },
  run = function(m, fx)
    finally(function() fx.stream:rest() end)
    local air, from_cylinder = fx.stream:parts(p.flow, p.content)
    fx.stream:moisten(air)
    fx.stream:enrich(from_cylinder)
    m.blend = fx.challenge:mean("20 s"):against(fx.stream:offered())
    fx.unit:open()
    wait "60 s"
    m.past = fx.effluent:mean "10 s"
    m.humidity = fx.inlet_humidity:mean "10 s"   -- by now it has come to rest
  end,
}
