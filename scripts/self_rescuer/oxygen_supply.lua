-- Compressed-oxygen self-rescuer: what its reducer, demand valve and button give while the cylinder goes down, and the
-- resistance of its breathing path.

-- AQ 1054-2008 was read to its third clause: what it asks of supply and resistance is known from makers' sheets that
-- say they follow it. They agree, and decide nothing until a laboratory enters its own copy.
local aq_1054 = "AQ 1054-2008"
local function sheets(limit, key)
  return { limit, standard = aq_1054, key = key, grade = "secondary",
           source = "makers' sheets: ldlqt.com/ware/20586121.html, ruihong.55jj.com/detail/1555938941853.html" }
end
local function not_read(key) return { standard = aq_1054, key = key } end
local function own(key) return { standard = "the laboratory's validation of its bench", key = key } end

local test = protocol {
  id        = "self_rescuer.oxygen_supply",
  version   = 1, language = 1,
  title     = "Compressed-oxygen self-rescuer: constant, demand and manual supply, and resistance",
  zh        = "压缩氧自救器:供氧性能(定量、自动、手动补给)及通气阻力",
  standard  = aq_1054,
  class     = "self_rescuer.compressed_oxygen",
  fixture   = "oxygen_supply_bench",
  bracket   = "self_rescuer.oxygen_supply_bench_check",
  decision  = "guarded",
  deviation = "AQ 1054-2008's method was not read. Pressures of the cylinder and the suction that opens the demand "
    .. "valve are those of a commercial tester for team apparatus (GB 23394). Flows count dry gas at 0 °C, the "
    .. "constant flow among what is supplied on demand and by the button; resistance is measured one way, that of "
    .. "inhalation, without the bag.",

  -- Chosen, but for `suck`: a tester that a maker sells draws 8 to 12 L/min (true-witness.com/st398356/
  -- product_38713543.html, of team apparatus). What is drawn at most must be more than what the unit is to supply.
  params = {
    own     = { "60 Pa", range = "1 .. 60 Pa", ask = "Largest change of the bench alone (装置自身压降)" },
    suck    = { "10 L/min STPD", range = "8 .. 12 L/min STPD", ask = "Flow that opens the demand valve (抽气流量)" },
    empties = { "45 s", range = "30 .. 90 s", ask = "Longest time in which that empties the bag (气囊抽空最长时限)" },
    draw    = { "66 L/min STPD", range = "62 .. 85 L/min STPD", ask = "Most that is drawn on demand (自动补给最大抽气流量)" },
    deepest = { "-1000 Pa", range = "-1200 .. -300 Pa", ask = "Mouthpiece pressure at which drawing ends (终止负压)" },
    flow    = { "60 s", range = "30 .. 120 s", ask = "Time over which constant flow is averaged (定量流量测量时间)" },
    rest    = { "2 min", range = "1 .. 10 min", ask = "Rest of the cylinder, which has cooled (气瓶回温时间)" },
  },
  scans = { "serial" },
  dut = {
    serial   = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0002", text = true },
    model    = { ask = "Model (型号)", simulated = "SIM-ZYX", text = true },
    volume   = { ask = "Water volume of its cylinder, as marked (气瓶公称水容积)", simulated = "0.38 L",
                 range = "0.1 .. 2 L" },
    filled   = { ask = "Pressure to which it is filled, by the maker (公称充气压力)", simulated = "20 MPa",
                 range = "15 .. 30 MPa" },
    through  = { ask = "Flow at which its resistance is stated (通气阻力对应的流量)", simulated = "30 L/min STPD",
                 range = "10 .. 80 L/min STPD" },
    constant = { ask = "Constant flow, by the maker (定量供氧流量)", simulated = ">= 1.2 L/min STPD",
                 limit = "L/min STPD" },
  },

  faults = {
    swapped          = { "INCONCLUSIVE", "scan.serial" },
    under_filled     = { "INCONCLUSIVE", "off[full]" },
    over_filled      = { "INCONCLUSIVE", "off[full]" },
    canister_caked   = { "FAIL", "resistance" },
    orifice_clogged  = { "FAIL", "constant[full]", "constant[half]", "constant[tenth]" },
    reducer_droops   = { "FAIL", "constant[tenth]" },
    demand_stiff     = { "FAIL", "opening[full]", "opening[half]", "opening[tenth]" },
    demand_eager     = { "FAIL", "opening[full]", "opening[half]", "opening[tenth]" },
    demand_stiffens  = { "FAIL", "opening[tenth]" },
    demand_stuck     = { "FAIL", "opening[full]", "demand[full]" },
    demand_weak      = { "FAIL", "demand[full]", "demand[quarter]" },
    demand_starves   = { "FAIL", "demand[quarter]" },
    button_weak      = { "FAIL", "manual" },
    button_dead      = { "FAIL", "manual" },
    cylinder_larger  = { "INCONCLUSIVE", "agreement[full]", "agreement[half]", "agreement[tenth]" },
    cylinder_smaller = { "INCONCLUSIVE", "agreement[full]", "agreement[half]", "agreement[tenth]" },
    meter_high       = { "INCONCLUSIVE", "agreement[full]" },
    large_high       = { "INCONCLUSIVE", "meters" },
    large_low        = { "INCONCLUSIVE", "meters" },
    port_narrow      = { "INCONCLUSIVE", "own_resistance" },
    hose_weeps       = { "INCONCLUSIVE", "own_drop" },
    hose_leaks       = { "ERROR" },
    no_suction       = { "ERROR" },
    bag_torn         = { "FAIL", "constant[full]" },
    no_air           = { "ERROR" },
    big_bag          = { "ERROR" },
    room_enriched    = { "ERROR" },
    ["cylinder.mute"] = { "ERROR" },
    ["mouth.mute"]    = { "ERROR" },
    ["meter.mute"]    = { "ERROR" },
    ["large.mute"]    = { "ERROR" },
    ["suction.mute"]  = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["run_down: fx.mouthpiece:release 1 left out"] =
      "it takes the pressure off while nothing is measured: what follows fills the bag, or draws it flat",
    ["demand: fx.mouth_pressure:becomes 1 left out"] =
      "the simulated bag has been let out to its last before: a real one may keep some",
    ["Supply: ask 3 left out"] =
      "all is measured: the valve is shut for whoever takes the unit off",
  },
}
local p, dut = test.params, test.dut

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

-- What leaks in the bench would be the unit's: it is seen before the unit comes.
step "Bench" {
  zh      = "装置自检",
  measure = {
    own_drop = { "change of pressure with the mouthpiece plugged", zh = "装置自身压降", evidence = true,
                 limit = own "own_drop" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Plug the bench's mouthpiece port", "将检验台接口堵住", "plug")
    assert(fx.mouthpiece:fill(), "the plugged port does not come above the room's pressure: no air, or it leaks")
    assert(fx.mouthpiece:empty(), "the plugged port does not come below the room's pressure: it leaks")
    local rose = fx.mouthpiece:changes "30 s"
    m.own_drop = rose
    assert(rose <= p.own, "the bench itself leaks: mend it before a unit is blamed")
  end,
}

-- The bench's own resistance is measured first, and taken off.
step "Resistance" {
  zh      = "通气阻力",
  measure = {
    own_resistance = { "resistance of the open port", zh = "接口自身阻力", evidence = true,
                       limit = own "own_resistance" },
    meters     = { "large flow meter over the suction's controller", zh = "大流量计与抽气流量控制器示值之比",
                   evidence = true, limit = own "meters" },
    resistance = { "pressure below the room's while air is drawn through the unit", zh = "通气阻力",
                   limit = sheets("<= 196 Pa", "resistance") },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Leave the bench's mouthpiece port open, with nothing on it", "接口保持敞开,不连接任何物品", "unplug")
    local alone, poured, drawn = fx.mouthpiece:drawing(dut.through)
    m.own_resistance = q.abs(alone)
    m.meters = poured / drawn
    ask("Connect the filling port and the mouthpiece, take the bag off so that air comes in freely; the unit's valve "
      .. "stays shut", "连接充气口与口具,取下气囊使空气自由进入,样品气瓶阀保持关闭", "connect")
    m.resistance = alone - fx.mouthpiece:drawing(dut.through)
  end,
}

-- ---- the cylinder goes down ----

local lead = q "0.5 MPa"                        -- that constant flow and demand then use, about

local function open_valve() ask("Open the unit's oxygen valve", "打开样品氧气瓶阀", "open") end

-- By the button, until the cylinder has so much left once it is warm again; returns whether it came there. What is done
-- while the button is pressed is done once.
local function run_down(fx, level, pressed)
  fx.mouthpiece:fill()
  repeat
    fx.mouthpiece:pour()
    open_valve()
    ask("Press the button and keep it pressed", "按住手动补给按钮不放", "press")
    if pressed then pressed() end
    pressed = nil
    local is_there = fx.cylinder_pressure:becomes { at_most = level + lead, within = "3 min" }
    ask("Let the button go and shut the unit's oxygen valve: the cylinder warms up",
      "松开按钮并关闭样品氧气瓶阀,等待气瓶回温", "shut")
    fx.mouthpiece:release()
    if not is_there then return false end
    wait(p.rest)
  until fx.cylinder_pressure:is { at_most = level + lead + q "0.3 MPa" }
  return true
end

local function constant(m, fx, level, nominal)
  fx.mouthpiece:fill()
  fx.pass:open()
  open_valve()
  wait "60 s"
  local cylinder, flow = fx.cylinder_pressure:trace "1 s", fx.flow:trace "1 s"
  wait(p.flow)
  local lost = fx.unit:lost(dut.volume, cylinder:slope())
  local given = flow:mean()
  m.off[level] = cylinder:mean() - nominal
  m.constant[level] = given
  m.agreement[level] = lost / given
end

-- The bag first, then the valve: it is deepest where that opens, and whoever never opens is pulled to the end of it.
local function opening(fx)
  local depth = fx.mouth_pressure:trace "50 ms"
  fx.mouthpiece:draw(p.suck)
  assert(fx.mouth_pressure:becomes { "<= -10 Pa", within = p.empties },
    "the bag does not empty: draw for longer, or the supply feeds by itself")
  fx.mouth_pressure:becomes { at_most = p.deepest, within = "15 s" }
  local deepest = -depth:min()
  fx.mouthpiece:release()
  return deepest
end

-- The most, by steps downwards, that does not pull the mouthpiece deeper and deeper once the bag is empty: what the bag
-- still gives while it collapses is not the valve's. It lies between that and the step before, which did. The last is
-- about the constant flow.
local function demand(fx)
  local too_much
  for _, share in ipairs { 1, 0.88, 0.76, 0.64, 0.52, 0.4, 0.28, 0.16, 0.02 } do
    local drawn = share * p.draw
    fx.mouthpiece:draw(drawn)
    fx.mouth_pressure:becomes { "<= -10 Pa", within = "20 s" }
    local depth, flow = fx.mouth_pressure:trace "50 ms", fx.large_flow:trace "200 ms"
    local is_deep = fx.mouth_pressure:becomes { at_most = p.deepest, within = "4 s" }
    local holds = not is_deep and depth:after("2 s"):slope() >= q "-10 Pa/s"
    local given = holds and flow:after("2 s"):mean()
    fx.mouthpiece:release()
    if given then return too_much and q.within(given, too_much) or given end
    too_much = drawn
  end
end

-- 20, 10 and 2 MPa, and on demand down to 5: "full" is the maker's filling. A button that gives nothing leaves the
-- others unmeasured.
local function levels(m, fx)
  constant(m, fx, "full", dut.filled)
  m.opening["full"] = opening(fx)
  m.demand["full"] = demand(fx)
  local function by_button()
    wait "3 s"
    m.manual = fx.large_flow:mean "3 s"
  end
  if not run_down(fx, q "10 MPa", by_button) then return end
  constant(m, fx, "half", q "10 MPa")
  m.opening["half"] = opening(fx)
  if not run_down(fx, q "5 MPa") then return end
  open_valve()
  m.demand["quarter"] = demand(fx)
  if not run_down(fx, q "2 MPa") then return end
  constant(m, fx, "tenth", q "2 MPa")
  m.opening["tenth"] = opening(fx)
end

step "Supply" {
  zh      = "供氧性能",
  measure = {
    off       = { "cylinder less the pressure at which it is to be tested", zh = "气瓶压力与规定测试压力之差", per = "level",
                  evidence = true, limit = { standard = "the laboratory's procedure", key = "off" } },
    constant  = { "constant flow", zh = "定量供氧流量", per = "level",
                  limit = { dut.constant, grade = "declared", source = "the maker's declaration" } },
    agreement = { "what the cylinder loses over what the flow meter sees", zh = "气瓶耗气量与流量计示值之比", per = "level",
                  evidence = true, limit = own "agreement" },
    opening   = { "suction at which the automatic supply opens", zh = "自动补给阀开启负压", per = "level",
                  limit = not_read "opening" },
    demand    = { "flow that is supplied on demand", zh = "自动补给流量", per = "level",
                  limit = sheets(">= 60 L/min STPD", "demand") },
    manual    = { "flow with the button pressed", zh = "手动补给流量", limit = sheets(">= 60 L/min STPD", "manual") },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Put the bag back on", "装回气囊", "bag")
    ask("Cap the exhaust valve", "封堵排气阀", "cap")
    levels(m, fx)
    ask("Shut the unit's oxygen valve and uncap the exhaust valve. The unit must be filled before it is used again",
      "关闭样品氧气瓶阀并取下排气阀封堵。样品须重新充氧后方可使用", "shut")
  end,
}
