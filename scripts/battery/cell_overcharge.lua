-- Lithium-ion cell: overcharge (GB 31241-2022, 6.2). Destructive, in the bunker.

-- The clause as it was read: "max continuous charge current; to the larger of 1.2 × upper-limit
-- voltage and 5 V (1.5 × for cells < 3 V nominal); end 1 h at that voltage or temperature falls by
-- 50 % of peak rise": no fire, no explosion.
local chapter_4 = "http://www.jianbiaoku.com/webarbs/book/170923/4842331.shtml"
local chapter_6 = "http://m.jianbiaoku.com/webarbs/book/170923/4842333.shtml"

local function gb_31241(clause, source, limit)
  limit.standard, limit.clause, limit.source = "GB 31241-2022", clause, source
  limit.grade = "verbatim"
  return limit
end

local test = protocol {
  id       = "li_ion_cell.overcharge",
  version  = 1, language = 1,
  title    = "Li-ion cell: overcharge, GB 31241-2022 clause 6.2",
  zh       = "锂离子电池:过充电(GB 31241-2022 6.2)",
  standard = "GB 31241-2022",
  class    = "battery.li_ion_cell",
  fixture  = "battery_bench",
  bracket  = "battery.battery_bench_check",
  destructive = true,

  -- The waiting time was chosen; the laboratory's own risk assessment replaces it.
  hazard = { "the cell is overcharged and may still vent, burn or burst",
             zh = "电池已过充,仍可能泄气、起火或爆炸", wait = "24 h" },

  environment = {
    temperature = gb_31241("4.2", chapter_4, { "15 .. 25 °C", channel = "room_temperature" }),
    pressure    = gb_31241("4.2", chapter_4, { "86 .. 106 kPa", channel = "room_pressure",
                                               every = "1 min" }),
    humidity    = gb_31241("4.2", chapter_4, { "<= 75 %RH", channel = "room_humidity",
                                               every = "1 min" }),
  },

  bounds = { ["supply.voltage"] = "0 .. 7.5 V" },        -- 1.5 × the highest upper limit

  bdf = { voltage = "cell_voltage", current = "pack_current", within = "1 s", ambient = "room_temperature" },

  params = {
    at_voltage = { "1 h", range = "1 min .. 2 h", ask = "Time at the test voltage (恒压时间)",
                   method = gb_31241("6.2", chapter_6, { ">= 1 h" }) },
  },
  dut = {
    serial   = { ask = "Serial number (编号)", simulated = "SIM-C001", text = true },
    capacity = { ask = "Rated capacity (额定容量)", simulated = "5 Ah", range = "0.1 .. 20 Ah" },
    nominal  = { ask = "Nominal voltage (标称电压)", simulated = "3.6 V", range = "1 .. 4 V" },
    upper    = { ask = "Upper-limit charge voltage (充电上限电压)", simulated = "4.20 V",
                 range = "2 .. 5 V" },
    empty    = { ask = "End-of-discharge voltage (放电终止电压)", simulated = "2.75 V",
                 range = "1.5 .. 3.3 V" },
    discharging = { ask = "Discharge current of the maker (放电电流)", simulated = "1 A" },
    charging = { ask = "Charge current of the maker (充电电流)", simulated = "2.5 A" },
    charged  = { ask = "Current at which a charge ends (充电截止电流)", simulated = "0.1 A" },
    most     = { ask = "Largest continuous charge current (最大持续充电电流)", simulated = "5 A" },
  },

  faults = {
    runs_away     = { "FAIL", "fire" },
    bursts        = { "FAIL", "fire", "explosion" },
    supply_dies   = { "ERROR" },
    supply_dead   = { "ERROR" },
    supply_strong = { "INCONCLUSIVE", "current" },
    supply_weak   = { "INCONCLUSIVE", "current" },
    supply_sags   = { "INCONCLUSIVE", "driven" },
    supply_rises  = { "INCONCLUSIVE", "driven" },
    load_quits    = { "ERROR", dut = { discharging = "5 A" } },
    shunt_drifted = { "INCONCLUSIVE", "current_error" },
    shunt_low     = { "INCONCLUSIVE", "current_error" },
    meter_drifted = { "INCONCLUSIVE", "voltage_error" },
    meter_low     = { "INCONCLUSIVE", "voltage_error" },
    cold_room     = { "INCONCLUSIVE", "temperature" },
    warm_room     = { "INCONCLUSIVE", "temperature" },
    thin_air      = { "INCONCLUSIVE", "pressure" },
    dense_air     = { "INCONCLUSIVE", "pressure" },
    damp_room     = { "INCONCLUSIVE", "humidity", "method.at_voltage", params = { at_voltage = "5 min" } },
    reversed      = { "ERROR" },
    absent        = { "ERROR" },
    weak_contact  = { "ERROR" },
    door_opened   = { "ERROR" },
    smoke         = { "ERROR" },
    contactor_welded = { "ERROR" },
  },
}
local p, dut = test.params, test.dut

-- 4.3: "voltage ±1 %, current ±1 %, temperature ±2 ℃": a rise below the tolerance is none.
local tolerance, no_rise = 0.01, q "2 K"

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

-- The clause's test voltage.
local factor = dut.nominal < q "3 V" and 1.5 or 1.2
local test_voltage = factor * dut.upper
if factor == 1.2 then test_voltage = q.max(test_voltage, q "5 V") end

-- Returns once the temperature has fallen by half of its rise.
local function cools(fx, from)
  local peak = from
  while true do
    wait "10 s"
    local now = fx.cell_temperature:read()
    if now > peak then peak = now end
    if peak - from > no_rise and now <= peak - 0.5 * (peak - from) then return end
  end
end

step "Overcharge" {
  zh      = "过充电", clause = "6.2",
  measure = {
    fire      = { "fire seen by the flame detector", zh = "起火",
                  limit = gb_31241("6.2", chapter_6, { "off" }) },
    explosion = { "burst panel of the bunker", zh = "爆炸(防爆膜状态)",
                  limit = gb_31241("6.2", chapter_6, { "closed" }) },
    current   = { "charge current of the test, less the cell's largest continuous one",
                  zh = "试验电流偏差", evidence = true,
                  limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
    driven    = { "what the supply still did at the end: the current, or else the voltage, as a share "
                  .. "of that of the test", zh = "试验结束时电流或电压占设定值之比", evidence = true,
                  limit = gb_31241("4.3", chapter_4, { "± 1 %rd" }) },
  },
  run = function(m, fx)
    begin(fx)

    -- 4.5.1: discharged to its end voltage first, then the maker's charge.
    fx.cell_voltage:trace "10 s"               -- side by side, for the cell's own data file
    fx.pack_current:trace "10 s"
    empty(fx)
    fx.cycler:charge { current = dut.charging, voltage = dut.upper }
    assert(fx.pack_current:becomes { at_most = dut.charged, within = "24 h", every = "10 s" })
    fx.cycler:rest()

    local flames, panel = fx.flame:trace "1 s", fx.panel:trace "1 s"
    local from = fx.cell_temperature:read()
    fx.cycler:charge { current = dut.most, voltage = test_voltage }
    assert(fx.pack_current:is { at_least = 0.5 * dut.most }, "the supply does not drive the cell")
    m.current = (fx.pack_current:mean "2 s"):against(dut.most)
    local ended = race(
      function()
        assert(fx.cell_voltage:becomes { at_least = (1 - tolerance) * test_voltage,
                                         within = "6 h", every = "1 s" })
        wait(p.at_voltage)
      end,
      function() cools(fx, from) end,
      function() fx.flame:becomes { "on", within = "48 h" } end,
      function() fx.panel:becomes { "open", within = "48 h" } end)
    local ends = { "an hour at the test voltage", "the fall of the temperature", "fire", "explosion" }
    log("the test was ended by " .. ends[ended])
    local current, voltage = fx.pack_current:read() / dut.most, fx.supply_voltage:read() / test_voltage
    m.driven = q.max(current, voltage):against(q "100 %")
    fx.cycler:rest()
    wait "10 s"
    m.fire = flames:max()
    m.explosion = panel:min()
  end,
}
