-- The thermometers of the conditioning bench, before and after units go through cold and heat: both junctions in ice
-- water, then bound to a block of metal with a certified thermometer, at either end of the chamber's range.
--
-- The junctions are held against each other in every run. What both are off by, a chamber is off by whose programme was
-- set until they showed what they ought to: a unit is then said to have been as cold as it never was.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.conditioning_bench_check",
  version  = 1, language = 1,
  title    = "Conditioning bench: junctions in ice water, in the cold and in the heat, and the room's sensor",
  zh       = "环境预处理见证台核查:热电偶冰点、低温与高温示值,室内气候传感器",
  standard = validation,
  fixture  = "conditioning_bench",
  checks   = "conditioning_bench",
  decision = "guarded",

  -- Chosen: a block of some hundred grams comes to the air's temperature meanwhile.
  params = {
    soak     = { "1 h", range = "30 min .. 6 h", ask = "Time for the block in the cold and in the heat (恒温时间)" },
    patience = { "3 h", range = "30 min .. 6 h", ask = "Give up waiting for the chamber after (温度箱最长等待时间)" },
  },

  faults = {
    junction_high   = { "FAIL", "ice[air]", "cold[air]", "heat[air]" },
    junction_low    = { "FAIL", "ice[air]", "cold[air]", "heat[air]" },
    elsewhere_high  = { "FAIL", "ice[elsewhere]", "cold[elsewhere]", "heat[elsewhere]" },
    elsewhere_low   = { "FAIL", "ice[elsewhere]", "cold[elsewhere]", "heat[elsewhere]" },
    cold_high       = { "FAIL", "cold[air]" },
    heat_low        = { "FAIL", "heat[elsewhere]" },
    junctions_wrong = { "FAIL", "cold", "heat" },
    junction_out    = { "FAIL", "cold[elsewhere]", "heat[elsewhere]" },
    climate_high    = { "FAIL", "room" },
    climate_low     = { "FAIL", "room" },
    chamber_creeps  = { "INCONCLUSIVE", "cold_drift", "heat_drift" },
    chamber_falls_back = { "INCONCLUSIVE", "cold_drift", "heat_drift" },
    not_cold        = { "ERROR" },
    not_hot         = { "ERROR" },
    ["thermocouple.mute"] = { "ERROR" },
    ["climate.mute"]      = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Heat: ask 2 left out"] =
      "all is measured: the chamber comes back to the room's temperature for whoever opens it",
  },
}
local p = test.params

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

-- What the thermometer shows, set right by its certificate.
local function thermometer(fx, where)
  return operator:enter { "What does the certified thermometer show?", zh = "标准温度计示值?", id = "read_" .. where,
                          unit = "°C" } + fx.reference(where .. "_correction")
end

-- By how much each junction is off in the block, and what the block has changed by in the ten minutes before.
local function in_block(m, fx, where)
  local off, drift = m[where], m[where .. "_drift"]
  local before = fx.air:mean "2 min"
  wait "10 min"
  local air, elsewhere = fx.air:mean "2 min", fx.air_elsewhere:mean "2 min"
  local certified = thermometer(fx, where)
  off["air"] = air - certified
  off["elsewhere"] = elsewhere - certified
  return air - before
end

step "Ice water and room" {
  zh      = "冰点与室温",
  measure = {
    ice  = { "junction in ice water, off by", zh = "热电偶冰点误差", per = "junction", limit = validated "ice" },
    room = { "the room's sensor less the certified thermometer beside it", zh = "室内气候传感器示值误差",
             limit = validated "room" },
  },
  run = function(m, fx)
    ask("Lay the certified thermometer beside the climate sensor", "将标准温度计置于室内气候传感器旁", "beside")
    ask("Put both junctions into stirred ice water, in one thin bag", "将两支热电偶装入同一薄袋,浸入搅拌的冰水混合物", "ice")
    wait "10 min"
    m.ice["air"] = q.abs(fx.air:mean "2 min" - fx.reference "ice")
    m.ice["elsewhere"] = q.abs(fx.air_elsewhere:mean "2 min" - fx.reference "ice")
    m.room = fx.room_temperature:mean "5 min" - thermometer(fx, "room")
  end,
}

step "Cold" {
  zh      = "低温",
  measure = {
    cold       = { "junction in the cold less the certified thermometer", zh = "热电偶低温示值误差", per = "junction",
                   limit = validated "cold" },
    cold_drift = { "change of the block in the ten minutes before", zh = "此前 10 min 金属块温度变化",
                   evidence = true, limit = validated "drift" },
  },
  run = function(m, fx)
    ask("Bind both junctions and the thermometer to the block, lay it into the chamber, and start the chamber's "
      .. "programme towards -45 °C",
      "将两支热电偶与标准温度计固定于金属块,放入温度箱,启动降温程序至 -45 °C", "block_cold")
    assert(fx.air:becomes { "<= -38 °C", within = p.patience },
      "the chamber does not become cold: is its programme running?")
    wait(p.soak)
    m.cold_drift = in_block(m, fx, "cold")
  end,
}

step "Heat" {
  zh      = "高温",
  measure = {
    heat       = { "junction in the heat less the certified thermometer", zh = "热电偶高温示值误差", per = "junction",
                   limit = validated "heat" },
    heat_drift = { "change of the block in the ten minutes before", zh = "此前 10 min 金属块温度变化",
                   evidence = true, limit = validated "drift" },
  },
  run = function(m, fx)
    ask("Start the chamber's programme towards 71 °C", "启动升温程序至 71 °C", "block_heat")
    assert(fx.air:becomes { ">= 62 °C", within = p.patience },
      "the chamber does not become hot: is its programme running?")
    wait(p.soak)
    m.heat_drift = in_block(m, fx, "heat")
    ask("Start the chamber's programme back to room temperature", "启动温度箱回到室温的程序", "block_room")
  end,
}
