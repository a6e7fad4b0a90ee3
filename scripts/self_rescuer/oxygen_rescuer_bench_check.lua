-- The bench for compressed-oxygen self-rescuers itself, before and after each batch: zeros, a calibrator, a plug and a
-- nozzle at its mouthpiece port, and a pressure balance at the filling port's adapter.
--
-- What spares a bad unit and shows in none of its runs is looked for here: a gauge that reads low makes less of a leak,
-- a flow meter that reads high makes more of a constant flow. What would blame a good one is, too: a leak below the
-- room's pressure alone.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.oxygen_rescuer_bench_check",
  version  = 1, language = 1,
  title    = "Compressed-oxygen acceptance bench: zeros, calibrator, own leak, nozzle, pressure balance",
  zh       = "压缩氧自救器检查台核查:零点、微压校验仪、自身泄漏、标准喷嘴、活塞式压力计",
  standard = validation,
  fixture  = "oxygen_rescuer_bench",
  checks   = "oxygen_rescuer_bench",
  decision = "guarded",

  -- Chosen as the product's test has them; what is seen there is to be seen here.
  params = {
    pressure = { "600 Pa", range = "300 .. 1200 Pa", ask = "Pressure of the plugged port, above and below (堵口压力)" },
    hold     = { "60 s", range = "60 .. 300 s", ask = "Time for which the plugged port holds (保压时间)" },
    rest     = { "10 s", range = "5 .. 20 s", ask = "Rest before that (稳定时间)" },
  },

  faults = {
    mouth_zero_drifted    = { "FAIL", "gauge_zero" },
    mouth_zero_fallen     = { "FAIL", "gauge_zero" },
    mouth_low             = { "FAIL", "gauge_span[above]", "gauge_span[below]" },
    mouth_high            = { "FAIL", "gauge_span[above]", "gauge_span[below]" },
    mouth_dead            = { "FAIL", "gauge_span[above]", "gauge_span[below]", "above", "below" },
    mouth_blind_above     = { "FAIL", "gauge_span[above]" },
    mouth_blind_below     = { "FAIL", "gauge_span[below]" },
    cylinder_zero_drifted = { "FAIL", "cylinder_zero" },
    cylinder_zero_fallen  = { "FAIL", "cylinder_zero" },
    cylinder_low          = { "FAIL", "cylinder_span" },
    cylinder_high         = { "FAIL", "cylinder_span" },
    cylinder_stuck        = { "FAIL", "cylinder_zero" },
    meter_zero_drifted    = { "FAIL", "meter_zero" },
    meter_zero_fallen     = { "FAIL", "meter_zero" },
    meter_high            = { "FAIL", "meter_span" },
    meter_low             = { "FAIL", "meter_span" },
    meter_dead            = { "FAIL", "meter_span", "blown" },
    nozzle_blocked  = { "FAIL", "meter_span" },
    blow_clogged    = { "FAIL", "blown" },
    blow_wide       = { "FAIL", "blown" },
    draw_clogged    = { "FAIL", "drawn" },
    draw_wide       = { "FAIL", "drawn" },
    blow_seeps      = { "FAIL", "above", "below" },
    draw_seeps      = { "FAIL", "above", "below" },
    hose_weeps      = { "FAIL", "above", "below" },
    hose_leaks      = { "FAIL", "above", "below" },
    hose_blows      = { "FAIL", "above" },
    hose_sucks      = { "FAIL", "below" },
    vent_clogged    = { "FAIL", "emptied" },
    vent_stuck_open = { "FAIL", "above", "below" },
    vent_stuck_shut = { "FAIL", "emptied" },
    pass_stuck_open = { "FAIL", "above", "below" },
    pass_stuck_shut = { "FAIL", "blown", "meter_span" },
    draw_stuck_shut = { "FAIL", "below", "drawn" },
    draw_stuck_open = { "ERROR" },
    blow_stuck_open = { "ERROR" },
    blow_stuck_shut = { "ERROR" },
    no_supply       = { "ERROR" },
    ["cylinder.mute"] = { "ERROR" },
    ["mouth.mute"]    = { "ERROR" },
    ["meter.mute"]    = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Zero: ask 1 left out"] =
      "nothing is on the simulated port and adapter at the beginning: a real one may still have the last unit on it",
    ["Flow: ask 2 left out"] =
      "all is measured: the nozzle is taken off for what comes next",
    ["Cylinder transmitter: ask 2 left out"] =
      "all is measured: the balance is vented for whoever takes the adapter off",
  },
}
local p = test.params

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
    meter_zero    = { "flow meter with its valve shut, off by", zh = "流量计零点误差", limit = validated "meter_zero" },
  },
  run = function(m, fx)
    ask("Leave the bench's mouthpiece port and the filling port's adapter open, with nothing on them",
      "检查台接口与充气口接头均保持敞开,不连接任何物品", "unplug")
    m.gauge_zero = q.abs(fx.mouth_pressure:mean "5 s")
    m.cylinder_zero = q.abs(fx.cylinder_pressure:mean "5 s")
    m.meter_zero = q.abs(fx.flow:mean "5 s")
  end,
}

step "Mouthpiece gauge" {
  zh      = "口具压力计",
  measure = {
    gauge_span = { "mouthpiece gauge over the calibrator's pressure", zh = "口具压力计示值与微压校验仪之比", per = "side",
                   limit = validated "gauge_span" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:let_out() end)
    fx.vent:close()
    ask("Connect the low-pressure calibrator to the mouthpiece port and let it hold the upper pressure of its certificate",
      "将微压校验仪接到检查台接口上,保持其证书所列正压值", "above")
    wait "10 s"
    m.gauge_span["above"] = fx.mouth_pressure:mean "5 s" / fx.reference "source_above"
    ask("Let the calibrator hold the lower pressure of its certificate, below the room's",
      "使微压校验仪保持其证书所列负压值", "below")
    wait "10 s"
    m.gauge_span["below"] = fx.mouth_pressure:mean "5 s" / fx.reference "source_below"
  end,
}

-- By how much the pressure of the plugged port changes, either way. A port that does not come to it fails by that: what
-- leaks so fast that it would be empty again before the hold begins does not come there.
local function change(fx, pressure)
  local start = fx.mouthpiece:hold(pressure, p.rest)
  if not start then return nil end
  wait(p.hold)
  return q.abs(start - fx.mouth_pressure:mean "1 s")
end

step "Own leak" {
  zh      = "自身泄漏",
  measure = {
    blown   = { "bench's own air through the flow meter", zh = "充气气流经流量计的流量", limit = validated "blown" },
    above   = { "change of pressure of the plugged port, held above the room's", zh = "正压下装置自身压降",
                limit = validated "above" },
    emptied = { "time in which the vent empties the plugged port", zh = "放空阀泄压时间", limit = validated "emptied" },
    below   = { "change of pressure of the plugged port, held below the room's", zh = "负压下装置自身压升",
                limit = validated "below" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:let_out() end)
    ask("Take the calibrator off and plug the bench's mouthpiece port", "拆下微压校验仪,将检查台接口堵住", "plug")
    local blown = fx.mouthpiece:through_meter(fx.blow)
    m.blown = blown
    local lost = change(fx, p.pressure)
    -- What leaves by a leak is no bench without air: some of it would come to the meter, or the port to its pressure.
    assert(lost or blown >= q "0.1 L/min STPD",
      "no air comes into the mouthpiece: its supply is shut, its valve does not open, or the suction's does not close")
    m.above = lost
    fx.vent:open()
    m.emptied = fx.mouth_pressure:becomes { "-20 .. 20 Pa", within = "10 s" }
    m.below = change(fx, -p.pressure)
  end,
}

-- The meter does not see what is drawn: it shows by how much less is left of the nozzle's flow.
step "Flow" {
  zh      = "流量",
  measure = {
    meter_span = { "flow meter over the nozzle's certificate", zh = "流量计示值与标准喷嘴证书值之比",
                   limit = validated "meter_span" },
    drawn      = { "what the bench draws of the nozzle's flow", zh = "抽气流量", limit = validated "drawn" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:let_out() end)
    ask("Fit the nozzle to the mouthpiece port and blow it with air at the pressure of its certificate",
      "将标准喷嘴接到检查台接口上,按证书规定的压力供入洁净空气", "nozzle")
    local alone = fx.mouthpiece:through_meter()
    m.meter_span = alone / fx.reference "nozzle"
    m.drawn = alone - fx.mouthpiece:through_meter(fx.draw)
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
