-- Polls one meter as fast as a line of 115200 baud allows.

local test = protocol {
  id       = "benchmark.line_115200",
  version  = 1, language = 1,
  title    = "One channel at full rate on 115200 baud",
  zh       = "115200 波特线路满速轮询",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_115200",
  params   = { time = { "120 s", range = "1 .. 3600 s", ask = "Time (时间)" } },
}

step "Poll" {
  zh      = "轮询",
  measure = { mean = { "mean value", zh = "平均值", limit = { ">= 0 Pa", grade = "example" } } },
  run = function(m, fx)
    m.mean = fx.always:mean(test.params.time)
  end,
}
