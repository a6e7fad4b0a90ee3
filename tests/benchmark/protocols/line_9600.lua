-- Polls one meter as fast as a line of 9600 baud allows.

local test = protocol {
  id       = "benchmark.line_9600",
  version  = 1, language = 1,
  title    = "One channel at full rate on 9600 baud",
  zh       = "9600 波特线路满速轮询",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_9600",
  params   = { time = { "120 s", range = "1 .. 3600 s", ask = "Time (时间)" } },
}

step "Poll" {
  zh      = "轮询",
  measure = { mean = { "mean value", zh = "平均值", limit = { ">= 0 Pa", grade = "example" } } },
  run = function(m, fx)
    m.mean = fx.always:mean(test.params.time)
  end,
}
