-- Methane transmitter where it is kept or used on the surface: what does it do as it is found? Zero in air, one
-- test gas, response, alarm and cut-off.
--
-- Nothing is adjusted here. A transmitter that fails is adjusted by its own procedure, and then checked again
-- by a run of its own: that one tells how it was left, this one how it was found.

local aq_6203 = "AQ 6203-2006"

-- Sold on paper and not read: a laboratory's web page tells these. They decide nothing until a laboratory signs
-- them.
local function told(text, standard, key, source)
  return { text, standard = standard, key = key, grade = "secondary", source = source }
end

local function procedure(key) return { standard = "the laboratory's procedure", key = key } end

local yjssi = "https://yjssi.com/showinfo-4-40333-0.html"

local test = protocol {
  id       = "methane_transmitter.field_check",
  version  = 1, language = 1,
  title    = "Methane transmitter: field check as found",
  zh       = "甲烷传感器:现场检查(按发现时状态)",
  standard = aq_6203,
  class    = "gas_transmitter.methane",
  fixture  = "field_kit",
  decision = "guarded",

  params = {
    flow    = { "0.5 L/min STPD", range = "0.2 .. 1 L/min STPD",
                ask = "Flow of the kit's regulator and pump (试验流量)" },
    warm_up = { "1 min", range = "0 .. 60 min",
                ask = "Warm-up that is still to come; 20 min and more after a change of the sensor (预热时间)" },
    dwell   = { "90 s", range = "60 .. 300 s", ask = "Time on one gas (通气时间)" },
  },
  dut = {
    serial     = { ask = "Serial number (出厂编号)", simulated = "SIM-0001", text = true },
    full_scale = { ask = "Content at 1000 Hz (1000 Hz 对应浓度)", simulated = "4 %vol" },
    alarm_at   = { ask = "Alarm set point (报警点)", simulated = "1 %vol" },
    cut_off_at = { ask = "Cut-off set point (断电点)", simulated = "1.5 %vol" },
  },

  faults = {
    zero_drift       = { "FAIL", "zero" },
    always_alarms    = { "FAIL", "quiet" },
    cut_off_welded   = { "FAIL", "live" },
    over_span        = { "FAIL", "deviation" },
    tired_sensor     = { "FAIL", "deviation" },
    slow_sensor      = { "FAIL", "t90" },
    stuck_reading    = { "FAIL", "deviation", "alarm", "cut_off" },
    alarm_set_high   = { "FAIL", "alarm_value" },
    alarm_set_low    = { "FAIL", "alarm_value" },
    cut_off_set_low  = { "FAIL", "cut_off_value" },
    cut_off_set_high = { "FAIL", "cut_off_value" },
    restores_early   = { "FAIL", "restore_value" },
    never_restores   = { "FAIL", "restore_value" },
    alarm_welded     = { "FAIL", "clear" },
    alarm_dead       = { "FAIL", "alarm" },
    cut_off_dead     = { "FAIL", "cut_off", "cut_off_value" },
    horn_dead        = { "FAIL", "alarm" },
    lamp_dead        = { "FAIL", "alarm" },
    frequency_off    = { "FAIL", "agreement" },
    frequency_low    = { "FAIL", "agreement" },
    narrow_pulses    = { "FAIL", "pulse_width" },
    foul_air         = { "INCONCLUSIVE", "air" },
    cylinder_low     = { "INCONCLUSIVE", "residual" },
    cylinder_empty   = { "ERROR" },
    ["meter.mute"]   = { "ERROR" },
  },

  escapes = {
    ["Zero in air: zero lower end widened"] =
      "this transmitter shows nothing below zero; a zero that is too low shows in the gas, as deviation",
    ["Zero in air: wait 2 left out"] =
      "the warm-up before it flushes the cup as well, unless an order says that none is to come",
    ["Test gas: applied left out"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Test gas: applied taken for the product's"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Test gas: applied lower end widened"] =
      "certificates and set points are the laboratory's, and no world changes them",
    ["Test gas: blank_share left out"] =
      "the kit's own delay is a certified value, and no world changes it",
    ["Test gas: blank_share taken for the product's"] =
      "the kit's own delay is a certified value, and no world changes it",
    ["Test gas: blank_share upper end widened"] =
      "the kit's own delay is a certified value, and no world changes it",
    ["Test gas: deviation bound 1 upper end widened"] =
      "at the content of this kit's test gas the other bound, 10 %rd, is the wider one",
    ["Test gas: deviation bound 1 lower end widened"] =
      "at the content of this kit's test gas the other bound, 10 %rd, is the wider one",
    ["Test gas: fx.gas:air 1 left out"] =
      "the step before has left the cup in air; where the order has only this step, it has not",
    ["Test gas: wait 1 left out"] =
      "the step before has left the cup in air; where the order has only this step, it has not",
  },
}
local p, dut = test.params, test.dut

local alarms = { "alarm", "sound", "light" }

step "Zero in air" {
  zh      = "空气中零点",
  measure = {
    air   = { "methane in the air around, by a checked alarm of the person's own",
              zh = "周围空气中甲烷浓度(以检查人员自带合格报警仪示值为准)", evidence = true,
              limit = procedure "air" },
    zero  = { "indication in air, less what that alarm shows", zh = "零点示值误差(扣除上述示值)",
              limit = told("± 0.10 %vol", aq_6203, "zero", yjssi) },
    quiet = { "alarm in air", zh = "空气中报警状态", per = "alarm", limit = procedure "quiet" },
    live  = { "cut-off in air", zh = "空气中断电状态", limit = procedure "quiet" },
  },
  run = function(m, fx)
    operator:confirm { "Put the cup on the transmitter and connect its outputs; adjust nothing",
                       zh = "将标定罩罩在传感器上并接好输出信号,不得调校", id = "cup" }
    local there = operator:enter { "What does your own checked alarm show here?",
                                   zh = "自带合格报警仪在此处示值?", id = "witness", unit = "%vol" }
    m.air = there
    finally(function() fx.gas:purge() end)
    fx.gas:air(p.flow)
    wait(p.warm_up)
    wait "30 s"
    m.zero = fx.frequency:content(fx.frequency:mean "5 s", dut.full_scale) - there
    for _, name in ipairs(alarms) do m.quiet[name] = fx[name]:read() end
    m.live = fx.cut_off:read()
  end,
}

step "Test gas" {
  zh      = "通入试验气体",
  measure = {
    applied     = { "certified content of the test gas over the cut-off point", zh = "试验气体浓度与断电点之差",
                    evidence = true, limit = procedure "over_cut_off" },
    deviation   = { "indication against certified content", zh = "示值误差",
                    limit = told("± 0.10 %vol or ± 10 %rd", aq_6203, "basic_error", yjssi) },
    agreement   = { "content of the frequency output less what the display shows", zh = "频率输出与显示值之差",
                    limit = { standard = aq_6203, key = "output_agreement" } },
    pulse_width = { "shortest pulse, high or low", zh = "最小脉冲宽度",
                    limit = told(">= 0.3 ms", "AQ 6201", "pulse_width",
                                 "https://qy6.com.cn/cpdq/showprod20922838.html") },
    t90         = { "time to 90 % of the step, without the kit's own delay", zh = "响应时间 T90",
                    limit = told("<= 20 s", aq_6203, "t90", yjssi) },
    blank_share = { "the kit's own delay as a share of the limit of t90", zh = "检查箱自身延迟占限值之比",
                    evidence = true, share_of = "t90",
                    limit = { standard = "the laboratory's validation of its kit", key = "blank_share" } },
    alarm       = { "alarm in gas", zh = "通气后报警状态", per = "alarm", limit = procedure "alarm" },
    alarm_value = { "indication at which the alarm contact closes, less the set point", zh = "报警值误差",
                    limit = { standard = aq_6203, key = "alarm_error" } },
    cut_off     = { "cut-off in gas", zh = "通气后断电状态", limit = procedure "alarm" },
    cut_off_value = { "indication at which the cut-off acts, less the set point", zh = "断电值误差",
                      limit = { standard = aq_6203, key = "cut_off_error" } },
    restore_value = { "indication at which the power comes back", zh = "复电值",
                      limit = told("< 1.0 %vol", "AQ 1029", "restore",
                                   "treasurewfy.com/html/2015/08/21/320952.shtml, an examination's questions") },
    clear       = { "alarm in air after the gas", zh = "恢复空气后报警状态", per = "alarm",
                    limit = procedure "quiet" },
    residual    = { "pressure of the cylinder at the end", zh = "检查后气瓶压力", evidence = true,
                    limit = { standard = "the cylinder's certificate", key = "residual" } },
  },
  run = function(m, fx)
    local function content(hertz) return fx.frequency:content(hertz, dut.full_scale) end

    -- The indication when a contact moves, between the furthest count until then and the next one after it.
    local function value_at(contact, state, furthest)
      local came, why = contact:becomes { state, within = p.dwell }
      if not came then return nil, why end
      return q.within(content(furthest()), content(fx.frequency:read()))
    end

    finally(function() fx.gas:purge() end)
    local certified = fx.reference "test_gas"
    m.applied = certified - dut.cut_off_at
    fx.gas:air(p.flow)
    wait "10 s"
    local start = fx.frequency:mean "5 s"
    local shown = fx.frequency:trace "200 ms"

    -- A contact that has acted in air already answers nothing.
    local function error_of(contact, set_point)
      if contact:is "on" then return end
      local value, why = value_at(contact, "on", function() return shown:max() end)
      return value and value - set_point or why
    end

    local opened
    together(
      function() m.alarm_value = error_of(fx.alarm, dut.alarm_at) end,
      function() m.cut_off_value = error_of(fx.cut_off, dut.cut_off_at) end,
      function()
        opened = fx.gas:apply(p.flow)
        wait(p.dwell)
      end)
    fx.gas:flows(p.flow)
    local finish = fx.frequency:mean "5 s"
    m.deviation = content(finish):against(certified)
    for _, name in ipairs(alarms) do m.alarm[name] = fx[name]:read() end
    m.cut_off = fx.cut_off:read()
    local high, low = fx.frequency:widths()
    m.pulse_width = q.min(high, low)

    local own = fx.reference "own_response"
    m.blank_share = own
    -- An indication that makes less than half of the step has no response time.
    if content(finish) - content(start) >= 0.5 * certified then
      local raw = shown:time_to(0.9, { origin = opened, start = start, finish = finish })
      m.t90 = raw and raw - own
    end
    local seen = operator:enter { "What does the transmitter's display show?", zh = "传感器显示值?",
                                  id = "display", unit = "%vol" }
    m.agreement = content(fx.frequency:mean "2 s") - seen
    m.residual = fx.cylinder_pressure:read()

    local acted = fx.cut_off:is "on"
    local falling = fx.frequency:trace "200 ms"
    fx.gas:air(p.flow)
    if acted then m.restore_value = value_at(fx.cut_off, "off", function() return falling:min() end) end
    wait(p.dwell)
    for _, name in ipairs(alarms) do m.clear[name] = fx[name]:read() end
  end,
}
