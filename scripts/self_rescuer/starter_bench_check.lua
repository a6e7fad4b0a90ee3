-- The bench for starters itself, before and after each batch: its meter at rest, at the orifice's flow and at a
-- starter's, its thermocouple in ice water and in a heated block, its force gauge empty and with a certified weight.
--
-- Each run shows the meter a flow of 2 L/min. What it makes of the many times as much that a starter gives, and what
-- thermocouple and force gauge show, no run tells: that is looked for here.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.starter_bench_check",
  version  = 1, language = 1,
  title    = "Starter bench: zero, span and answer of the meter, thermocouple, force gauge",
  zh       = "初期生氧器试验台核查:流量计零点、示值与响应、热电偶、测力计",
  standard = validation,
  fixture  = "starter_bench",
  checks   = "starter_bench",
  decision = "guarded",

  faults = {
    meter_zero_drifted = { "FAIL", "zero" },
    meter_zero_fallen  = { "FAIL", "zero" },
    meter_low        = { "FAIL", "orifice", "span" },
    meter_high       = { "FAIL", "orifice", "span" },
    meter_races      = { "FAIL", "span" },
    meter_saturates  = { "FAIL", "span" },
    meter_slow       = { "FAIL", "response" },
    way_leaks        = { "FAIL", "orifice", "span" },
    orifice_clogged  = { "FAIL", "orifice" },
    orifice_worn     = { "FAIL", "orifice" },
    junction_low     = { "FAIL", "block" },
    junction_high    = { "FAIL", "block" },
    junction_drifted = { "FAIL", "ice" },
    junction_fallen  = { "FAIL", "ice" },
    force_low        = { "FAIL", "force_span" },
    force_high       = { "FAIL", "force_span" },
    force_zero_drifted = { "FAIL", "force_zero" },
    force_zero_fallen  = { "FAIL", "force_zero" },
    no_air           = { "ERROR" },
    ["meter.mute"]        = { "ERROR" },
    ["thermocouple.mute"] = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Meter: ask 1 left out"] =
      "nothing is in the simulated adapter at the beginning: a real one may still hold the last starter",
  },
}

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

step "Meter" {
  zh      = "流量计",
  measure = {
    zero     = { "meter where nothing flows, off by", zh = "流量计零点误差", limit = validated "zero" },
    response = { "time in which half of the orifice's flow has come to the meter", zh = "流量计响应时间",
                 limit = validated "response" },
    orifice  = { "meter over the orifice's certificate", zh = "流量计示值与标准小孔证书值之比",
                 limit = validated "orifice" },
    span     = { "meter over the nozzle's certificate, at a starter's flow", zh = "流量计示值与标准喷嘴证书值之比",
                 limit = validated "span" },
  },
  run = function(m, fx)
    ask("Take everything out of the adapter, and close it with its blind plug", "取出接头内全部物品,并用堵头封闭", "empty")
    m.zero = q.abs(fx.oxygen:mean "5 s")
    local soon, shown = fx.path:answers()
    assert(shown >= 0.1 * fx.reference "check", "no air comes through the orifice: its supply is shut, or a hose is off")
    m.response = soon
    m.orifice = shown / fx.reference "check"
    ask("Fit the nozzle to the adapter in the starter's place and blow it with air at the pressure of its certificate",
      "将标准喷嘴装入接头(代替初期生氧器),按证书规定的压力供入洁净空气", "nozzle")
    wait "15 s"
    m.span = fx.oxygen:mean "10 s" / fx.reference "nozzle"
  end,
}

step "Thermocouple" {
  zh      = "热电偶",
  measure = {
    ice   = { "thermocouple in ice water, off by", zh = "热电偶冰点误差", limit = validated "ice" },
    block = { "thermocouple in the heated block, off by", zh = "热电偶在干体炉中的误差", limit = validated "block" },
  },
  run = function(m, fx)
    ask("Shut the nozzle's air. Put the thermocouple into stirred ice water, in a thin bag",
      "关闭喷嘴供气。将热电偶装入薄袋,浸入搅拌的冰水混合物", "ice")
    wait "1 min"
    m.ice = q.abs(fx.shell:mean "30 s" - fx.reference "ice")
    ask("Put the thermocouple into the heated block, which has stood at the temperature of its certificate for as long as "
      .. "that says", "将热电偶插入干体炉,干体炉须已在证书所列温度下按证书要求稳定", "block")
    wait "1 min"
    m.block = q.abs(fx.shell:mean "30 s" - fx.reference "block")
  end,
}

step "Force gauge" {
  zh      = "测力计",
  measure = {
    force_zero = { "force gauge with nothing on it, off by", zh = "测力计零点误差", limit = validated "force_zero" },
    force_span = { "force gauge over the certified weight", zh = "测力计示值与标准砝码之比", limit = validated "force_span" },
  },
  run = function(m, fx)
    m.force_zero = q.abs(operator:enter { "Take the force gauge off, hold it upright with nothing on it, and reset its peak: "
      .. "what does it show?", zh = "取下测力计,竖直空载,峰值清零后示值?", id = "unloaded", unit = "N" })
    local shown = operator:enter { "Hang the certified weight on the force gauge and let it come to rest: what does the gauge "
      .. "show?", zh = "将标准砝码挂于测力计并静止后示值?", id = "weight", unit = "N" }
    m.force_span = shown / fx.reference "weight"
  end,
}
