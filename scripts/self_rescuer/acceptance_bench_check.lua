-- The acceptance bench itself, before and after each batch: nothing in the chamber, and a leak of certified size.

local validation = "the laboratory's validation of its bench"

local test = protocol {
  id       = "self_rescuer.acceptance_bench_check",
  version  = 1, language = 1,
  title    = "Acceptance bench: drift without a unit, own leak and calibrated leak",
  zh       = "验收台核查:空载漂移、自身泄漏与标准漏孔",
  standard = validation,
  fixture  = "acceptance_bench",
  checks   = "acceptance_bench",
  decision = "guarded",

  params = {
    -- Chosen as the product's test has them; what it sees there, it is to see here.
    hold     = { "15 s", range = "15 .. 60 s", ask = "Time for which the pressure is held (保压时间)" },
    rest     = { "30 s", range = "10 .. 300 s", ask = "Rest after filling (稳定时间)" },
    pressure = { "5 kPa", range = "1 .. 9 kPa", ask = "Test pressure of the laboratory's procedure (气密试验压力)" },
  },

  faults = {
    bench_leaks       = { "FAIL", "own_leak" },
    bench_warms       = { "FAIL", "drift" },
    capillary_blocked = { "FAIL", "calibrated_leak" },
    capillary_worn    = { "FAIL", "calibrated_leak" },
    not_emptied       = { "FAIL", "calibrated_leak" },
    no_supply         = { "ERROR" },
    lid_opened        = { "ERROR" },
    ["difference.mute"] = { "ERROR" },
    ["gauge.mute"]      = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Empty chamber: fx.join:open 1 left out"] =
      "this valve is open wherever the bench is safe, and so at the beginning",
    ["Empty chamber: fx.capillary:close 1 left out"] =
      "all is measured, and the bench closes it when it is made safe",
  },
}
local p = test.params

step "Empty chamber" {
  zh      = "空载",
  measure = {
    drift = { "change with no pressure on the chamber, either way", zh = "无压差时的漂移",
              limit = { standard = validation, key = "drift" } },
    own_leak = { "drop of the closed, empty chamber against the reference volume, either way",
                 zh = "空载压降",
                 limit = { standard = validation, key = "own_leak" } },
    calibrated_leak = { "flow of the certified leak as this bench measures it, over its certificate's",
                        zh = "标准漏孔实测流量与证书值之比",
                        limit = { standard = validation, key = "calibrated_leak" } },
  },
  run = function(m, fx)
    finally(function() fx.chamber_air:release() end)
    operator:confirm { "Take everything out of the chamber and close the lid",
                       zh = "取出检测室内全部物品并盖好", id = "empty" }

    fx.join:open()
    fx.vent:close()
    wait(p.rest)
    m.drift = q.abs(fx.chamber_air:falls(p.hold))

    fx.chamber_air:fill(p.pressure, p.rest)
    local drop = fx.chamber_air:falls(p.hold)
    m.own_leak = q.abs(drop)

    -- The empty chamber has a certified volume: what the capillary takes of its pressure is a flow.
    local opened = fx.chamber:read()
    fx.capillary:open()
    local both = fx.chamber_air:falls(p.hold)
    fx.capillary:close()
    local flow = fx.reference "chamber_volume" * (both - drop) / p.hold / fx.room_pressure:read()
    m.calibrated_leak = flow / (fx.reference "capillary" * (opened / q "5 kPa"))
  end,
}
