-- Chemical-oxygen self-rescuer: what a valve of its breathing path lets through the wrong way, out of its unit.

local gost = "GOST R 12.4.220-2022"
local function told(limit, key)
  limit.standard, limit.clause, limit.key, limit.grade = gost, "5.2.1.26", key, "verbatim"
  limit.source = "ajdocs.ru/gsp/43898/14"
  return limit
end
local function own(key) return { standard = "the laboratory's validation of its bench", key = key } end

local test = protocol {
  id        = "self_rescuer.valve_leak",
  version   = 1, language = 1,
  title     = "Chemical-oxygen self-rescuer: reverse leak of a valve",
  zh        = "化学氧自救器:阀门逆向漏气量",
  standard  = gost,
  class     = "self_rescuer.chemical_oxygen",
  fixture   = "oxygen_supply_bench",
  bracket   = "self_rescuer.oxygen_supply_bench_check",
  decision  = "guarded",
  deviation = "GB 24502's requirement was not read: this is that of GOST R 12.4.220-2022, whose figures were read and "
    .. "whose method was not. The valve is tested out of its unit, in a holder, in the direction in which it shuts; "
    .. "what leaks is counted as dry air at the room's temperature and pressure.",

  params = {
    pressure = { "490 Pa", range = "100 .. 600 Pa", ask = "Pressure that shuts the valve (阀门逆向压力)",
                 method = told({ ">= 490 Pa" }) },
    -- Both were chosen; more than this is the bench's, and would be taken for the valve's.
    own      = { "0.1 L/min STPD", range = "0.01 .. 0.1 L/min STPD",
                 ask = "Most that the holder itself leaks (阀座自身漏气量上限)" },
    -- A tight valve is looked at so many times, for a second each.
    looks    = { "30", range = "30 .. 300", ask = "Seconds for which a tight valve is held (保压时间,秒)" },
  },
  scans = { "serial" },
  dut = {
    serial = { ask = "Serial number of the unit that the valve is from (阀门所属样品出厂编号)", simulated = "SIM-SR-0001",
               text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
  },

  faults = {
    swapped      = { "INCONCLUSIVE", "scan.serial" },
    valve_leaks  = { "FAIL", "leak" },
    valve_hangs  = { "FAIL", "leak" },
    valve_gapes  = { "FAIL", "leak" },
    holder_leaks = { "INCONCLUSIVE", "own_leak", "method.pressure", params = { pressure = "300 Pa" } },
    holder_empty = { "ERROR" },
    air_strong   = { "INCONCLUSIVE", "pressure" },
    no_air       = { "ERROR" },
    air_goes      = { "ERROR" },
    air_goes_late = { "ERROR" },
    vent_stuck_open   = { "ERROR" },
    ["mouth.mute"]    = { "ERROR" },
    ["meter.mute"]    = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Valve: pressure lower end widened"] =
      "the port is lifted again as soon as it falls to the pressure: what is off is above it",
  },
}
local p = test.params

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

-- What flows through the small meter meets the valve behind it: the meter's own drop is measured, and made up for.
step "Bench" {
  zh      = "装置自检",
  measure = {
    own_leak = { "flow with a blind disc in the valve's place", zh = "以盲板代替阀门时的流量", evidence = true,
                 limit = own "own_leak" },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Plug the bench's mouthpiece port. Connect the valve holder to the small meter's outlet, a blind disc in it",
      "将检验台接口堵住。在小流量计出口接阀座,内装盲板", "blind")
    local _, flow = fx.mouthpiece:keep(p.pressure, p.looks:number())
    m.own_leak = q.abs(flow)
    assert(flow <= p.own, "the holder itself leaks: mend it before a valve is blamed")
  end,
}

step "Valve" {
  zh      = "阀门",
  measure = {
    pressure = { "pressure that the valve is held shut with", zh = "阀门两侧压差", evidence = true, limit = own "pressure" },
    leak     = { "air that the valve lets through against its direction", zh = "阀门逆向漏气量",
                 limit = told({ "<= 0.5 L/min ATPD" }, "leak") },
  },
  run = function(m, fx)
    finally(function() fx.mouthpiece:release() end)
    ask("Leave the small meter's outlet open, without the holder", "小流量计出口保持敞开,不接阀座", "outlet")
    local _, open_flow, drop = fx.mouthpiece:keep(q "100 Pa", 30)
    ask("Put the valve into the holder, so that the pressure shuts it, and connect the holder",
      "将阀门按逆向受压方向装入阀座,并接好阀座", "valve")
    local room = { temperature = fx.room_temperature:read(), pressure = fx.room_pressure:read() }

    -- A valve that takes so much that the meter itself takes a quarter of the pressure fails at what is left.
    local reached, first = fx.mouthpiece:keep(p.pressure, 5)
    local taken = drop * (first / open_flow)
    if not reached or taken > p.pressure / 4 then
      m.leak = first:at("ATPD", room)
      return
    end
    local kept, through, held = fx.mouthpiece:keep(p.pressure + taken, p.looks:number())
    m.leak = through:at("ATPD", room)
    if kept then m.pressure = held - drop * (through / open_flow) end
  end,
}
