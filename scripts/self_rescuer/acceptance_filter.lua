-- Filter self-rescuer before it goes underground, and every quarter: what the closed unit has gained, and
-- tightness of its case.

local gb_8159 = "GB 8159-2011"

local test = protocol {
  id       = "self_rescuer.acceptance_filter",
  version  = 1, language = 1,
  title    = "Filter self-rescuer: acceptance before use and quarterly, mass gain and case tightness",
  zh       = "过滤式自救器:入井使用前验收及季度检查(增重、外壳气密性)",
  standard = gb_8159 .. "; 30 CFR 75.1714-3",
  class    = "self_rescuer.filter",
  fixture  = "acceptance_bench",
  bracket  = "self_rescuer.acceptance_bench_check",
  decision = "guarded",

  -- Chosen; the laboratory's procedure has its own. What GB 8159-2011 asks of the case was not read.
  params = {
    hold  = { "15 s", range = "5 .. 60 s", ask = "Time for which the pressure is held (保压时间)",
              method = { ">= 15 s", standard = gb_8159, grade = "unverified",
                         source = "what is told of chemical units: GB 8159-2011 was not read" } },
    rest  = { "30 s", range = "10 .. 300 s", ask = "Rest after filling (稳定时间)" },
    drift = { "8 Pa", range = "1 .. 8 Pa", ask = "Largest change with no pressure on the unit (本底漂移)" },
  },
  scans = { "serial" },
  dut = {
    serial   = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0003", text = true },
    model    = { ask = "Model (型号)", simulated = "SIM-ZL60", text = true },
    original = { ask = "Original weight, as the unit or its record states (原始质量)",
                 simulated = "1.000 kg", range = "0.3 .. 3 kg" },
    mass     = { ask = "Mass that the maker or the laboratory states for a sound unit (完好样品质量)",
                 simulated = "0.98 .. 1.02 kg", limit = "kg" },
    volume   = { ask = "Volume of a sound, closed unit, from the laboratory (完好样品外形体积)",
                 simulated = "1.15 .. 1.25 L", limit = "L" },
    pressure = { ask = "Test pressure of the laboratory's procedure (气密试验压力)",
                 simulated = "5 kPa", range = "1 .. 9 kPa" },
  },

  faults = {
    swapped = { "INCONCLUSIVE", "scan.serial" },
    leaking_case      = { "FAIL", "drop" },
    open_case         = { "FAIL", "volume" },
    swollen_case      = { "FAIL", "volume" },
    smaller_unit      = { "FAIL", "volume" },
    under_filled      = { "FAIL", "mass" },
    moist             = { "FAIL", "gain", "mass" },
    cold_specimen     = { "ERROR" },
    warm_hand         = { "ERROR" },
    capillary_blocked = { "INCONCLUSIVE", "sensitivity", "method.hold", params = { hold = "10 s" } },
    slow_to_cool      = { "INCONCLUSIVE", "start" },
    no_supply         = { "ERROR" },
    lid_opened        = { "ERROR" },
    ["scale.mute"]      = { "ERROR" },
    ["difference.mute"] = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Case tightness: drift_share left out"] =
      "the assertion on `drift`, which nobody may order above a tenth of the drop, ends the run first",
    ["Case tightness: drift_share taken for the product's"] =
      "the assertion on `drift` ends the run as ERROR before the share is outside",
    ["Case tightness: drift_share upper end widened"] =
      "the assertion on `drift` ends the run before the share is outside",
    ["Case tightness: sensitivity lower end widened"] =
      "a certified leak that is blocked by half shows as a wrong volume first",
    ["Case tightness: start upper end widened"] =
      "filling ends at the test pressure, and what it warms is lost again: no fault of this bench overfills",
    ["Case tightness: fx.join:open 1 left out"] =
      "this valve is open wherever the bench is safe, and so at the beginning",
    ["Case tightness: fx.capillary:close 1 left out"] =
      "all is measured, and the bench closes it when it is made safe",
  },
}
local p, dut = test.params, test.dut

local function stated(limit)
  return { limit, grade = "declared", source = "the maker's or the laboratory's statement for this model" }
end

-- A desiccant can only gain: water that it has taken up is the life that the catalyst has lost.
step "Mass" {
  zh      = "质量",
  measure = {
    mass = { "mass of the closed unit", zh = "样品质量", limit = stated(dut.mass) },
    gain = { "what the closed unit weighs more than at first", zh = "增重",
             limit = { "<= 10 g", standard = "30 CFR Part 75", clause = "75.1714-3",
                       source = "30 CFR 75.1714-3, on filter self-rescuers", grade = "verbatim" } },
  },
  run = function(m, fx)
    local empty = fx.mass:read()
    operator:confirm { "Lay the closed unit on the scale", zh = "将未开启的样品置于秤上", id = "weigh" }
    local weighed = fx.mass:read() - empty
    m.mass = weighed
    m.gain = weighed - dut.original
  end,
}

-- One pressure for all of it: first nothing but the warmth, then the unit, then the unit and a leak of
-- certified size. A case that stands open would not leak, it would be filled: its volume gives it away.
step "Case tightness" {
  zh      = "外壳气密性",
  measure = {
    start       = { "pressure at which the hold begins", zh = "保压起始压力", evidence = true,
                    limit = { standard = gb_8159, key = "start_pressure" } },
    drift_share = { "change with no pressure on the unit, as a share of the limit of the drop",
                    zh = "无压差时的漂移占压降限值之比", evidence = true, share_of = "drop",
                    limit = { standard = "the laboratory's validation of its bench",
                              key = "drift_share" } },
    drop        = { "drop against the reference volume", zh = "压力下降值",
                    limit = { standard = gb_8159, key = "drop" } },
    sensitivity = { "drop that the certified leak adds, in the same chamber and around the same unit",
                    zh = "标准漏孔引起的压降", evidence = true,
                    limit = { standard = "the laboratory's validation of its bench",
                              key = "sensitivity" } },
    volume      = { "volume of the unit: the chamber less the air around it", zh = "样品体积",
                    limit = stated(dut.volume) },
  },
  run = function(m, fx)
    finally(function() fx.chamber_air:release() end)
    operator:confirm { "Lay the unit into the chamber and close the lid",
                       zh = "将样品放入检测室并盖好", id = "close" }

    fx.join:open()
    fx.vent:close()
    wait(p.rest)
    local warmed = fx.chamber_air:falls(p.hold)
    m.drift_share = q.abs(warmed)
    assert(q.abs(warmed) <= p.drift, "the unit or the room still warms: let the unit stand and begin again")

    m.start = fx.chamber_air:fill(dut.pressure, p.rest)
    local drop = fx.chamber_air:falls(p.hold)
    assert(drop >= -p.drift, "the chamber warms: a rise of its own hides what the case loses")
    m.drop = drop

    -- The air around the unit: what flows through the capillary, over what that takes of the pressure.
    local opened = fx.chamber:read()
    fx.capillary:open()
    local both = fx.chamber_air:falls(p.hold)
    fx.capillary:close()
    local added = both - drop
    m.sensitivity = added
    if added > q "1 Pa" then
      local flow = fx.reference "capillary" * (opened / q "5 kPa")
      local around = flow * p.hold * fx.room_pressure:read() / added
      m.volume = fx.reference "chamber_volume" - around
    end
  end,
}
