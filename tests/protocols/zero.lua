-- Half a minute of clean air for a methane transmitter: the shortest run that drives lines, asks instruments and
-- judges; for claims about what becomes of runs, and tests no product.

local test = protocol {
  id = "zero", version = 1, language = 1,
  title = "Zero in clean air", zh = "零点",
  standard = "none", class = "gas_transmitter.methane", fixture = "gas_bench",
  params = { flow = { "0.5 L/min", range = "0.2 .. 1 L/min" } },
}

step "Zero" {
  measure = {
    zero = { "indication in zero air", zh = "零气示值",
             limit = { "± 0.10 %vol", source = "none", grade = "example" } },
  },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    local certified = fx.gas:apply("zero_air", test.params.flow)
    wait "30 s"
    m.zero = fx.methane:mean("5 s"):against(certified)
  end,
}
