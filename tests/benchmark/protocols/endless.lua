-- A script that never gives the processor back.

protocol {
  id       = "benchmark.endless",
  version  = 1, language = 1,
  title    = "An endless loop",
  zh       = "死循环",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_115200",
}

step "Spin" {
  zh      = "死循环",
  measure = { never = { "never taken", zh = "从不测得", limit = { ">= 0 Pa", grade = "example" } } },
  run = function()
    local turns = 0
    while true do turns = turns + 1 end
  end,
}
