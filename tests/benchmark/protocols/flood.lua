-- A script that floods its wire with notes until it is killed.

protocol {
  id       = "benchmark.flood",
  version  = 1, language = 1,
  title    = "A flood of notes",
  zh       = "消息泛滥",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_115200",
}

step "Flood" {
  zh      = "泛滥",
  measure = { never = { "never taken", zh = "从不测得", limit = { ">= 0 Pa", grade = "example" } } },
  run = function()
    local note = ("x"):rep(3000)
    while true do log(note) end
  end,
}
