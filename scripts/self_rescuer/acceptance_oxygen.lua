-- Compressed-oxygen self-rescuer before it goes underground, and every quarter: cylinder, tightness, exhaust
-- valve, constant flow.

local rule = "矿用自救器安全管理规定(试行)"
local aq_1054 = "AQ 1054-2008"

-- The rule was not read: a vendor tells its article 7. It decides nothing until a laboratory signs it.
local function article_7(limit, key)
  limit.standard, limit.clause, limit.key, limit.grade = rule, "第七条", key, "secondary"
  limit.source = "huiningdianzi.com/company-news/156.html, a vendor's account"
  return limit
end

local test = protocol {
  id       = "self_rescuer.acceptance_oxygen",
  version  = 1, language = 1,
  title    = "Compressed-oxygen self-rescuer: acceptance before use, and the quarterly five",
  zh       = "压缩氧自救器:入井使用前验收及季度五项检查",
  standard = rule .. "; " .. aq_1054,
  class    = "self_rescuer.compressed_oxygen",
  fixture  = "oxygen_rescuer_bench",
  bracket  = "self_rescuer.oxygen_rescuer_bench_check",
  decision = "guarded",

  -- Chosen; the laboratory's procedure has its own.
  params = {
    own  = { "30 Pa", range = "1 .. 30 Pa", ask = "Largest change of the bench alone (装置自身压降)" },
    hold = { "60 s", range = "15 .. 300 s", ask = "Time for which tightness is held (保压时间)" },
    rest = { "10 s", range = "5 .. 60 s", ask = "Rest before that (稳定时间)" },
    flow = { "30 s", range = "10 .. 120 s", ask = "Time over which the flow is averaged (流量测量时间)" },
  },
  scans = { "serial" },
  dut = {
    serial   = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0002", text = true },
    model    = { ask = "Model (型号)", simulated = "SIM-ZYX", text = true },
    positive = { ask = "Pressure of the positive tightness test (正压气密试验压力)",
                 simulated = "600 Pa", range = "50 .. 1200 Pa" },
    negative = { ask = "Pressure of the negative tightness test (负压气密试验压力)",
                 simulated = "-600 Pa", range = "-1200 .. -50 Pa" },
    gauge    = { ask = "Accuracy of its own gauge, by the maker (自带压力表允差)",
                 simulated = "-1.0 .. 1.0 MPa", limit = "MPa" },
    exhaust  = { ask = "Opening pressure of its exhaust valve, by the maker (排气阀开启压力)",
                 simulated = "150 .. 300 Pa", limit = "Pa" },
    constant = { ask = "Constant flow, by the maker (定量供氧流量)",
                 simulated = ">= 1.2 L/min STPD", limit = "L/min STPD" },
  },

  faults = {
    swapped = { "INCONCLUSIVE", "scan.serial" },
    under_charged   = { "FAIL", "cylinder" },
    over_charged    = { "FAIL", "cylinder" },
    gauge_low       = { "FAIL", "gauge" },
    gauge_sticks    = { "FAIL", "cylinder", "gauge" },
    gauge_off       = { "FAIL", "gauge" },
    bag_leaks       = { "FAIL", "positive" },
    inward_leak     = { "FAIL", "negative" },
    exhaust_stiff   = { "FAIL", "exhaust" },
    exhaust_weak    = { "FAIL", "exhaust" },
    orifice_clogged = { "FAIL", "constant" },
    hose_weeps      = { "INCONCLUSIVE", "own_drop" },
    hose_leaks      = { "ERROR" },
    no_supply       = { "ERROR" },
    ["mouth.mute"]  = { "ERROR" },
    ["meter.mute"]  = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Bench: assertion 1 asserts nothing"] =
      "without a pressure the next line has nothing to subtract, and the run ends as ERROR all the same",
    ["Tightness: fx.mouthpiece:release 1 left out"] =
      "air is drawn out down to the pressure of the negative test, wherever that begins",
    ["Exhaust valve: wait 1 left out"] =
      "the pressure that settles after it is waited for",
    ["Constant flow: ask 2 left out"] =
      "all is measured: the valve is shut for whoever takes the unit off",
  },
}
local p, dut = test.params, test.dut

local function declared(limit)
  return { limit, grade = "declared", source = "the maker's declaration" }
end

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

-- A leak of the bench's own would be the unit's: none is seen before the unit comes.
step "Bench" {
  zh      = "装置自检",
  measure = {
    own_drop = { "change of pressure with the mouthpiece plugged", zh = "装置自身压降", evidence = true,
                 limit = { standard = "the laboratory's validation of its bench", key = "own_drop" } },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Plug the bench's mouthpiece port", "将检查台接口堵住", "plug")
    local start = assert(fx.mouthpiece:hold(dut.positive, p.rest),
      "the port does not reach its pressure: no air supply, or it leaks")
    wait(p.hold)
    local fell = start - fx.mouth_pressure:mean "1 s"
    m.own_drop = q.abs(fell)
    assert(q.abs(fell) <= p.own, "the bench itself leaks: mend it before a unit is blamed")
  end,
}

step "Cylinder" {
  zh      = "气瓶压力",
  measure = {
    cylinder = { "pressure of the cylinder", zh = "气瓶压力",
                 limit = article_7({ "18 .. 22 MPa" }, "cylinder") },
    gauge    = { "the unit's own gauge less the transmitter", zh = "自带压力表示值误差",
                 limit = declared(dut.gauge) },
  },
  run = function(m, fx)
    ask("Connect the filling port and the mouthpiece; the unit's valve stays shut",
        "连接充气口与口具,样品气瓶阀保持关闭", "connect")
    local pressure = fx.cylinder_pressure:settles { within = "20 kPa", over = "3 s", patience = "30 s" }
    m.cylinder = pressure or fx.cylinder_pressure:mean "5 s"
    local shown = operator:enter { "What does the unit's own gauge show?", zh = "样品自带压力表示值?",
                                   id = "gauge", unit = "MPa" }
    m.gauge = shown - fx.cylinder_pressure:mean "5 s"
  end,
}

-- A unit that does not come to its pressure leaks more than the restrictor gives: what it then falls to counts
-- from the pressure that it should have had.
local function change(fx, pressure)
  local start = fx.mouthpiece:hold(pressure, p.rest) or pressure
  wait(p.hold)
  return q.abs(start - fx.mouth_pressure:mean "1 s")
end

step "Tightness" {
  zh      = "正压与负压气密性",
  measure = {
    positive = { "change of pressure above the room's", zh = "正压气密压降",
                 limit = { standard = aq_1054, key = "positive_drop" } },
    negative = { "change of pressure below the room's", zh = "负压气密压降",
                 limit = { standard = aq_1054, key = "negative_drop" } },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Cap the exhaust valve", "封堵排气阀", "cap")
    m.positive = change(fx, dut.positive)
    fx.mouthpiece:release()
    ask("Uncap the exhaust valve", "取下排气阀封堵", "uncap")
    m.negative = change(fx, dut.negative)
  end,
}

step "Exhaust valve" {
  zh      = "排气阀开启压力",
  measure = {
    exhaust = { "highest pressure while air is blown in", zh = "排气阀开启压力",
                limit = declared(dut.exhaust) },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    fx.vent:close()
    fx.blow:open()
    local rising = fx.mouth_pressure:trace "200 ms"
    wait "15 s"
    fx.mouth_pressure:settles { within = "5 Pa", over = "10 s", patience = "3 min" }
    m.exhaust = rising:max()
    fx.blow:close()
  end,
}

step "Constant flow" {
  zh      = "定量供氧流量",
  measure = {
    constant = { "constant flow with the cylinder as it came", zh = "定量供氧流量",
                 limit = declared(dut.constant) },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    fx.pass:open()
    fx.vent:close()
    ask("Open the unit's oxygen valve", "打开样品氧气瓶阀", "open")
    wait "20 s"
    m.constant = fx.flow:mean(p.flow)
    ask("Shut the unit's oxygen valve", "关闭样品氧气瓶阀", "shut")
  end,
}
