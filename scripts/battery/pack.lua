-- Lithium-ion pack with protection board: capacity, then each protection's trip and its release.

-- Conditions and tolerances of GB 31241-2022 as its chapter 4 has them: "20 ± 5 ℃", "86 kPa ~ 106
-- kPa", relative humidity at most 75 %.
local function gb_31241(text, clause, more)
  more = more or {}
  more[1], more.standard, more.clause, more.grade = text, "GB 31241-2022", clause, "verbatim"
  more.source = "http://www.jianbiaoku.com/webarbs/book/170923/4842331.shtml"
  return more
end

local test = protocol {
  id       = "li_ion_pack.capacity_and_protection",
  version  = 1, language = 1,
  title    = "Li-ion pack: capacity and protection trips",
  zh       = "锂离子电池组:容量与保护功能检验",
  standard = "the maker's declaration",
  class    = "battery.li_ion_pack",
  fixture  = "battery_bench",
  bracket  = "battery.battery_bench_check",
  decision = "guarded",

  -- The waiting time was chosen; the laboratory's own risk assessment replaces it.
  hazard = { "the pack is part-charged and may be warm; its terminals may be live",
             zh = "电池组部分带电,可能发热,端子可能带电", wait = "15 min" },

  environment = {
    temperature = gb_31241("15 .. 25 °C", "4.2", { channel = "room_temperature", every = "1 min" }),
    pressure    = gb_31241("86 .. 106 kPa", "4.2", { channel = "room_pressure", every = "10 min" }),
    humidity    = gb_31241("<= 75 %RH", "4.2", { channel = "room_humidity", every = "10 min" }),
  },

  bounds = { ["supply.voltage"] = "0 .. 5.1 V" },        -- the highest ceiling, and a ramp above it

  sampling = { pack_current = "0.1 Hz", case_temperature = "0.02 Hz" },

  bdf = { voltage = "pack_voltage", current = "pack_current", within = "1 s", ambient = "room_temperature" },

  params = {
    rest    = { "30 min", range = "5 min .. 4 h", ask = "Rest before the capacity (静置时间)" },
    sample  = { "5 s", range = "100 ms .. 10 s", ask = "Sampling of the current (电流采样间隔)" },
    ceiling = { "4.45 V", range = "3 .. 5 V",
                ask = "Cell voltage at which the over-charge test is given up (过充中止电压)" },
    floor   = { "2.00 V", range = "0.5 .. 3 V",
                ask = "Cell voltage at which the over-discharge test is given up (过放中止电压)" },
    hottest = { "60 °C", range = "40 .. 69 °C",
                ask = "Case temperature at which the test is given up (外壳中止温度)" },
    most    = { "25 A", range = "1 .. 30 A",
                ask = "Current at which the over-current test is given up (过流中止电流)" },
  },
  dut = {
    serial   = { ask = "Serial number (出厂编号)", simulated = "SIM-0001", text = true },
    capacity = { ask = "Rated capacity (额定容量)", simulated = "6.6 Ah", range = "0.5 .. 50 Ah" },
    full     = { ask = "Charge voltage (充电限制电压)", simulated = "4.20 V", range = "3 .. 4.5 V" },
    empty    = { ask = "End-of-discharge voltage (放电终止电压)", simulated = "2.75 V",
                 range = "1.8 .. 3.3 V" },
    charging = { ask = "Charge current (充电电流)", simulated = "3.3 A" },
    charged  = { ask = "Current at which a charge ends (充电截止电流)", simulated = "0.13 A" },
    steady   = { ask = "Largest continuous discharge current (最大持续放电电流)",
                 simulated = "6.6 A" },
    open_circuit = { ask = "Voltage as delivered (出厂开路电压)", simulated = "3.4 .. 4.0 V",
                     limit = "V" },
    resistance = { ask = "Resistance at 1 kHz (1 kHz 内阻)", simulated = "<= 60 mΩ", limit = "Ω" },
    case       = { ask = "Hottest point of the case (外壳最高温度)", simulated = "<= 45 °C",
                   limit = "°C" },
    over_charge = { ask = "Over-charge trip (过充保护电压)", simulated = "4.25 .. 4.35 V",
                    limit = "V" },
    charge_release = { ask = "Over-charge release (过充恢复电压)", simulated = "4.05 .. 4.15 V",
                       limit = "V" },
    over_discharge = { ask = "Over-discharge trip (过放保护电压)", simulated = "2.30 .. 2.50 V",
                       limit = "V" },
    discharge_release = { ask = "Over-discharge release (过放恢复电压)",
                          simulated = "2.9 .. 3.1 V", limit = "V" },
    over_current = { ask = "Discharge over-current trip (放电过流保护)", simulated = "10 .. 15 A",
                     limit = "A" },
    short    = { ask = "Longest time to the short-circuit trip (短路保护时间)",
                 simulated = "<= 0.3 s", limit = "s" },
    release  = { ask = "Longest time to recover without load (恢复时间)", simulated = "<= 5 s",
                 limit = "s" },
  },

  faults = {
    delivered_empty        = { "FAIL", "open_circuit" },
    delivered_full         = { "FAIL", "open_circuit" },
    poor_board             = { "FAIL", "resistance" },
    worn                   = { "FAIL", "capacity" },
    never_trips            = { "FAIL", "over_charge" },
    trips_early            = { "FAIL", "over_charge" },
    late_charge_release    = { "FAIL", "charge_release" },
    early_charge_release   = { "FAIL", "charge_release" },
    never_trips_discharge  = { "FAIL", "over_discharge" },
    trips_early_discharge  = { "FAIL", "over_discharge" },
    late_discharge_release = { "FAIL", "discharge_release" },
    early_discharge_release = { "FAIL", "discharge_release" },
    never_trips_current    = { "FAIL", "over_current" },
    trips_early_current    = { "FAIL", "over_current" },
    short_holds            = { "FAIL", "short" },
    slow_short             = { "FAIL", "short" },
    slow_release           = { "FAIL", "release[over_current]", "release[short]" },
    hurt_by_short          = { "FAIL", "recovery" },
    film_burns             = { "FAIL", "recovery" },
    hot_cell               = { "FAIL", "case" },
    very_hot_cell          = { "FAIL" },
    fuming                 = { "FAIL" },
    supply_dies            = { "ERROR" },
    load_stops             = { "ERROR" },
    bar_open               = { "ERROR" },
    shunt_drifted          = { "INCONCLUSIVE", "current_error" },
    shunt_low              = { "INCONCLUSIVE", "current_error" },
    cold_room              = { "INCONCLUSIVE", "temperature" },
    warm_room              = { "INCONCLUSIVE", "temperature" },
    thin_air               = { "INCONCLUSIVE", "pressure" },
    dense_air              = { "INCONCLUSIVE", "pressure" },
    damp_room              = { "INCONCLUSIVE", "humidity" },
    reversed               = { "ERROR" },
    absent                 = { "ERROR" },
    weak_contact           = { "ERROR" },
    ["load.mute"]          = { "ERROR" },
    ["supply.cut_off"]     = { "ERROR" },
    door_opened            = { "ERROR" },
    smoke                  = { "ERROR" },
    contactor_welded       = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["sampling: pack_current left out"] =
      "an ammeter that is asked and does not answer ends the run: no fault of this world leaves a gap",
    ["sampling: case_temperature left out"] =
      "a thermometer that is asked and does not answer ends the run: no fault of this world leaves a gap",
    ["begin: fx.cycler:check 1 left out"] =
      "a battery that is reversed or absent ends its first discharge as ERROR, too: hours later, and without the reason",
    ["charge: fx.cycler:rest 1 left out"] =
      "what follows rests by itself before it switches; until then the supply holds the cell where it is",
    ["Connection: fx.cycler:contacts 1 left out"] =
      "poor contacts let no surge through the shorting bar, which is an ERROR, too: half a day later",
    ["Capacity: assertion 1 asserts nothing"] =
      "a load that has stopped is found by the discharge that counts",
    ["Capacity: wait 1 left out"] =
      "the one RC pair of this world's cell has 30 s: rested or not, it delivers the same",
  },
}
local p, dut = test.params, test.dut
local It = dut.capacity / q "1 h"              -- reference test current

-- What the maker declares of this model is what it is held to.
local function declared(text)
  return { text, grade = "declared", source = "the maker's declaration" }
end

-- A criterion that is the laboratory's own: it brings the number.
local function own(key)
  return { standard = "the laboratory's own criterion", key = key }
end

-- The maker's charge: constant current, then constant voltage. True when it ended. A current that fades
-- is the cell's; one that stops at once is the supply's fault, unless its voltage still stands there.
local function charge(fx)
  fx.cycler:charge { current = dut.charging, voltage = dut.full }
  local ended = fx.pack_current:becomes { at_most = dut.charged, within = "12 h", every = "10 s" }
  assert(not ended or fx.pack_current:is { at_least = 0.5 * dut.charged }
    or fx.supply_voltage:is { at_least = 0.995 * dut.full }, "the supply gives no current any more")
  fx.cycler:rest()
  return ended ~= nil
end

-- A pack that gets hot or smokes is given up at once, and has failed.
local function begin(fx)
  finally(function() fx.cycler:disconnect() end)
  fx.cycler:check(fx.case_temperature)
  fx.case_temperature:guard { at_most = p.hottest }
  fx.fumes:guard "off"
  fx.cycler:connect "main"
end

local as_delivered                             -- resistance, before anything was done to the pack

step "Connection" {
  zh      = "连接与初始检查",
  measure = {
    open_circuit = { "voltage of the cell as delivered", zh = "出厂开路电压",
                     limit = declared(dut.open_circuit) },
    resistance   = { "resistance of the pack at 1 kHz", zh = "1 kHz 内阻",
                     limit = declared(dut.resistance) },
    current_error = { "ammeter against the load's own current", zh = "电流测量偏差", evidence = true,
                      limit = gb_31241("± 1 %rd", "4.3") },
  },
  run = function(m, fx)
    begin(fx)
    m.open_circuit = fx.cell_voltage:mean "5 s"
    as_delivered = q.mean { fx.resistance:read(), fx.resistance:read(), fx.resistance:read() }
    m.resistance = as_delivered

    fx.cycler:discharge { current = 0.5 * It }
    fx.cycler:contacts()
    m.current_error = (-fx.pack_current:mean "5 s"):against(fx.load_current:mean "5 s")
  end,
}

-- Discharged to its end first, then charged as the maker says (GB 31241-2022, 4.5), rested, and
-- discharged with 0.2 It. What it must deliver is what its label declares.
step "Capacity" {
  zh      = "容量",
  measure = {
    capacity = { "charge delivered at 0.2 It", zh = "0.2 It 放电容量",
                 limit = { at_least = dut.capacity, grade = "declared", source = "the label" } },
    case     = { "hottest point of the case", zh = "外壳最高温度", limit = declared(dut.case) },
  },
  run = function(m, fx)
    begin(fx)
    local heat = fx.case_temperature:trace "20 s"
    fx.pack_voltage:trace(p.sample)            -- and the current beside it, for the pack's own data file
    fx.pack_current:trace(p.sample)
    fx.cycler:discharge { current = 0.2 * It }
    assert(fx.pack_voltage:becomes { at_most = dut.empty, within = "8 h", every = "10 s" })
    if not charge(fx) then
      m.capacity = nil
      m.case = heat:max()
      return
    end
    wait(p.rest)

    fx.cycler:discharge { current = 0.2 * It }
    local drawn = fx.pack_current:trace(p.sample)
    assert(fx.pack_voltage:becomes { at_most = dut.empty, within = "10 h" })
    m.capacity = -drawn:integral()
    m.case = heat:max()
  end,
}

-- The pack is at its end voltage. A board that has not tripped at the floor never will in this test:
-- what was reached with the current still flowing is the value.
step "Over-discharge protection" {
  zh      = "过放电保护",
  measure = {
    over_discharge    = { "cell voltage at which the discharge was stopped", zh = "过放保护电压",
                          limit = declared(dut.over_discharge) },
    discharge_release = { "cell voltage at which a charger restores the output", zh = "过放恢复电压",
                          limit = declared(dut.discharge_release) },
  },
  run = function(m, fx)
    begin(fx)
    fx.cycler:discharge { current = 0.2 * It }
    local tripped
    race(
      function()
        tripped = fx.pack_current:last_before { at_least = -0.01 * It, of = fx.cell_voltage,
                                                within = "2 h", every = "1 s" }
      end,
      function() fx.cell_voltage:becomes { at_most = p.floor, within = "2 h", every = "1 s" } end)
    m.over_discharge = tripped or fx.cell_voltage:read()
    if not tripped then return end

    fx.cycler:charge { current = 0.1 * It, voltage = dut.full }
    m.discharge_release = fx.cycler:released { every = "5 s", within = "2 h" }
  end,
}

step "Over-charge protection" {
  zh      = "过充电保护",
  measure = {
    over_charge    = { "cell voltage at which the charge was stopped", zh = "过充保护电压",
                       limit = declared(dut.over_charge) },
    charge_release = { "cell voltage at which a charge is allowed again", zh = "过充恢复电压",
                       limit = declared(dut.charge_release) },
  },
  run = function(m, fx)
    begin(fx)
    if not charge(fx) then
      m.over_charge = nil
      return
    end

    fx.cycler:charge { current = 0.1 * It, voltage = dut.full }
    local tripped
    race(
      function()
        tripped = fx.pack_current:last_before { at_most = 0.01 * It, of = fx.cell_voltage,
                                                within = "4 h", every = "5 s" }
      end,
      function()
        fx.cycler:ramp { from = dut.full, to = p.ceiling + q "0.1 V", step = "10 mV",
                         every = "200 ms" }
        fx.cell_voltage:becomes { at_least = p.ceiling, within = "4 h", every = "5 s" }
      end)
    m.over_charge = tripped or fx.cell_voltage:read()
    if not tripped then return end

    fx.cycler:discharge { current = 0.2 * It }
    m.charge_release = fx.cycler:released { every = "10 s", within = "3 h" }
  end,
}

-- A board trips within microseconds to milliseconds; this bench looks every tenth of a second. It says
-- between which two currents the board tripped, and after which time a short circuit carries no
-- current any more: a board that is slower than that is found, its own delay is not measured.
step "Over-current and short circuit" {
  zh      = "过流与短路保护",
  measure = {
    over_current = { "discharge current at which the output was cut off", zh = "放电过流保护值",
                     limit = declared(dut.over_current) },
    short        = { "time until a shorted output carries no current", zh = "短路保护时间",
                     limit = declared(dut.short) },
    release      = { "time to recover after the load was removed", per = "trip", zh = "恢复时间",
                     limit = declared(dut.release) },
  },
  run = function(m, fx)
    begin(fx)

    -- The largest continuous current, then 5 % more every tenth of a second.
    local function trip()
      local last, before, current = nil, dut.steady, dut.steady
      fx.cycler:discharge { current = current }
      while true do
        local flowing = -fx.pack_current:read()
        if flowing < 0.5 * current then
          return last and q.within(last, last * (current / before)) or flowing
        end
        if current >= p.most then return flowing end
        last, before = flowing, current
        current = q.min(1.05 * current, p.most)
        fx.load:set { current = current }
        wait "100 ms"
      end
    end

    local function recover(after)
      m.release[after] = fx.pack_voltage:becomes { at_least = dut.empty, within = "2 min" }
    end

    m.over_current = trip()
    fx.load:set { input = "off" }
    recover "over_current"

    fx.cycler:rest()
    fx.short:on()
    local surged = assert(fx.surge:becomes { "on", within = "300 ms" },
      "no current flowed through the shorting bar: contactor or fuse")
    local quiet = fx.pack_current:becomes { at_least = -0.01 * It, within = "500 ms" }
    m.short = quiet and surged + quiet
    fx.short:off()
    recover "short"
  end,
}

-- After all that the pack must still be the one it was.
step "Recovery" {
  zh      = "恢复性检查",
  measure = {
    recovery = { "change of the resistance at 1 kHz", zh = "内阻变化", limit = own "recovery" },
  },
  run = function(m, fx)
    begin(fx)
    wait "60 s"
    m.recovery = as_delivered and
      q.mean { fx.resistance:read(), fx.resistance:read(), fx.resistance:read() }:against(as_delivered)
  end,
}
