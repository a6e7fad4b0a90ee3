-- Forty-five minutes of breathing at five work rates: timed by `make benchmark`, tests no product.

local test = protocol {
  id       = "benchmark.breathing_profile",
  version  = 1, language = 1,
  title    = "A breathing profile of 45 minutes",
  zh       = "45 分钟呼吸曲线",
  standard = "none",
  class    = "self_rescuer.closed_circuit",
  fixture  = "breathing_bench",
  params   = { repeats = { "3", range = "1 .. 3", ask = "Repeats of the profile (循环次数)" } },
}

local profile = {
  { ventilation = "20 L/min BTPS", rate = "12 /min" },
  { ventilation = "35 L/min BTPS", rate = "18 /min" },
  { ventilation = "55 L/min BTPS", rate = "20 /min" },
  { ventilation = "80 L/min BTPS", rate = "25 /min" },
  { ventilation = "35 L/min BTPS", rate = "18 /min" },
}

step "Profile" {
  zh      = "呼吸曲线",
  measure = {
    highest = { "pressure at the mouth, operating average of the peaks", zh = "呼气峰值压力平均值",
                limit = { ">= 0 Pa", grade = "example", source = "none" } },
    lowest  = { "lowest pressure at the mouth", zh = "最低压力",
                limit = { "<= 0 Pa", grade = "example", source = "none" } },
    breath  = { "volume of a breath", zh = "潮气量",
                limit = { ">= 0 L BTPS", grade = "example", source = "none" } },
    deepest = { "peak of an inhalation", zh = "吸气峰值压力",
                limit = { "<= 0 Pa", grade = "example", source = "none" } },
    warmest = { "temperature of what is inhaled", zh = "吸气温度",
                limit = { "<= 90 °C", grade = "example", source = "none" } },
  },
  run = function(m, fx)
    finally(function()
      fx.machine:set { run = "0" }
      fx.enable:off()
    end)
    fx.enable:on()
    local begun = fx.machine:set { run = "1", ventilation = "20 L/min BTPS", rate = "12 /min" }
    local pressure, peaks = fx.mouth_pressure:trace(), fx.peak_exhalation:trace()
    local breaths, troughs = fx.machine_volume:trace(), fx.peak_inhalation:trace()
    local inhaled = fx.inhaled_dry:trace()

    for _ = 1, test.params.repeats:number() do
      for _, work in ipairs(profile) do
        fx.machine:set(work)
        wait "3 min"
      end
    end
    m.highest = peaks:minutes { from = begun, to = fx.enable:off() }:mean()
    m.lowest = pressure:min()
    m.breath = breaths:mean()
    m.deepest = troughs:min()
    m.warmest = inhaled:max()
  end,
}
