-- Samples one meter at 10 Hz for a time.

local test = protocol {
  id       = "benchmark.tenth",
  version  = 1, language = 1,
  title    = "One channel at 10 Hz",
  zh       = "10 Hz 采样",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_115200",
  params   = { time = { "10 s", range = "1 .. 3600 s", ask = "Time (时间)" } },
}

step "Sample" {
  zh      = "采样",
  measure = { mean = { "mean value", zh = "平均值", limit = { ">= 0 Pa", grade = "example" } } },
  run = function(m, fx)
    m.mean = fx.tenth:mean(test.params.time)
  end,
}
