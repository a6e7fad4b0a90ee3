-- Closed-circuit escape respirator: the drops that a unit goes through before it is tested.

local test = protocol {
  id        = "self_rescuer.conditioning_drop",
  version   = 1, language = 1,
  title     = "Closed-circuit escape respirator: drops before the test, 42 CFR 84.307",
  zh        = "隔绝式自救器:试验前跌落预处理(42 CFR 84.307)",
  standard  = "42 CFR Part 84",
  class     = "self_rescuer.closed_circuit",
  fixture   = "conditioning_bench",
  deviation = "this verdict is of the treatment of one unit, and says nothing of the unit; the heights are what "
    .. "a person read, and no tolerance of theirs was read",

  scans = { "serial" },
  dut = {
    serial = { ask = "Serial number (出厂编号)", simulated = "SIM-SR-0001", text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-ZH", text = true },
  },

  faults = {
    swapped       = { "INCONCLUSIVE", "scan.serial" },
    low_drop      = { "INCONCLUSIVE", "height" },
    drop_left_out = { "INCONCLUSIVE", "height[z 2]" },
  },

  escapes = {
    ["Drops: operator:confirm 1 left out"] = "what a person says of the floor stands in the record, and nothing "
      .. "measures it",
  },
}

step "Drops" {
  zh      = "跌落",
  clause  = "84.307",
  measure = {
    height = { "height of the drop", zh = "跌落高度", per = "drop", evidence = true,
               limit = { ">= 1 m", clause = "84.307", grade = "verbatim", edition = "2015 annual edition",
                         source = "18F/allregs, html/sections/42CFR84.307.html" } },
  },
  run = function(m)
    operator:confirm { "The unit is dropped onto concrete: name what it is dropped onto",
      zh = "样品跌落至混凝土地面:请填写跌落面", id = "surface" }
    for _, axis in ipairs { "x", "y", "z" } do
      for drop = 1, 2 do
        m.height[("%s %d"):format(axis, drop)] = operator:enter {
          ("Axis %s, drop %d of 2: drop the unit; the height was (0, if it was left out)"):format(axis, drop),
          zh = ("%s 轴第 %d 次(共 2 次)跌落:请填写跌落高度(漏做填 0)"):format(axis, drop),
          id = ("drop_%s_%d"):format(axis, drop), unit = "m" }
      end
    end
  end,
}
