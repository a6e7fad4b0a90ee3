-- The battery bench itself, before and after each batch: contactors, zero and span of its meters, what supply and load
-- say, leads, shorting bar and comparator, and the thermocouples that its interlocks watch.
--
-- A current that the ammeter reads too small makes a pack deliver less than it does, one too large makes it pass. No
-- battery is connected here: each step says what lies between the pins in its place.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

-- What GB 31241-2022 allows its measurements as a whole.
local function gb_31241(limit)
  return { limit, standard = "GB 31241-2022", clause = "4.3", grade = "verbatim",
           source = "http://www.jianbiaoku.com/webarbs/book/170923/4842331.shtml" }
end

local test = protocol {
  id       = "battery.battery_bench_check",
  version  = 1, language = 1,
  title    = "Battery bench: contactors, meters, supply, load, shorting bar and thermocouples",
  zh       = "锂电池测试台核查:接触器、仪表、电源、电子负载、短路铜排与热电偶",
  standard = validation,
  fixture  = "battery_bench",
  checks   = "battery_bench",
  decision = "guarded",

  -- What this file sets: no more, whatever lies between the pins.
  bounds = { ["supply.voltage"] = "0 .. 5 V", ["supply.current"] = "0 .. 8 A", ["load.current"] = "0 .. 8 A" },

  -- Chosen: below what the comparator on the shunt is to latch at.
  params = {
    current = { "5 A", range = "2 .. 8 A", ask = "Current of the check (核查电流)" },
    surge   = { "12 A", range = "4 .. 30 A",
                ask = "Current that the other supply must give through the bar (辅助电源浪涌电流)" },
    voltage = { "4.2 V", range = "2 .. 5 V", ask = "Supply's voltage of the check (核查电压)" },
    soak    = { "3 min", range = "1 .. 10 min", ask = "Time for a thermocouple to come to rest (热电偶稳定时间)" },
  },

  faults = {
    closes_late          = { "FAIL", "follows[main closes]", "follows[bunker closes]" },
    opens_late           = { "FAIL", "follows[main opens]", "follows[bunker opens]" },
    supply_volts_high    = { "FAIL", "volts_set" },
    supply_volts_low     = { "FAIL", "volts_set" },
    supply_reads_volts   = { "FAIL", "volts_shown" },
    meter_zero_off       = { "FAIL", "zero[cell]" },
    pack_zero_off        = { "FAIL", "zero[pack]" },
    shunt_zero_off       = { "FAIL", "zero_current" },
    tester_zero_off      = { "FAIL", "tester_zero" },
    weak_contact         = { "FAIL", "leads[main]", "leads[bunker]" },
    bunker_contact       = { "FAIL", "leads[bunker]" },
    meter_drifted        = { "FAIL", "volts[cell]" },
    meter_low            = { "FAIL", "volts[cell]" },
    pack_meter_high      = { "FAIL", "volts[pack]" },
    pack_meter_low       = { "FAIL", "volts[pack]" },
    tester_high          = { "FAIL", "tester" },
    shunt_drifted        = { "FAIL", "amperes[forward]", "amperes[reversed]" },
    shunt_low            = { "FAIL", "amperes[forward]", "amperes[reversed]" },
    supply_strong        = { "FAIL", "amperes_set" },
    supply_weak          = { "FAIL", "amperes_set" },
    supply_reads_current = { "FAIL", "amperes_shown" },
    load_strong          = { "FAIL", "load_set" },
    load_weak            = { "FAIL", "load_set" },
    load_reads_high      = { "FAIL", "load_shown" },
    surge_dead           = { "FAIL", "surge" },
    surge_slow           = { "FAIL", "surge" },
    surge_stuck          = { "FAIL", "latch[before]", "latch[after]" },
    surge_eager          = { "FAIL", "latch[before]" },
    bar_open             = { "FAIL", "surge" },
    bar_corroded         = { "FAIL", "bar" },
    bar_bridged          = { "FAIL", "bar" },
    case_high            = { "FAIL", "ice[case]" },
    case_low             = { "FAIL", "ice[case]" },
    cell_junction_low    = { "FAIL", "ice[cell]" },
    case_flat            = { "FAIL", "together" },
    junctions_swapped    = { "FAIL", "ice[case]", "ice[cell]" },
    battery_left         = { "ERROR" },
    short_forgotten      = { "ERROR" },
    resistor_forgotten   = { "ERROR" },
    reference_forgotten  = { "ERROR" },
    resistor_wrong       = { "ERROR" },
    source_off           = { "ERROR" },
    source_weak          = { "ERROR" },
    ice_forgotten        = { "ERROR" },
    ice_gone             = { "ERROR" },
    battery_back         = { "ERROR" },
    resistor_is_battery  = { "ERROR" },
    source_is_battery    = { "ERROR" },
    polarity_stuck       = { "ERROR" },
    supply_dead          = { "ERROR" },
    contactor_welded     = { "ERROR" },
    auxiliary_dead       = { "ERROR" },
    ["cell_meter.mute"]  = { "ERROR" },
    ["pack_meter.mute"]  = { "ERROR" },
    ["ammeter.mute"]     = { "ERROR" },
    ["supply.mute"]      = { "ERROR" },
    ["load.mute"]        = { "ERROR" },
    ["tester.mute"]      = { "ERROR" },
    ["thermometer.mute"] = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Load, comparator and shorting bar: fx.cycler:rest 1 left out"] =
      "the load of this world draws nothing beside a short: a real one would take its share past the bar",
  },
}
local p = test.params

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
  wait "2 s"                                    -- until a meter shows what lies there now
end

-- A battery that was left there is found before a contactor closes on it.
local function see_no_battery(fx)
  assert(fx.cell_voltage:is "-0.5 .. 0.5 V" and fx.pack_voltage:is "-0.5 .. 0.5 V",
    "there is a voltage between the pins: take the battery out and lay there what was asked for")
end

-- Constant current through what lies between the pins; a supply that finds no way gives none.
local function drive(fx, reversed)
  fx.cycler:charge { current = p.current, voltage = p.voltage, reversed = reversed }
  local flowing = reversed and -fx.pack_current:read() or fx.pack_current:read()
  assert(flowing > 0.5 * p.current,
    "no current flows the way that was asked for: what was to lie between the pins is not there, or the supply or a relay "
    .. "does not do what it is told")
end

step "Contactors and supply" {
  zh      = "接触器与电源",
  measure = {
    follows     = { "time in which a contactor follows, by its auxiliary contact", zh = "接触器动作时间(辅助触点)",
                    per = "move", limit = validated "follows" },
    volts_set   = { "voltage at the open pins, less what the supply is set to", zh = "触针开路电压与电源设定值之差",
                    limit = gb_31241 "± 1 %rd" },
    volts_shown = { "voltage that the supply shows, off by", zh = "电源电压示值误差", limit = validated "volts_shown" },
  },
  run = function(m, fx)
    finally(function() fx.cycler:disconnect() end)
    ask("Take every battery out, from the pack's place and from the bunker, leave both places empty, and shut the door",
      "取出电池组工位和防爆箱内的全部电池,两处均空置,关门", "empty")
    see_no_battery(fx)
    for _, name in ipairs { "main", "bunker" } do
      fx[name]:on()
      m.follows[name .. " closes"] = fx[name .. "_closed"]:becomes { "on", within = "1 s" }
      fx[name]:off()
      m.follows[name .. " opens"] = fx[name .. "_closed"]:becomes { "off", within = "1 s" }
    end
    fx.cycler:connect "main"
    fx.cycler:charge { current = p.current, voltage = p.voltage }
    local at_pins = fx.pack_voltage:mean "5 s"
    m.volts_set = at_pins:against(p.voltage)
    m.volts_shown = q.abs(fx.supply_voltage:mean "5 s" - at_pins)
  end,
}

step "Zero and leads" {
  zh      = "零点与回路电阻",
  measure = {
    zero         = { "voltmeter with its pins shorted, off by", zh = "电压表短路零点误差", per = "meter",
                     limit = validated "zero" },
    zero_current = { "ammeter with all open, off by", zh = "电流表零点误差", limit = validated "zero_current" },
    tester_zero  = { "battery tester with its pins shorted, off by", zh = "内阻测试仪短路零点误差",
                     limit = validated "tester_zero" },
    leads        = { "resistance of leads, relays and power pins", zh = "引线、继电器与功率触针电阻", per = "contactor",
                     limit = validated "leads" },
  },
  run = function(m, fx)
    finally(function() fx.cycler:disconnect() end)
    ask("Lay a short between the pins, four-wire, in the pack's place and in the bunker, and shut the door",
      "在电池组工位和防爆箱的触针之间各放一块四线短路件,关门", "short")
    see_no_battery(fx)
    m.zero["cell"] = q.abs(fx.cell_voltage:mean "5 s")
    m.zero["pack"] = q.abs(fx.pack_voltage:mean "5 s")
    m.zero_current = q.abs(fx.pack_current:mean "5 s")
    m.tester_zero = fx.resistance:mean "5 s"
    for _, name in ipairs { "main", "bunker" } do
      fx.cycler:connect(name)
      drive(fx)
      local lost = fx.supply_voltage:mean "5 s" - fx.pack_voltage:mean "5 s"
      m.leads[name] = lost / fx.pack_current:mean "5 s"
      fx.cycler:disconnect()
    end
  end,
}

step "Voltmeters" {
  zh      = "电压表",
  measure = {
    volts = { "voltmeter on the reference, less what that is certified as", zh = "电压表示值误差", per = "meter",
              limit = gb_31241 "± 1 %rd" },
  },
  run = function(m, fx)
    ask("Take the shorts out and put the certified voltage reference on the sense pins",
      "取下短路件,将经校准的电压标准接至电压触针", "voltage")
    local least = 0.5 * fx.reference "voltage"
    assert(fx.cell_voltage:is { at_least = least } or fx.pack_voltage:is { at_least = least },
      "neither voltmeter sees the voltage reference: it is not on the sense pins, or not switched on")
    m.volts["cell"] = (fx.cell_voltage:mean "5 s"):against(fx.reference "voltage")
    m.volts["pack"] = (fx.pack_voltage:mean "5 s"):against(fx.reference "voltage")
  end,
}

step "Ammeter and tester" {
  zh      = "电流表与内阻测试仪",
  measure = {
    tester        = { "battery tester on the certified resistor, off by", zh = "内阻测试仪示值误差",
                      limit = validated "tester" },
    amperes       = { "ammeter, less the current through the certified resistor", zh = "电流表示值误差",
                      per = "direction", limit = gb_31241 "± 1 %rd" },
    amperes_set   = { "current, less what the supply is set to", zh = "电源输出电流与设定值之差",
                      limit = gb_31241 "± 1 %rd" },
    amperes_shown = { "current that the supply shows, off by", zh = "电源电流示值误差",
                      limit = validated "amperes_shown" },
  },
  run = function(m, fx)
    finally(function() fx.cycler:disconnect() end)
    ask("Put the certified resistor between the pins of the pack's place, four-wire, and shut the door",
      "将标准电阻以四线方式接入电池组工位触针之间,关门", "resistor")
    see_no_battery(fx)
    assert(fx.resistance:is { at_least = 0.5 * fx.reference "resistor" },
      "what lies between the pins is not the certified resistor: the short of the step before?")
    m.tester = q.abs(fx.resistance:mean "5 s" - fx.reference "resistor")
    fx.cycler:connect "main"
    drive(fx)
    local current = fx.pack_voltage:mean "5 s" / fx.reference "resistor"
    m.amperes["forward"] = (fx.pack_current:mean "5 s"):against(current)
    m.amperes_set = current:against(p.current)
    m.amperes_shown = q.abs(fx.supply_current:mean "5 s" - current)
    drive(fx, true)
    current = -fx.pack_voltage:mean "5 s" / fx.reference "resistor"
    m.amperes["reversed"] = (-fx.pack_current:mean "5 s"):against(current)
  end,
}

-- The bench's own supply and load are never connected together: for the load another supply stands in the pack's place.
step "Load, comparator and shorting bar" {
  zh      = "电子负载、比较器与短路铜排",
  measure = {
    load_set   = { "current, less what the load is set to", zh = "电子负载电流与设定值之差",
                   limit = gb_31241 "± 1 %rd" },
    load_shown = { "current that the load shows, off by", zh = "电子负载电流示值误差", limit = validated "load_shown" },
    latch      = { "comparator's latch before and after the surge", zh = "浪涌前后比较器锁存状态", per = "time",
                   limit = validated "latch" },
    surge      = { "time until the comparator has latched a surge", zh = "比较器锁存时间", limit = validated "surge" },
    bar        = { "resistance of the shorting bar", zh = "短路铜排电阻", limit = validated "bar" },
  },
  run = function(m, fx)
    finally(function() fx.cycler:disconnect() end)
    ask("Take the resistor out, connect another supply in the pack's place, set to 5 V and limited to a little more than the "
      .. "comparator latches at, and shut the door",
      "取下标准电阻,在电池组工位接入另一台电源,设为 5 V,限流略高于比较器动作电流,关门", "source")
    -- No single cell has that voltage: what the bar is about to short is no battery.
    assert(fx.pack_voltage:is "4.8 .. 5.2 V",
      "there are not 5 V between the pins: the other supply is not on, or something else lies there")
    fx.cycler:connect "main"
    fx.cycler:discharge { current = p.current }
    local drawn = -fx.pack_current:mean "5 s"
    m.load_set = drawn:against(p.current)
    m.load_shown = q.abs(fx.load_current:mean "5 s" - drawn)
    m.latch["before"] = fx.surge:read()
    fx.cycler:rest()
    fx.short:on()
    m.surge = fx.surge:becomes { "on", within = "300 ms" }
    local lost, current = fx.pack_voltage:read(), -fx.pack_current:read()
    fx.short:off()
    wait "1 s"
    m.latch["after"] = fx.surge:read()
    -- One that is limited too low breaks down; one that stands meets a poor contact or an open bar of this bench.
    assert(current >= p.surge or lost > q "4.8 V", "the other supply gives less through the bar than it must: raise its limit")
    m.bar = current > q "1 A" and lost / current or nil
  end,
}

-- Somebody has put one of them into the ice, whichever terminals it is at.
local function see_ice(fx)
  assert(fx.case_temperature:is "<= 10 °C" or fx.cell_temperature:is "<= 10 °C",
    "neither thermocouple is cold: put the one that was asked for into the ice water")
end

-- One after the other: two that are at each other's terminals would be right in the ice together.
step "Thermocouples" {
  zh      = "热电偶",
  measure = {
    ice      = { "junction in ice water, less the ice point", zh = "热电偶冰点误差", per = "junction",
                 limit = gb_31241 "± 2 K" },
    together = { "between the junctions, bound together in air", zh = "两支热电偶并置时示值之差",
                 limit = validated "together" },
  },
  run = function(m, fx)
    ask("Take the other supply out. Put the case's thermocouple into stirred ice water, in a thin bag, and leave the bunker's "
      .. "in air", "取下辅助电源;将外壳热电偶装入薄袋浸入搅拌的冰水混合物,防爆箱热电偶留在空气中", "ice_case")
    wait(p.soak)
    see_ice(fx)
    m.ice["case"] = fx.case_temperature:mean "1 min" - fx.reference "ice"
    ask("Put the bunker's thermocouple into the ice water, and leave the case's in air",
      "将防爆箱热电偶浸入冰水混合物,外壳热电偶取出留在空气中", "ice_cell")
    wait(p.soak)
    see_ice(fx)
    m.ice["cell"] = fx.cell_temperature:mean "1 min" - fx.reference "ice"
    ask("Dry both thermocouples and bind them together in the air of the room", "擦干两支热电偶,捆扎在一起置于室内空气中",
      "together")
    wait(p.soak)
    -- First the one that came out of the ice just now: it is the last to be warm.
    m.together = q.abs(fx.cell_temperature:mean "1 min" - fx.case_temperature:mean "1 min")
  end,
}
