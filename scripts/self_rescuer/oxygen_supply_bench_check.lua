-- The bench for oxygen supply itself, before and after each batch: zeros, an open port, a flow element and a nozzle of
-- certified size in the unit's place, its own leak, and a pressure balance at the filling port's adapter.
--
-- What spares a bad unit and shows in none of its runs is looked for here: a gauge that reads low, a transmitter with
-- a wrong zero. What would blame a good one is, too: a valve that does not shut.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.oxygen_supply_bench_check",
  version  = 1, language = 1,
  title    = "Oxygen supply bench: zeros, flow element, own leak, nozzle, pressure balance",
  zh       = "供氧性能检验台核查:零点、流量元件、自身泄漏、标准喷嘴、活塞式压力计",
  standard = validation,
  fixture  = "oxygen_supply_bench",
  checks   = "oxygen_supply_bench",
  decision = "guarded",

  params = {
    -- Chosen as the product's test has them; what is seen there is to be seen here.
    hold = { "30 s", range = "30 .. 120 s", ask = "Time for which the plugged port holds (保压时间)" },
    high = { "66 L/min STPD", range = "60 .. 85 L/min STPD", ask = "Most that is drawn on demand (自动补给最大抽气流量)" },
  },

  faults = {
    gauge_zero_drifted    = { "FAIL", "gauge_zero" },
    gauge_zero_fallen     = { "FAIL", "gauge_zero" },
    gauge_low             = { "FAIL", "resistance" },
    gauge_high            = { "FAIL", "resistance" },
    gauge_dead            = { "FAIL", "resistance", "below" },
    cylinder_zero_drifted = { "FAIL", "cylinder_zero" },
    cylinder_zero_fallen  = { "FAIL", "cylinder_zero" },
    cylinder_low          = { "FAIL", "cylinder_span" },
    cylinder_high         = { "FAIL", "cylinder_span" },
    cylinder_stuck        = { "FAIL", "cylinder_zero" },
    meter_high       = { "FAIL", "small" },
    meter_low        = { "FAIL", "small" },
    large_high       = { "FAIL", "meters[low]", "meters[high]" },
    large_low        = { "FAIL", "meters[low]", "meters[high]" },
    large_saturates  = { "FAIL", "meters[high]" },
    controller_low   = { "FAIL", "meters[low]", "meters[high]", "resistance" },
    port_narrow      = { "FAIL", "own_resistance" },
    element_dirty    = { "FAIL", "resistance" },
    nozzle_blocked   = { "FAIL", "small" },
    hose_weeps       = { "FAIL", "above", "below" },
    hose_leaks       = { "FAIL", "above", "below" },
    hose_sucks       = { "FAIL", "below" },
    vent_stuck_open  = { "FAIL", "above", "below" },
    pass_stuck_open  = { "FAIL", "above" },
    wide_stuck_shut  = { "FAIL", "meters[low]", "poured" },
    exit_stuck_open  = { "FAIL", "meters[low]" },
    exit_stuck_shut  = { "FAIL", "poured" },
    no_air           = { "FAIL", "above", "poured" },
    air_strong       = { "FAIL", "poured" },
    no_suction       = { "ERROR" },
    ["cylinder.mute"] = { "ERROR" },
    ["mouth.mute"]    = { "ERROR" },
    ["meter.mute"]    = { "ERROR" },
    ["large.mute"]    = { "ERROR" },
    ["suction.mute"]  = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Zero: ask 1 left out"] =
      "nothing is on the simulated port and adapter at the beginning: a real one may still have the last unit on it",
    ["Small flow: ask 2 left out"] =
      "all is measured: the nozzle is taken off for what comes next",
    ["Cylinder transmitter: ask 2 left out"] =
      "all is measured: the balance is vented for whoever takes the adapter off",
  },
}
local p = test.params
local certified = q "30 L/min STPD"             -- at which the flow element's resistance is

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

step "Zero" {
  zh      = "零点",
  measure = {
    gauge_zero    = { "mouthpiece gauge with the port open, off by", zh = "口具压力计零点误差",
                      limit = validated "gauge_zero" },
    cylinder_zero = { "cylinder transmitter with its adapter open, off by", zh = "气瓶压力变送器零点误差",
                      limit = validated "cylinder_zero" },
  },
  run = function(m, fx)
    ask("Leave the bench's mouthpiece port and the filling port's adapter open, with nothing on them",
      "检验台接口与充气口接头均保持敞开,不连接任何物品", "unplug")
    m.gauge_zero = q.abs(fx.mouth_pressure:mean "5 s")
    m.cylinder_zero = q.abs(fx.cylinder_pressure:mean "5 s")
  end,
}

-- The large meter and the controller that draws are two instruments in one stream, and the flow element is a third.
step "Large flow" {
  zh      = "大流量与阻力",
  measure = {
    own_resistance = { "resistance of the open port", zh = "接口自身阻力", limit = validated "own_resistance" },
    meters         = { "large flow meter over the suction's controller", zh = "大流量计与抽气流量控制器示值之比",
                       per = "flow", limit = validated "meters" },
    resistance     = { "resistance of the flow element at what is drawn, over its certificate's",
                       zh = "流量元件阻力与证书值之比", limit = validated "resistance" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    local alone, poured, drawn = fx.mouthpiece:drawing(certified)
    m.own_resistance = q.abs(alone)
    m.meters["low"] = poured / drawn
    local _, most, asked = fx.mouthpiece:drawing(p.high)
    m.meters["high"] = most / asked

    ask("Fit the flow element to the mouthpiece port, its other end open to the room",
      "将流量元件接到检验台接口上,另一端通大气", "element")
    local pressure, _, through = fx.mouthpiece:drawing(certified)
    m.resistance = (alone - pressure) / (fx.reference "element" * (through / certified))
  end,
}

-- A port that does not come to its pressure fails by that: what leaks so fast that it would be empty again before the
-- hold begins does not come to 500 Pa.
step "Own leak" {
  zh      = "自身泄漏",
  measure = {
    above  = { "change of pressure of the plugged port, held above the room's", zh = "正压下装置自身压降",
               limit = validated "above" },
    below  = { "change of pressure of the plugged port, held below the room's", zh = "负压下装置自身压升",
               limit = validated "below" },
    poured = { "bench's own air through the large meter", zh = "充气气流经大流量计的流量", limit = validated "poured" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Plug the bench's mouthpiece port", "将检验台接口堵住", "plug")
    local filled = fx.mouthpiece:fill(q "500 Pa")
    m.above = filled and fx.mouthpiece:changes(p.hold) or filled
    local emptied = fx.mouthpiece:empty()
    m.below = emptied and fx.mouthpiece:changes(p.hold) or emptied
    fx.mouthpiece:pour()
    fx.blow:open()
    local is_shut = fx.mouth_pressure:becomes { ">= 500 Pa", within = "5 s" }
    if is_shut then fx.blow:close() end         -- before the guard has to
    m.poured = fx.large_flow:mean "5 s"
  end,
}

step "Small flow" {
  zh      = "小流量",
  measure = {
    small = { "small flow meter over the nozzle's certificate", zh = "小流量计示值与标准喷嘴证书值之比",
              limit = validated "small" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    fx.pass:open()
    ask("Fit the nozzle to the mouthpiece port and blow it with air at the pressure of its certificate",
      "将标准喷嘴接到检验台接口上,按证书规定的压力供入洁净空气", "nozzle")
    fx.vent:close()
    wait "20 s"
    m.small = fx.flow:mean "20 s" / fx.reference "nozzle"
    ask("Shut the nozzle's air and take it off", "关闭喷嘴供气并取下喷嘴", "unplug")
  end,
}

step "Cylinder transmitter" {
  zh      = "气瓶压力变送器",
  measure = {
    cylinder_span = { "cylinder transmitter over the pressure balance", zh = "气瓶压力变送器示值与活塞式压力计之比",
                      limit = validated "cylinder_span" },
  },
  run = function(m, fx)
    ask("Connect the filling port's adapter to the pressure balance (nitrogen, free of oil), load the certified weights "
      .. "and let the piston float",
      "将充气口接头接到活塞式压力计(氮气介质,无油),加载经校准的砝码,使活塞浮起", "balance")
    wait "10 s"
    m.cylinder_span = fx.cylinder_pressure:mean "10 s" / fx.reference "balance"
    ask("Vent the pressure balance slowly and take the adapter off", "缓慢泄压后拆下接头", "vented")
  end,
}
