-- Lithium-ion cell: forced discharge (GB 31241-2022, 6.3). Destructive, in the bunker.

-- The clause as it was read: "after discharge, reverse 1 C (1 C_A) to −(upper-limit voltage); total 90
-- min": no fire, no explosion.
local chapter_4 = "http://www.jianbiaoku.com/webarbs/book/170923/4842331.shtml"
local chapter_6 = "http://m.jianbiaoku.com/webarbs/book/170923/4842333.shtml"

local function gb_31241(clause, source, limit)
  limit.standard, limit.clause, limit.source = "GB 31241-2022", clause, source
  limit.grade = "verbatim"
  return limit
end

local test = protocol {
  id       = "li_ion_cell.forced_discharge",
  version  = 1, language = 1,
  title    = "Li-ion cell: forced discharge, GB 31241-2022 clause 6.3",
  zh       = "锂离子电池:强制放电(GB 31241-2022 6.3)",
  standard = "GB 31241-2022",
  class    = "battery.li_ion_cell",
  fixture  = "battery_bench",
  bracket  = "battery.battery_bench_check",
  destructive = true,

  -- The waiting time was chosen; the laboratory's own risk assessment replaces it.
  hazard = { "the cell was driven backwards and may still vent, burn or burst",
             zh = "电池已被强制反向放电,仍可能泄气、起火或爆炸", wait = "24 h" },

  environment = {
    temperature = gb_31241("4.2", chapter_4, { "15 .. 25 °C", channel = "room_temperature" }),
    pressure    = gb_31241("4.2", chapter_4, { "86 .. 106 kPa", channel = "room_pressure",
                                               every = "1 min" }),
    humidity    = gb_31241("4.2", chapter_4, { "<= 75 %RH", channel = "room_humidity",
                                               every = "1 min" }),
  },

  -- The highest upper limit and 1 C of the largest cell; the temperature was chosen.
  bounds = { ["supply.voltage"] = "0 .. 5 V", ["supply.current"] = "0 .. 20 A",
             cell_temperature = "<= 150 °C" },

  bdf = { voltage = "cell_voltage", current = "pack_current", within = "1 s", ambient = "room_temperature" },

  params = {
    duration = { "90 min", range = "1 min .. 3 h", ask = "Time of the forced discharge (强制放电时间)",
                 method = gb_31241("6.3", chapter_6, { ">= 90 min" }) },
  },
  dut = {
    serial   = { ask = "Serial number (编号)", simulated = "SIM-C001", text = true },
    capacity = { ask = "Rated capacity (额定容量)", simulated = "5 Ah", range = "0.1 .. 20 Ah" },
    upper    = { ask = "Upper-limit charge voltage (充电上限电压)", simulated = "4.20 V",
                 range = "2 .. 5 V" },
    empty    = { ask = "End-of-discharge voltage (放电终止电压)", simulated = "2.75 V",
                 range = "1.5 .. 3.3 V" },
    discharging = { ask = "Discharge current of the maker (放电电流)", simulated = "1 A" },
  },

  faults = {
    runs_away     = { "FAIL", "fire" },
    bursts        = { "FAIL", "fire", "explosion" },
    supply_dies   = { "INCONCLUSIVE", "driven" },
    supply_dead   = { "ERROR" },
    supply_strong = { "INCONCLUSIVE", "current", "driven" },
    supply_weak   = { "INCONCLUSIVE", "current", "driven" },
    load_quits    = { "ERROR", dut = { discharging = "5 A" } },
    shunt_drifted = { "INCONCLUSIVE", "current_error" },
    shunt_low     = { "INCONCLUSIVE", "current_error" },
    meter_drifted = { "INCONCLUSIVE", "voltage_error" },
    meter_low     = { "INCONCLUSIVE", "voltage_error" },
    cold_room     = { "INCONCLUSIVE", "temperature" },
    warm_room     = { "INCONCLUSIVE", "temperature" },
    thin_air      = { "INCONCLUSIVE", "pressure" },
    dense_air     = { "INCONCLUSIVE", "pressure" },
    damp_room     = { "INCONCLUSIVE", "humidity", "method.duration", params = { duration = "10 min" } },
    reversed      = { "ERROR" },
    absent        = { "ERROR" },
    weak_contact  = { "ERROR" },
    door_opened   = { "ERROR" },
    smoke         = { "ERROR" },
    contactor_welded = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["empty: fx.cycler:rest 1 left out"] =
      "what follows rests by itself before it switches; until then the load goes on for milliseconds",
    ["Bench: wait 1 left out"] =
      "the load of this world has its current at once: a real one takes its time",
    ["Forced discharge: assertion 1 asserts nothing"] =
      "a dead supply shows the reversed cell's voltage, which is no reading: an ERROR, too, when the time is over",
    ["Forced discharge: wait 2 left out"] =
      "the cell of this world burns while it is driven or not at all: a real one may take seconds more",
  },
}
local p, dut = test.params, test.dut

local function begin(fx)
  finally(function() fx.cycler:disconnect() end)
  fx.cycler:check(fx.cell_temperature)
  fx.cycler:connect "bunker"
end

-- 4.5.2: with the maker's current to the end voltage. A full cell takes its capacity over that current: one that
-- takes twice as long has no load any more.
local function empty(fx)
  fx.cycler:discharge { current = dut.discharging }
  assert(fx.cell_voltage:becomes { at_most = dut.empty, within = 2 * dut.capacity / dut.discharging,
                                   every = "5 s" })
  fx.cycler:rest()
end

step "Bench" {
  zh      = "测量偏差核查",
  measure = {
    current_error = { "ammeter against the load's own current", zh = "电流测量偏差", evidence = true,
                      limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
    voltage_error = { "voltmeter at the pins against the one at the cell, nothing flowing",
                      zh = "电压测量偏差", evidence = true,
                      limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
  },
  run = function(m, fx)
    begin(fx)
    m.voltage_error = (fx.pack_voltage:mean "5 s"):against(fx.cell_voltage:mean "5 s")
    fx.cycler:discharge { current = dut.discharging }
    wait "2 s"
    fx.cycler:contacts()
    m.current_error = (-fx.pack_current:mean "5 s"):against(fx.load_current:mean "5 s")
  end,
}

step "Forced discharge" {
  zh      = "强制放电", clause = "6.3",
  measure = {
    fire      = { "fire seen by the flame detector", zh = "起火",
                  limit = gb_31241("6.3", chapter_6, { "off" }) },
    explosion = { "burst panel of the bunker", zh = "爆炸(防爆膜状态)",
                  limit = gb_31241("6.3", chapter_6, { "closed" }) },
    current   = { "current of the test, less 1 C", zh = "试验电流偏差", evidence = true,
                  limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
    driven    = { "what the supply still did at the end: the current, or else the voltage, as a share "
                  .. "of that of the test", zh = "试验结束时电流或电压占设定值之比", evidence = true,
                  limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
  },
  run = function(m, fx)
    begin(fx)
    fx.cell_voltage:trace "10 s"               -- side by side, for the cell's own data file
    fx.pack_current:trace "10 s"
    empty(fx)

    local flames, panel = fx.flame:trace "1 s", fx.panel:trace "1 s"
    local It = dut.capacity / q "1 h"
    fx.cycler:charge { current = It, voltage = dut.upper, reversed = true }
    assert(fx.pack_current:is { at_most = -0.5 * It }, "the supply does not drive the cell")
    m.current = (-fx.pack_current:mean "2 s"):against(It)
    local ended = race(
      function() wait(p.duration) end,
      function() fx.flame:becomes { "on", within = "4 h" } end,
      function() fx.panel:becomes { "open", within = "4 h" } end)
    local ends = { "its time", "fire", "explosion" }
    log("the test was ended by " .. ends[ended])
    local current, voltage = -fx.pack_current:read() / It, fx.supply_voltage:read() / dut.upper
    m.driven = q.max(current, voltage):against(q "100 %")
    fx.cycler:rest()
    wait "10 s"
    m.fire = flames:max()
    m.explosion = panel:min()
  end,
}
