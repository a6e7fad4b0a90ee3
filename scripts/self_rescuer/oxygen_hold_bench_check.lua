-- The bench that looks at cylinders for days itself, before and after each batch: both junctions in ice water and
-- together, the transmitter open and on a pressure balance, and the leak of its plugged adapter.
--
-- What the adapter leaks, a run blames its unit for. What the transmitter climbs by in three days, it hides: both are
-- looked for here, where nothing else loses or gains.

local validation = "the laboratory's validation of its bench"
local function validated(key) return { standard = validation, key = key } end

local test = protocol {
  id       = "self_rescuer.oxygen_hold_bench_check",
  version  = 1, language = 1,
  title    = "Hold bench: thermocouples, zero and span of the transmitter, leak of the adapter",
  zh       = "气瓶保压台核查:热电偶、压力变送器零点与示值、接头泄漏",
  standard = validation,
  fixture  = "oxygen_hold_bench",
  checks   = "oxygen_hold_bench",
  decision = "guarded",

  -- Chosen for this bench: what the adapter leaks in the shortest hold is to stand out of what its transmitter may err.
  params = {
    rest = { "20 min", range = "10 .. 120 min", ask = "Rest of the plugged adapter, for its temperature (恒温时间)" },
    hold = { "2 h", range = "2 .. 24 h", ask = "Time for which the plugged adapter holds (保压时间)" },
  },

  faults = {
    junction_drifted = { "FAIL", "ice", "together" },
    air_drifted      = { "FAIL", "air_ice", "together" },
    junctions_wrong  = { "FAIL", "ice", "air_ice" },
    zero_drifted     = { "FAIL", "zero" },
    zero_fallen      = { "FAIL", "zero" },
    span_low         = { "FAIL", "span" },
    span_high        = { "FAIL", "span" },
    stuck            = { "FAIL", "zero" },
    adapter_leaks    = { "FAIL", "leak" },
    adapter_open     = { "FAIL", "leak" },
    transmitter_climbs = { "FAIL", "leak" },
    junction_slips   = { "INCONCLUSIVE", "warmed" },
    junction_chills  = { "INCONCLUSIVE", "warmed" },
    ["cylinder.mute"]     = { "ERROR" },
    ["thermocouple.mute"] = { "ERROR" },
  },

  -- What `davy check --mutants` cannot tell from this file, and why.
  escapes = {
    ["Thermocouples: ask 2 left out"] =
      "both junctions still lie in the ice water then, and agree there as they would in air",
    ["Transmitter: ask 1 left out"] =
      "nothing is on the simulated adapter at the beginning: a real one may still hold the last unit's pressure",
    ["Transmitter: wait 1 left out"] =
      "the simulated adapter comes to the room's pressure at once",
    ["Adapter: ask 2 left out"] =
      "all is measured: the plug is opened for whoever takes the adapter next",
  },
}
local p = test.params

local function ask(text, zh, id)
  operator:confirm { text, zh = zh, id = id }
end

step "Thermocouples" {
  zh      = "热电偶",
  measure = {
    ice      = { "cylinder's junction in ice water, off by", zh = "气瓶热电偶冰点误差", limit = validated "ice" },
    air_ice  = { "air's junction in ice water, off by", zh = "空气热电偶冰点误差", limit = validated "air_ice" },
    together = { "one junction less the other, bound together in air", zh = "两支热电偶并置时示值之差",
                 limit = validated "together" },
  },
  run = function(m, fx)
    ask("Put both junctions into stirred ice water, in one thin bag", "将两支热电偶装入同一薄袋,浸入搅拌的冰水混合物", "ice")
    wait "10 min"
    m.ice = q.abs(fx.cylinder_temperature:mean "2 min" - fx.reference "ice")
    m.air_ice = q.abs(fx.air_temperature:mean "2 min" - fx.reference "ice")
    ask("Dry both junctions and bind them together in the air of the room", "擦干两支热电偶,捆扎在一起置于室内空气中", "together")
    wait "10 min"
    m.together = fx.cylinder_temperature:mean "2 min" - fx.air_temperature:mean "2 min"
  end,
}

step "Transmitter" {
  zh      = "压力变送器",
  measure = {
    zero = { "transmitter with its adapter open, off by", zh = "压力变送器零点误差", limit = validated "zero" },
    span = { "transmitter over the pressure balance", zh = "压力变送器示值与活塞式压力计之比", limit = validated "span" },
  },
  run = function(m, fx)
    ask("Leave the adapter open to the room", "接头保持敞开,通大气", "vent")
    wait "1 min"
    m.zero = q.abs(fx.cylinder_pressure:mean "2 min")
    ask("Connect the adapter to the pressure balance (nitrogen, free of oil), load the certified weights and let the "
      .. "piston float",
      "将接头接到活塞式压力计(氮气介质,无油),加载经校准的砝码,使活塞浮起", "balance")
    wait "1 min"
    m.span = fx.cylinder_pressure:mean "2 min" / fx.reference "balance"
  end,
}

local function warmer_than_air(fx)
  return fx.cylinder_temperature:mean "1 min" - fx.air_temperature:mean "1 min"
end

-- So little gas shows in hours what a cylinder of it would in weeks.
step "Adapter" {
  zh      = "接头密封性",
  measure = {
    leak = { "gas that the plugged adapter seems to lose, either way, its temperature taken out",
             zh = "接头堵死后的表观漏气率(已作温度修正)", limit = validated "leak" },
    warmed = { "change meanwhile of its temperature against that of the air", zh = "其间接头与空气温差的变化",
               evidence = true, limit = validated "warmed" },
  },
  run = function(m, fx)
    ask("Plug the adapter at the pressure of the balance, shut off the balance and take it off; clamp the first "
      .. "thermocouple to the adapter and hang the other beside it",
      "在活塞式压力计压力下堵死接头,关断并拆下压力计;第一支热电偶夹于接头,另一支悬于旁侧", "seal")
    wait(p.rest)
    -- What leaks so fast that it is nearly gone by now would lose little more.
    local is_held = fx.cylinder_pressure:becomes { at_least = 0.9 * fx.reference "balance", within = "1 min" }
    if is_held then
      local volume = fx.reference "adapter_volume"
      local before, warmer = fx.cylinder_gas:amount(volume), warmer_than_air(fx)
      wait(p.hold)
      local after, at_last = fx.cylinder_gas:amount(volume), warmer_than_air(fx)
      m.leak = q.abs(before - after) / p.hold
      m.warmed = at_last - warmer
    else
      m.leak = is_held
    end
    ask("Open the adapter's plug slowly, and vent it", "缓慢打开接头堵头并泄压", "vent")
  end,
}
