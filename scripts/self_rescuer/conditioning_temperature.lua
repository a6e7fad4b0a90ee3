-- Closed-circuit escape respirator: cold and heat that a unit goes through before it is tested.

local test = protocol {
  id        = "self_rescuer.conditioning_temperature",
  version   = 2, language = 1,
  title     = "Closed-circuit escape respirator: cold and heat before the test, 42 CFR 84.307",
  zh        = "隔绝式自救器:试验前高低温预处理(42 CFR 84.307)",
  standard  = "42 CFR Part 84",
  class     = "self_rescuer.closed_circuit",
  fixture   = "conditioning_bench",
  bracket   = "self_rescuer.conditioning_bench_check",
  deviation = "this verdict is of the treatment of one unit, and says nothing of the unit. Air within 1 K "
    .. "of its temperature begins the time in it, and what changes from one minute to the next is the "
    .. "rate: 84.307 was read in a digest that says neither.",

  params = {
    rest     = { "2 h", range = "30 min .. 24 h", ask = "Time at room temperature after each (室温放置时间)" },
    patience = { "3 h", range = "30 min .. 6 h", ask = "Give up waiting for the chamber after (温度箱最长等待时间)" },
  },
  scans = { "serial" },
  -- 84.307 says for how long a unit is in the cold and in the heat, and for the time between them only at which
  -- temperature. Whether the bench may be away meanwhile, and for how long, only the laboratory can say: without its
  -- limit no wait may be interrupted. In the cold and in the heat it never may: nobody would know what the air was.
  interruptions = {
    rest = { "while the unit rests at room temperature", zh = "室温放置期间",
             limit = { clause = "84.307" } },
  },
  dut = {
    serial = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0001", text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
  },

  faults = {
    swapped          = { "INCONCLUSIVE", "scan.serial" },
    compressor_stops = { "INCONCLUSIVE", "cold_held" },
    heater_stops     = { "INCONCLUSIVE", "heat_held" },
    too_far          = { "INCONCLUSIVE", "cold_air[lowest]", "heat_air[highest]" },
    too_near         = { "INCONCLUSIVE", "cold_air[highest]", "heat_air[lowest]" },
    cools_fast       = { "INCONCLUSIVE", "cold_rate[there]" },
    heats_fast       = { "INCONCLUSIVE", "heat_rate[there]" },
    returns_fast     = { "INCONCLUSIVE", "cold_rate[back]", "heat_rate[back]" },
    room_warm        = { "INCONCLUSIVE", "cold_room[highest]", "heat_room[highest]" },
    room_cool        = { "INCONCLUSIVE", "cold_room[lowest]", "heat_room[lowest]" },
    stays_cold       = { "ERROR" },
    not_cold         = { "ERROR" },
    junction_out     = { "ERROR" },
    junction_slips   = { "ERROR" },
    ["thermocouple.mute"] = { "ERROR" },
  },
}
local p = test.params

local function clause_307(limit, grade)
  limit.clause = "84.307"
  limit.grade = grade or "verbatim"
  limit.source = "18F/allregs, html/sections/42CFR84.307.html"
  limit.edition = "2015 annual edition"
  return limit
end

-- The mirror that was read drops the ± of "± 2 °C", so these decide nothing until a laboratory enters them
-- from its own copy.
local function tolerance(limit) return clause_307({ limit }, "secondary") end

-- What room temperature is, 84.307 does not say.
local function room(key) return { standard = "42 CFR Part 84", clause = "84.307", key = key } end

-- To the treatment's temperature and so long in it: the largest change on the way, how long it was until the air
-- left what a chamber that works keeps to (`works`, which was chosen), and the extremes of all that time.
local function treat(fx, goal, works, over)
  local rate = fx.chamber:arrives(goal, p.patience)
  local air = fx.air:trace "30 s"
  local held = fx.air:holds { works, over = over, every = "30 s" }
  fx.chamber:check()
  return rate, held, air:min(), air:max()
end

-- Back to room temperature and there for a while: the largest change on the way, and the extremes of the rest.
local function rest(fx)
  local rate = fx.chamber:arrives(fx.room_temperature:read(), p.patience)
  local air = fx.air:trace "30 s"
  wait { p.rest, interruption = "rest" }
  return rate, air:min(), air:max()
end

step "Cold" {
  zh      = "低温",
  clause  = "84.307",
  measure = {
    cold_rate = { "largest change of the chamber's air in a minute", zh = "温度变化速率最大值", per = "way",
                  evidence = true, limit = clause_307 { "<= 3 K/min" } },
    cold_held = { "time in the cold", zh = "低温存放时间", evidence = true,
                  limit = clause_307 { ">= 16 h" } },
    cold_air  = { "air in the cold", zh = "低温存放温度", per = "extreme", evidence = true,
                  limit = tolerance "-47 .. -43 °C" },
    cold_room = { "air at room temperature, between the cold and the heat", zh = "高低温之间的室温", per = "extreme",
                  evidence = true, limit = room "room" },
  },
  run = function(m, fx)
    operator:confirm { "Lay the unit into the chamber at room temperature, both thermocouples beside it, and start "
        .. "the chamber's programme towards -45 °C, at no more than 3 °C a minute",
      zh = "将样品放入室温下的温度箱,两支热电偶置于样品旁,启动降温程序至 -45 °C,速率不超过 3 °C/min", id = "cold" }
    local rate, held, lowest, highest = treat(fx, q "-45 °C", "-50 .. -40 °C", "16.02 h")
    m.cold_rate["there"] = rate
    m.cold_held = held
    m.cold_air["lowest"] = lowest
    m.cold_air["highest"] = highest
    operator:confirm { "Start the chamber's programme back to room temperature, at no more than 3 °C a minute",
      zh = "启动温度箱回到室温的程序,速率不超过 3 °C/min", id = "after_cold" }
    local back, coolest, warmest = rest(fx)
    m.cold_rate["back"] = back
    m.cold_room["lowest"] = coolest
    m.cold_room["highest"] = warmest
  end,
}

step "Heat" {
  zh      = "高温",
  clause  = "84.307",
  measure = {
    heat_rate = { "largest change of the chamber's air in a minute", zh = "温度变化速率最大值", per = "way",
                  evidence = true, limit = clause_307 { "<= 3 K/min" } },
    heat_held = { "time in the heat", zh = "高温存放时间", evidence = true,
                  limit = clause_307 { ">= 48 h" } },
    heat_air  = { "air in the heat", zh = "高温存放温度", per = "extreme", evidence = true,
                  limit = tolerance "69 .. 73 °C" },
    heat_room = { "air at room temperature, after the heat", zh = "高温后的室温", per = "extreme",
                  evidence = true, limit = room "room" },
  },
  run = function(m, fx)
    operator:confirm { "Start the chamber's programme towards 71 °C, at no more than 3 °C a minute",
      zh = "启动升温程序至 71 °C,速率不超过 3 °C/min", id = "heat" }
    local rate, held, lowest, highest = treat(fx, q "71 °C", "66 .. 76 °C", "48.05 h")
    m.heat_rate["there"] = rate
    m.heat_held = held
    m.heat_air["lowest"] = lowest
    m.heat_air["highest"] = highest
    operator:confirm { "Start the chamber's programme back to room temperature, at no more than 3 °C a minute",
      zh = "启动温度箱回到室温的程序,速率不超过 3 °C/min", id = "after_heat" }
    local back, coolest, warmest = rest(fx)
    m.heat_rate["back"] = back
    m.heat_room["lowest"] = coolest
    m.heat_room["highest"] = warmest
  end,
}
