-- The vibration table as the conditioning bench sees it, before and after units are shaken: its relay at rest and in a
-- cycle, that cycle by the bench's clock, and the table's accelerometer on a calibrator.
--
-- A run takes the table's own report for what it was, and its relay for the table. What both may hide is looked for
-- here.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.conditioning_table_check",
  version  = 1, language = 1,
  title    = "Conditioning bench: relay, cycle and accelerometer of the vibration table",
  zh       = "环境预处理见证台核查:振动台继电器、扫频周期与加速度计",
  standard = validation,
  fixture  = "conditioning_bench",
  checks   = "conditioning_bench",
  decision = "guarded",

  params = {
    patience = { "30 min", range = "1 min .. 4 h", ask = "Give up waiting for the table after (振动台最长等待时间)" },
  },

  faults = {
    accelerometer_high = { "FAIL", "calibrator" },
    accelerometer_low  = { "FAIL", "calibrator" },
    relay_sticks   = { "FAIL", "still" },
    relay_of_ready = { "FAIL", "ready" },
    relay_dead     = { "FAIL", "runs" },
    clock_fast     = { "FAIL", "cycle" },
    clock_slow     = { "FAIL", "cycle" },
    table_still    = { "FAIL", "runs" },
  },
}
local p = test.params

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

step "Accelerometer" {
  zh      = "加速度计",
  measure = {
    calibrator = { "what the table's controller shows, over the calibrator's certified peak acceleration",
                   zh = "振动台控制器示值与校准器证书值之比", limit = validated "calibrator" },
  },
  run = function(m, fx)
    m.calibrator = operator:enter {
      "Fasten the table's accelerometer to its calibrator: which peak acceleration does its controller show, in g?",
      zh = "将振动台加速度计装在校准器上:控制器显示的峰值加速度(单位 g)?", id = "calibrator", unit = "1" }
      / fx.reference "calibrator"
  end,
}

step "Relay and cycle" {
  zh      = "继电器与扫频周期",
  measure = {
    still = { "relay with the table switched on and nothing loaded", zh = "未装载程序时继电器状态", limit = validated "still" },
    ready = { "relay with a programme loaded and not started", zh = "程序就绪未启动时继电器状态", limit = validated "ready" },
    runs  = { "relay once the programme is started", zh = "程序启动后继电器状态", limit = validated "runs" },
    cycle = { "cycle by the table's report, less the time for which the relay was closed",
              zh = "报告中的扫频周期与继电器闭合时间之差", limit = validated "cycle" },
  },
  run = function(m, fx)
    ask("Put the accelerometer back, switch the table on with nothing on it and no programme loaded",
      "装回加速度计,空台开机,不装载程序", "rest")
    m.still = fx.shaking:read()
    ask("Load a programme of one cycle of 20 min, and do not start it", "装载一个周期(20 min)的程序,不启动", "load")
    wait "30 s"
    m.ready = fx.shaking:read()
    ask("Confirm, then start the programme", "确认后启动程序", "start")
    fx.shaking:becomes { "closed", within = p.patience }
    m.runs = fx.shaking:read()
    local lasted = fx.shaking:holds { "closed", over = "60 min" }
    m.cycle = operator:enter { "Time of the cycle, by the table's report", zh = "振动台报告中的扫频周期", id = "report",
                               unit = "min" } - lasted
  end,
}
