-- Starter of a chemical-oxygen self-rescuer (初期生氧器): does one go off, how soon, and what does it give?
--
-- Of a batch it says little: that is for a lot and its plan, as scripts/self_rescuer/README.md has it. What AQ
-- 1057-2008 asks was not read; each limit is one that a laboratory enters from its own copy.

local aq_1057 = "AQ 1057-2008"

local function gap(key) return { standard = aq_1057, key = key } end

local test = protocol {
  id        = "self_rescuer.starter",
  version   = 1, language = 1,
  title     = "Starter of a chemical-oxygen self-rescuer: one starter",
  zh        = "化学氧自救器初期生氧器:单只试验",
  standard  = aq_1057,
  class     = "self_rescuer.starter",
  fixture   = "starter_bench",
  bracket   = "self_rescuer.starter_bench_check",
  decision  = "guarded",
  deviation = aq_1057 .. "'s methods were not read; what the gas holds (CO, CO2, NOx) and its safety in firedamp are "
    .. "not tested",

  destructive = true,
  -- The waiting time was chosen; the laboratory's own risk assessment replaces it.
  hazard = { "the starter is hot, or has not gone off and still may", zh = "初期生氧器高温,或未引发仍可能引发",
             wait = "30 min" },

  -- Chosen; the laboratory's procedure has its own.
  params = {
    flowing = { "0.5 L/min STPD", range = "0.1 .. 2 L/min STPD", ask = "Flow from which it gives oxygen (起始流量)" },
    answer  = { "10 s", range = "2 .. 10 s", ask = "Time within which it may go off (引发最长等待时间)" },
    watch   = { "3 min", range = "1 .. 10 min", ask = "Time over which its oxygen is counted (测量时间)" },
  },
  scans = { "serial" },
  dut = {
    serial = { ask = "Number that the laboratory has given it (样品编号)", simulated = "SIM-ST-0001", text = true },
    model  = { ask = "Model (型号)", simulated = "SIM-CQ", text = true },
  },

  faults = {
    swapped        = { "INCONCLUSIVE", "scan.serial" },
    dud            = { "FAIL", "initiated" },
    hang_fire      = { "FAIL", "initiated" },
    weak           = { "FAIL", "litres" },
    slow_burn      = { "FAIL", "half_minute" },
    fast_burn      = { "FAIL", "lasted" },
    hot            = { "FAIL", "shell" },
    stiff          = { "FAIL", "force" },
    loose          = { "FAIL", "force" },
    cylinder_stuck = { "ERROR" },
    hose_slips     = { "ERROR" },
    meter_low      = { "ERROR" },
    shield_opened  = { "ERROR" },
    ["meter.mute"] = { "ERROR" },
  },

  escapes = {
    ["Bench: removed"] = "it spares a starter; what is wrong before it is pulled is found behind it, too",
    ["Bench: fx.path:check 1 left out"] = "the same",
  },
}
local p = test.params

step "Bench" {
  zh  = "装置自检",
  run = function(_, fx) fx.path:check() end,
}

-- The way to the meter is shown again before anything is judged: what is lost on it is not the starter's fault.
step "Start" {
  zh      = "起动",
  measure = {
    initiated   = { "time from the pull until oxygen flows", zh = "引发时间", limit = gap "initiated" },
    force       = { "greatest force of the pull", zh = "起动力", limit = gap "force" },
    half_minute = { "oxygen in the first 30 s from the pull", zh = "起动后 30 s 供氧量", limit = gap "half_minute" },
    litres      = { "oxygen in all", zh = "总供氧量", limit = gap "litres" },
    lasted      = { "time for which oxygen flows", zh = "供氧时间", limit = gap "lasted" },
    shell       = { "highest temperature of the shell", zh = "外壳最高温度", limit = gap "shell" },
  },
  run = function(m, fx)
    finally(function() fx.pull:off() end)
    operator:confirm { "Fit the starter into its adapter, the pin to the cylinder by way of the force gauge, the "
        .. "thermocouple on the shell; set the gauge to its peak; shut the shield",
      zh = "将初期生氧器装入接头,拉销经测力计与气缸相连,热电偶贴于外壳;测力计置峰值保持;关闭防护罩", id = "fit" }
    local oxygen, shell = fx.oxygen:trace "100 ms", fx.shell:trace "500 ms"
    wait "2 s"

    local pulled = fx.pull:on()
    local after, why = fx.oxygen:becomes { at_least = p.flowing, within = p.answer }
    fx.pull:off()
    local lasted = after and fx.oxygen:holds { at_least = p.flowing, over = p.watch }
    wait(p.watch)

    local whole = { from = pulled, to = pulled + p.watch }
    fx.path:check()
    m.initiated = after or why
    m.force = operator:enter { "Peak of the force gauge", zh = "测力计峰值", id = "force", unit = "N" }
    m.half_minute = oxygen:integral { from = pulled, to = pulled + q "30 s" }
    m.litres = oxygen:integral(whole)
    if lasted then m.lasted = lasted end
    m.shell = shell:max()
  end,
}
