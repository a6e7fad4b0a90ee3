-- Cap lamp before it is issued to a shift: does it light as it must, is its cell in order, does it take charge?
--
-- The lighting time is another test: it takes a shift. The limits of GB 7957-2023 were not read; the laboratory
-- enters them from its own copy, and what only the maker knows comes from his statement.

local gb_7957 = "GB 7957-2023"

local function gap(standard, key) return { standard = standard, key = key } end

local function procedure(key) return gap("the laboratory's procedure", key) end

local test = protocol {
  id       = "cap_lamp.check",
  version  = 1, language = 1,
  title    = "Cap lamp: check before it is issued",
  zh       = "矿灯:发放前检查",
  standard = gb_7957,
  class    = "cap_lamp",
  fixture  = "lamp_bench",
  bracket  = "cap_lamp.bench_check",
  decision = "guarded",

  params = {
    settle = { "10 s", range = "5 .. 120 s", ask = "Time until a light is read (点亮稳定时间)" },
    burn   = { "3 min", range = "30 s .. 60 min", method = ">= 3 min",
               ask = "Time for which the main light burns (主光源点亮时间)" },
  },
  dut = {
    serial    = { ask = "Lamp number (灯号)", simulated = "SIM-KL-0001", text = true },
    contact   = { ask = "Voltage at the charging contacts of a charged lamp, from the maker (充电触点电压)",
                  simulated = "3.6 .. 4.25 V", limit = "V" },
    charge_at = { ask = "Charging voltage, from the maker (充电电压)", simulated = "4.2 V" },
    charge_by = { ask = "Charging current, from the maker (充电电流)", simulated = "0.5 A" },
  },

  faults = {
    dim            = { "FAIL", "start" },
    fades          = { "FAIL", "kept" },
    flickers       = { "FAIL", "steady" },
    auxiliary_dead = { "FAIL", "auxiliary" },
    discharged     = { "FAIL", "contact" },
    overcharged    = { "FAIL", "contact" },
    tired_cell     = { "FAIL", "sag", "path" },
    contact_dirty  = { "FAIL", "path" },
    contact_broken = { "FAIL", "contact" },
    reversed       = { "FAIL", "contact" },
    stray_light    = { "INCONCLUSIVE", "dark" },
    box_opened     = { "ERROR" },
    ["photometer.mute"] = { "ERROR" },
    ["supply.mute"]     = { "ERROR" },
  },

  escapes = {
    ["method: burn left out"] =
      "a rehearsal burns the lamp for as long as the method asks; who orders less is told by the record",
    ["Light: ask 3 left out"] =
      "a lamp that is left on takes its current out of both voltages, and their difference stays",
  },
}
local p, dut = test.params, test.dut

local function ask(text, zh, id) operator:confirm { text, zh = zh, id = id } end

step "At rest" {
  zh      = "静置状态",
  measure = {
    dark    = { "light in the box with the lamp off", zh = "灯熄灭时暗箱内照度", evidence = true,
                limit = gap("the laboratory's validation of its bench", "dark") },
    contact = { "voltage at the charging contacts", zh = "充电触点电压",
                limit = { dut.contact, grade = "declared", source = "the maker's statement" } },
  },
  run = function(m, fx)
    ask("Lay the lamp, switched off, onto its rest, clip the pins to its charging contacts and close the box",
        "将熄灭的矿灯放入灯座,接好充电触点并盖好暗箱", "box")
    m.dark = fx.light:mean "2 s" * fx.reference "photometer"
    m.contact = fx.contact_voltage:mean "2 s"
  end,
}

step "Light" {
  zh      = "照度",
  measure = {
    start     = { "illuminance at 1 m, main light, at the start", zh = "主光源点灯初始照度(1 m)",
                  limit = gap(gb_7957, "illuminance_start") },
    sag       = { "voltage at the contacts, off less on", zh = "点灯前后触点电压之差", limit = procedure "sag" },
    steady    = { "least illuminance over the mean, while it burns", zh = "点灯期间最低照度与平均照度之比",
                  limit = procedure "steady" },
    kept      = { "illuminance after it has burned, over that at the start", zh = "点灯后照度保持率",
                  limit = procedure "kept" },
    auxiliary = { "illuminance at 1 m, auxiliary light", zh = "辅助光源照度(1 m)",
                  limit = gap(gb_7957, "illuminance_auxiliary") },
  },
  run = function(m, fx)
    local per_volt = fx.reference "photometer"
    local off = fx.contact_voltage:mean "2 s"
    ask("Switch the main light on", "打开主光源", "main")
    wait(p.settle)
    local start = fx.light:mean "2 s"
    m.start = start * per_volt
    m.sag = off - fx.contact_voltage:mean "2 s"
    local light = fx.light:trace "200 ms"
    wait(p.burn)
    m.kept = fx.light:mean "2 s" / start
    m.steady = light:min() / light:mean()

    ask("Switch to the auxiliary light", "切换到辅助光源", "auxiliary")
    wait(p.settle)
    m.auxiliary = fx.light:mean "2 s" * per_volt
    ask("Switch the lamp off", "关灯", "off")
  end,
}

-- What a full cell takes says nothing: so the voltage is measured that the current needs at the contacts. Where the
-- contacts show no cell, or one that is charged higher than it may be, nothing is switched onto them.
step "Charging contacts" {
  zh      = "充电触点",
  measure = {
    path = { "resistance from the contacts through the cell, while it is charged", zh = "充电回路电阻",
             limit = procedure "path" },
  },
  run = function(m, fx)
    finally(function() fx.contact:release() end)
    if not fx.contact_voltage:is { at_least = "2.5 V" } then return end
    if fx.contact_voltage:is { at_least = dut.charge_at } then return end
    local before = fx.contact_voltage:mean "2 s"
    fx.contact:charge(dut.charge_at, dut.charge_by)
    wait "5 s"
    local raised = fx.contact_voltage:mean "2 s" - before
    local current = fx.charge_current:mean "2 s"
    if current >= q "20 mA" then m.path = raised / current end
  end,
}
