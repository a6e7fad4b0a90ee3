-- A thousand steps with one measure and one limit each, all of one reading: nothing to wait for.

protocol {
  id       = "benchmark.thousand",
  version  = 1, language = 1,
  title    = "A thousand judged steps",
  zh       = "一千个判定步骤",
  standard = "none",
  class    = "benchmark",
  fixture  = "line_115200",
}

local value

for number = 1, 1000 do
  step(("Step %04d"):format(number)) {
    zh      = ("第 %d 步"):format(number),
    measure = { value = { "a value", zh = "数值",
                          limit = { "<= 2000 Pa", grade = "example", source = "none" } } },
    run = function(m, fx)
      value = value or fx.tenth:read()
      m.value = value
    end,
  }
end
