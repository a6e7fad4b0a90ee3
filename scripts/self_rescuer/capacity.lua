-- Closed-circuit escape respirator: litres of oxygen that one unit gives at the rate of its class.

local test = protocol {
  id        = "self_rescuer.capacity",
  version   = 1, language = 1,
  title     = "Closed-circuit escape respirator: capacity test of one unit, 42 CFR 84.304",
  zh        = "隔绝式自救器:单台容量试验(42 CFR 84.304)",
  standard  = "42 CFR Part 84",
  class     = "self_rescuer.closed_circuit",
  fixture   = "breathing_bench",
  bracket   = "self_rescuer.breathing_bench_check",
  deviation = "84.304 rates a design by the least of seven units, rounded down to 5 L: this verdict "
    .. "is of one unit. Supply expended, 84.303(c): a breath below -300 mmH2O (bag empty), or one "
    .. "that inhales more than 4 % of CO2.",

  -- The waiting time was chosen; the laboratory's own risk assessment replaces it.
  hazard = { "the KO2 bed is hot: keep water and grease away from it",
             zh = "KO2药床高温,禁止接触水和油脂", wait = "60 min" },

  environment = {
    temperature = { "20 .. 26 °C", channel = "room_temperature", every = "10 s",
                    clause = "84.303(e)", grade = "secondary",
                    source = "18F/allregs, 42CFR84.303, which drops the ± of \"23 ± 3 °C\"" },
    pressure    = { "720 .. 750 mmHg", channel = "room_pressure", every = "10 s",
                    clause = "84.303(e)", grade = "secondary",
                    source = "18F/allregs, 42CFR84.303, which drops the ± of \"735 ± 15 mmHg\"" },
  },
  -- 84.303(b) asks for instruments that follow each breath and names no rate: these were chosen.
  sampling    = { mouth_pressure = "100 Hz", mouth_flow = "40 Hz", mouth_co2 = "15 Hz",
                  mouth_o2 = "8 Hz" },
  destructive = true,

  params = {
    longest = { "240 min", range = "10 .. 600 min", ask = "Give up after (最长试验时间)" },
  },
  dut = {
    serial = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0001", text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
    rated  = { ask = "Capacity on the label, litres of oxygen (标称容量)", simulated = "80 L STPD",
               range = ">= 20 L STPD" },
  },

  faults = {
    under_filled   = { "FAIL", "litres" },
    aged           = { "FAIL", "litres" },
    dead_starter   = { "FAIL", "litres" },
    leak           = { "FAIL", "litres" },
    channelled_bed = { "FAIL", "co2_average" },
    sluggish_bed   = { "FAIL", "o2_average", "o2_excursion" },
    sticky_valve   = { "FAIL", "pressure_average[exhalation]", "pressure_excursion[exhalation]" },
    wet_bed        = { "FAIL", "wet_bulb_average", "wet_bulb_excursion" },
    large_unit     = { "ERROR", params = { longest = "60 min" } },
    heater_dies    = { "ERROR" },
    analyser_flat  = { "ERROR" },
    lid_opened     = { "ERROR" },
    co2_empty      = { "ERROR" },
    loop_leaks     = { "ERROR" },
    ["co2_analyser.mute"] = { "ERROR" },
    room_warm      = { "INCONCLUSIVE", "temperature" },
    room_cold      = { "INCONCLUSIVE", "temperature" },
    room_high      = { "INCONCLUSIVE", "pressure" },
    room_deep      = { "INCONCLUSIVE", "pressure" },
    mouth_gap      = { "INCONCLUSIVE", "sampling.mouth_pressure", "sampling.mouth_flow" },
    co2_gap        = { "INCONCLUSIVE", "sampling.mouth_co2" },
    o2_gap         = { "INCONCLUSIVE", "sampling.mouth_o2" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Capacity: co2_excursion left out"] = "the test ends with a breath above 4 %: no mean of a minute comes to exceed that",
    ["Capacity: co2_excursion taken for evidence"] = "the test ends with a breath above 4 %: no mean of a minute comes to exceed that",
    ["Capacity: co2_excursion upper end widened"] = "the test ends with a breath above 4 %: no mean of a minute comes to exceed that",
    ["Capacity: pressure_excursion lower end widened"] = "the test ends with a breath below -300 mmH2O: no mean of a minute comes to fall below that",
  },
}
local p, dut = test.params, test.dut

-- 84.304, Table 2: volumes in litres a minute at 0 °C, 760 mmHg, dry; breaths a minute.
local classes = {
  { from = "80 L STPD", o2 = "1.35 L/min STPD", co2 = "1.15 L/min STPD",
    ventilation = "30 L/min STPD", rate = "18 /min" },                 -- Cap 3: L >= 80
  { from = "60 L STPD", o2 = "2.00 L/min STPD", co2 = "1.80 L/min STPD",
    ventilation = "44 L/min STPD", rate = "20 /min" },                 -- Cap 2: 60 <= L <= 79
  { from = "20 L STPD", o2 = "2.50 L/min STPD", co2 = "2.50 L/min STPD",
    ventilation = "55 L/min STPD", rate = "22 /min" },                 -- Cap 1: 20 <= L <= 59
}

local function work_of(rated)
  for _, class in ipairs(classes) do
    if rated >= q(class.from) then
      return { o2 = q(class.o2), co2 = q(class.co2), ventilation = q(class.ventilation),
               rate = q(class.rate) }
    end
  end
end

-- 84.303, Table 1, read word for word; the mirror that was read drops the ">" of the oxygen rows,
-- so those two decide nothing until a laboratory enters them from its own copy.
local function table_1(limit, grade)
  limit.clause = "84.303(b) Table 1"
  limit.grade = grade or "verbatim"
  limit.source = "18F/allregs, html/sections/42CFR84.303.html"
  limit.edition = "2015 annual edition"
  return limit
end

step "Bench" {
  zh  = "装置自检",
  run = function(_, fx)
    finally(function() fx.loop:rest() end)
    fx.loop:check(work_of(dut.rated))
  end,
}

step "Capacity" {
  zh      = "容量",
  clause  = "84.304",
  measure = {
    litres = { "oxygen used, from the first breath until the supply is expended", zh = "供氧量",
               limit = { at_least = dut.rated, grade = "declared",
                         source = "the capacity on the unit's label" } },
    co2_average = { "inhaled CO2, operating average", zh = "吸气二氧化碳平均值",
                    limit = table_1 { "< 1.5 %vol" } },
    co2_excursion = { "inhaled CO2, highest one-minute average", zh = "吸气二氧化碳最大分钟平均值",
                      limit = table_1 { "<= 4 %vol" } },
    o2_average = { "inhaled oxygen, operating average", zh = "吸气氧平均值",
                   limit = table_1({ "> 19.5 %vol" }, "secondary") },
    o2_excursion = { "inhaled oxygen, lowest one-minute average", zh = "吸气氧最小分钟平均值",
                     limit = table_1({ ">= 15 %vol" }, "secondary") },
    pressure_average = { "peak breathing pressure, operating average", zh = "呼吸峰值压力平均值",
                         per = "phase", limit = table_1 { "<= 200 mmH2O" } },
    pressure_excursion = { "peak breathing pressure, extreme one-minute average", per = "phase",
                           zh = "呼吸峰值压力极限分钟平均值",
                           limit = table_1 { "-300 .. 200 mmH2O" } },
    wet_bulb_average = { "wet-bulb temperature of inhaled gas, operating average",
                         zh = "吸气湿球温度平均值", limit = table_1 { "< 43 °C" } },
    wet_bulb_excursion = { "wet-bulb temperature of inhaled gas, highest one-minute average",
                           zh = "吸气湿球温度最大分钟平均值", limit = table_1 { "<= 50 °C" } },
  },
  run = function(m, fx)
    finally(function() fx.loop:rest() end)
    local work = work_of(dut.rated)
    operator:confirm { "Put the unit on the mouthpiece, its starter on the puller; shut the lid.",
      zh = "请将自救器接到口具上,装好启动拉杆,关闭防护罩后确认。", id = "fit_unit" }
    fx.loop:begin(work)
    fx.loop:check_exhaled_gas()

    local o2_used = fx.o2_flow:trace "1 s"
    local co2, o2 = fx.inhaled_co2:trace(), fx.inhaled_o2:trace()
    local exhaled, inhaled = fx.peak_exhalation:trace(), fx.peak_inhalation:trace()
    local wet_bulb, given_off = fx.inhaled_wet:trace "1 s", fx.exhaled_co2:trace()

    local first = fx.loop:connect()
    local late = "the supply is not expended yet: raise the parameter `longest`"
    race(function()
      assert(fx.peak_inhalation:becomes { "< -300 mmH2O", within = p.longest }, late)
    end, function()
      assert(fx.inhaled_co2:becomes { "> 4 %vol", within = p.longest }, late)
    end)
    local whole = { from = first, to = fx.room:open() }
    wait "2 s"

    m.litres = o2_used:integral(whole)
    local minutes = co2:minutes(whole)
    m.co2_average = minutes:mean()
    m.co2_excursion = minutes:max()
    fx.loop:check_fed(work, given_off:minutes(whole):mean() - minutes:mean())
    minutes = o2:minutes(whole)
    m.o2_average = minutes:mean()
    m.o2_excursion = minutes:min()

    -- ΔP is the pressure at the mouth less that of the room; both peaks of each breath are kept.
    minutes = exhaled:minutes(whole)
    m.pressure_average["exhalation"] = minutes:mean()
    m.pressure_excursion["exhalation"] = minutes:max()
    minutes = inhaled:minutes(whole)
    m.pressure_average["inhalation"] = minutes:mean()
    m.pressure_excursion["inhalation"] = minutes:min()
    minutes = wet_bulb:minutes(whole)
    m.wet_bulb_average = minutes:mean()
    m.wet_bulb_excursion = minutes:max()
  end,
}
