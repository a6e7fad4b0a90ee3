-- The lamp bench itself, before and after each round of lamps: its meters on a source of certified voltage, its
-- charging path on a cell with a certified shunt, its head in the dark and before a certified lamp.
--
-- What spares a bad lamp and shows in none of its runs is looked for here: a head that shows too much, a meter that
-- takes a flat cell for a full one, a relay that is welded.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "cap_lamp.bench_check",
  version  = 1, language = 1,
  title    = "Lamp bench: meters, charging path, darkness and reference lamp",
  zh       = "矿灯检查台核查:电压表、充电回路、暗箱与标准灯",
  standard = validation,
  fixture  = "lamp_bench",
  checks   = "lamp_bench",
  decision = "guarded",

  -- Chosen: the charge as lamps have it, the lamp as its certificate asks.
  params = {
    warm      = { "10 min", range = "10 .. 60 min", ask = "Time until the reference lamp is read (标准灯预热时间)" },
    charge_at = { "4.2 V", range = "4 .. 4.25 V", ask = "Charging voltage (充电电压)" },
    charge_by = { "0.5 A", range = "0.3 .. 0.6 A", ask = "Charging current (充电电流)" },
  },

  faults = {
    head_meter_zero = { "FAIL", "zero[head]" },
    head_meter_low  = { "FAIL", "voltage[head]" },
    head_meter_high = { "FAIL", "voltage[head]" },
    contacts_zero   = { "FAIL", "zero[contacts]" },
    contacts_low    = { "FAIL", "voltage[contacts]" },
    contacts_high   = { "FAIL", "voltage[contacts]" },
    lid_stuck       = { "FAIL", "lid" },
    supply_zero     = { "FAIL", "idle" },
    supply_low      = { "FAIL", "current" },
    supply_high     = { "FAIL", "current" },
    supply_weak     = { "FAIL", "driven" },
    supply_strong   = { "FAIL", "driven" },
    relay_leaks     = { "FAIL", "parted" },
    relay_welded    = { "FAIL", "parted" },
    relay_dead      = { "FAIL", "driven" },
    clip_joined     = { "FAIL", "clip" },
    pins_shared     = { "FAIL", "clip" },
    head_offset     = { "FAIL", "dark" },
    head_below      = { "FAIL", "dark" },
    stray_light     = { "FAIL", "stray" },
    head_low        = { "FAIL", "light[full]", "light[filtered]" },
    head_high       = { "FAIL", "light[full]", "light[filtered]" },
    head_saturates  = { "FAIL", "light[full]" },
    head_plug_loose = { "FAIL", "steady" },
    lamp_rises      = { "INCONCLUSIVE", "drift" },
    lamp_sinks      = { "INCONCLUSIVE", "drift" },
    lid_broken      = { "ERROR" },
    reversed        = { "ERROR" },
    ["photometer.mute"] = { "ERROR" },
    ["contacts.mute"]   = { "ERROR" },
    ["supply.mute"]     = { "ERROR" },
  },
}
local p = test.params

-- A meter and a head come to rest behind what was done to them.
local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
  wait "2 s"
end

step "Meters" {
  zh      = "电压表",
  measure = {
    lid     = { "switch of the lid while the box is open", zh = "开盖时暗箱盖开关状态", limit = validated "lid" },
    zero    = { "meter with its leads joined, off by", zh = "短接时电压表零点误差", per = "meter",
                limit = validated "zero" },
    voltage = { "meter over the source's certified voltage", zh = "电压表示值与标准电压源之比", per = "meter",
                limit = validated "voltage" },
  },
  run = function(m, fx)
    ask("Open the box and empty it; take the head off its meter, and join the leads of that meter and all four pins of "
      .. "the contact clip together",
      "打开暗箱并清空;将照度探头与其电压表断开,把该表的表笔与触点夹的四根针全部短接", "short")
    m.lid = fx.box:read()
    m.zero["head"] = q.abs(fx.head_meter:mean "2 s")
    m.zero["contacts"] = q.abs(fx.contact_voltage:mean "2 s")
    ask("Part them, and put leads and pins onto the voltage source, each the right way round",
      "断开短接,将表笔与触点夹按正确极性接到标准电压源上", "source")
    m.voltage["head"] = fx.head_meter:mean "2 s" / fx.reference "source"
    m.voltage["contacts"] = fx.contact_voltage:mean "2 s" / fx.reference "source"
  end,
}

-- The meter that is the head's sees the current by itself, across the shunt; then what the clip's meter ought to see.
step "Charging path" {
  zh      = "充电回路",
  measure = {
    idle    = { "current that the supply shows with the relay open", zh = "继电器断开时电源电流示值",
                limit = validated "idle" },
    parted  = { "current through the shunt with the relay open", zh = "继电器断开时分流器电流",
                limit = validated "parted" },
    driven  = { "current through the shunt over what was asked for", zh = "分流器电流与设定电流之比",
                limit = validated "driven" },
    current = { "current that the supply shows, less that through the shunt", zh = "电源电流示值与分流器电流之差",
                limit = validated "current" },
    clip    = { "what the clip adds to what the check cell's own terminals show, as a resistance",
                zh = "触点夹附加电阻", limit = validated "clip" },
  },
  run = function(m, fx)
    finally(function() fx.contact:release() end)
    local function through() return fx.head_meter:mean "2 s" / fx.reference "shunt" end

    ask("Clip the pins to the check cell, put the meter's leads onto its shunt and close the box",
      "将触点夹接到核查电池上,表笔接到其分流器上,盖好暗箱", "cell")
    fx.contact:offer(p.charge_at, p.charge_by)
    m.idle = q.abs(fx.charge_current:mean "2 s")
    m.parted = q.abs(through())
    fx.charge:on()
    wait "5 s"
    local flows = through()
    m.driven = flows / p.charge_by
    m.current = fx.charge_current:mean "2 s" - flows
    fx.contact:release()

    ask("Move the meter's leads to the terminals of the check cell's box, behind the clip, and close the box",
      "将表笔移到核查电池盒自身的接线端(触点夹之后),盖好暗箱", "terminals")
    fx.contact:charge(p.charge_at, p.charge_by)
    wait "5 s"
    m.clip = (fx.contact_voltage:mean "2 s" - fx.head_meter:mean "2 s") / p.charge_by
  end,
}

step "Photometer" {
  zh      = "照度计",
  measure = {
    dark   = { "head under its cap, off by", zh = "探头加盖时照度示值误差", limit = validated "dark" },
    stray  = { "light in the closed, empty box", zh = "空暗箱内杂散光照度", limit = validated "stray" },
    light  = { "head over the certified illuminance of the reference lamp", zh = "照度示值与标准灯照度之比",
               per = "level", limit = validated "light" },
    steady = { "least light of the reference lamp over its mean", zh = "标准灯最低照度与平均照度之比",
               limit = validated "steady" },
    drift  = { "light of the reference lamp after a minute, over that before", zh = "标准灯 1 min 前后照度之比",
               evidence = true, limit = validated "drift" },
  },
  run = function(m, fx)
    local per_volt = fx.reference "photometer"
    ask("Take the check cell out, connect the head to its meter again, put its cap on and close the box",
      "取出核查电池,重新接好照度探头,盖上探头盖并盖好暗箱", "cap")
    m.dark = q.abs(fx.light:mean "5 s") * per_volt
    ask("Take the cap off and close the box, with nothing in it and the room as bright as it is at work",
      "取下探头盖,空箱盖好,室内照明与工作时相同", "uncap")
    m.stray = fx.light:mean "5 s" * per_volt
    ask("Lay the reference lamp onto the lamp's rest, light it with its certified current and close the box",
      "将标准灯放入灯座,按证书电流点亮,盖好暗箱", "reference_lamp")
    wait(p.warm)
    local light = fx.light:trace "200 ms"
    local before = fx.light:mean "5 s"
    wait "1 min"
    local after = fx.light:mean "5 s"
    m.drift = after / before
    m.steady = light:min() / light:mean()
    m.light["full"] = after * per_volt / fx.reference "lamp"
    ask("Put the grey filter before the head and close the box", "在探头前放置中性滤光片,盖好暗箱", "filter")
    m.light["filtered"] = fx.light:mean "5 s" * per_volt / (fx.reference "lamp" * fx.reference "filter")
  end,
}
