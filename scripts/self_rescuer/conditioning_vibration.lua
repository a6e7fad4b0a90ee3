-- Closed-circuit escape respirator: the vibration that a unit goes through before it is tested.

local test = protocol {
  id        = "self_rescuer.conditioning_vibration",
  version   = 1, language = 1,
  title     = "Closed-circuit escape respirator: vibration before the test, 42 CFR 84.307",
  zh        = "隔绝式自救器:试验前振动预处理(42 CFR 84.307)",
  standard  = "42 CFR Part 84",
  class     = "self_rescuer.closed_circuit",
  fixture   = "conditioning_bench",
  bracket   = "self_rescuer.conditioning_table_check",
  deviation = "this verdict is of the treatment of one unit, and says nothing of the unit; how long the table ran is "
    .. "measured, its cycle and its acceleration are what a person read in its own report, and no tolerance of "
    .. "theirs was read",

  params = {
    patience = { "30 min", range = "1 min .. 4 h", ask = "Give up waiting for the table after (振动台最长等待时间)" },
  },
  scans = { "serial" },
  dut = {
    serial = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0001", text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
  },

  faults = {
    swapped     = { "INCONCLUSIVE", "scan.serial" },
    table_stops = { "INCONCLUSIVE", "lasted" },
    slow_cycle  = { "INCONCLUSIVE", "cycle" },
    fast_cycle  = { "INCONCLUSIVE", "cycle" },
    weak_low    = { "INCONCLUSIVE", "low" },
    weak_middle = { "INCONCLUSIVE", "middle" },
    weak_high   = { "INCONCLUSIVE", "high" },
    table_still = { "ERROR" },
  },
}
local p = test.params

local function clause_307(limit)
  return { limit, clause = "84.307", grade = "verbatim", edition = "2015 annual edition",
           source = "18F/allregs, html/sections/42CFR84.307.html" }
end

-- Of a band of frequencies, in multiples of 9.80665 m/s²: the g that the clause and reports of tables count in.
local bands = {
  { name = "low",    from = "5",   to = "92" },
  { name = "middle", from = "92",  to = "500" },
  { name = "high",   from = "500", to = "2000" },
}

step "Vibration" {
  zh      = "振动",
  clause  = "84.307",
  measure = {
    lasted = { "time for which the table ran", zh = "振动时间", per = "axis", evidence = true,
               limit = clause_307 ">= 180 min" },
    cycle  = { "time of a cycle", zh = "扫频周期", per = "axis", evidence = true,
               limit = clause_307 "20 .. 20 min" },
    low    = { "peak acceleration from 5 to 92 Hz, in g", zh = "5~92 Hz 峰值加速度(g)", per = "axis",
               evidence = true, limit = clause_307 ">= 2.5" },
    middle = { "peak acceleration from 92 to 500 Hz, in g", zh = "92~500 Hz 峰值加速度(g)", per = "axis",
               evidence = true, limit = clause_307 ">= 3.5" },
    high   = { "peak acceleration from 500 to 2000 Hz, in g", zh = "500~2000 Hz 峰值加速度(g)", per = "axis",
               evidence = true, limit = clause_307 ">= 1.5" },
  },
  run = function(m, fx)
    for _, axis in ipairs { "x", "y", "z" } do
      operator:confirm {
        ("Fasten the unit to the table, axis %s along its motion; confirm, then start its programme of 180 min")
          :format(axis),
        zh = ("将样品固定在振动台上,%s 轴沿振动方向;确认后启动 180 min 振动程序"):format(axis),
        id = "mount_" .. axis }
      assert(fx.shaking:becomes { "closed", within = p.patience }, "the table does not start")
      m.lasted[axis] = fx.shaking:holds { "closed", over = "190 min" }
      m.cycle[axis] = operator:enter {
        ("Axis %s: time of one cycle, by the table's report"):format(axis),
        zh = ("%s 轴:振动台报告中的扫频周期"):format(axis), id = "cycle_" .. axis, unit = "min" }
      for _, band in ipairs(bands) do
        m[band.name][axis] = operator:enter {
          ("Axis %s: least peak acceleration from %s to %s Hz, in g, by the table's report")
            :format(axis, band.from, band.to),
          zh = ("%s 轴:振动台报告中 %s~%s Hz 的最小峰值加速度(单位 g)"):format(axis, band.from, band.to),
          id = ("%s_%s"):format(band.name, axis), unit = "1" }
      end
    end
  end,
}
