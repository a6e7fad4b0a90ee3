#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Instruments that no fixture here uses yet, with their twins, on a bench of their own.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C

tree=$scratch/tree
mkdir -p "$tree/scripts" "$tree/fixtures/hood"
ln -s "$PWD/fixtures/drivers" "$tree/fixtures/drivers"
cat >"$tree/fixtures/hood/fixture.lua" <<'END'
return fixture {
  id = "hood", title = "Hood", zh = "罩", suits = { "hood" },
  ports    = { gas = serial { "9600 8N1" }, tags = serial { "115200 8N1" }, codes = serial { "9600 8N1" } },
  devices  = { module = device { "gss_co2", port = "gas" }, reader = device { "yrm100", port = "tags" },
               qr = device { "qr_reader", port = "codes" } },
  channels = { content = "module.content", raw = "module.raw" },
  world    = "hood/world.lua",
}
END
cat >"$tree/fixtures/hood/world.lua" <<'END'
return world {
  grid  = "100 ms",
  state = function() return { time = 0, co2_ppm = { module = 5210 }, tags = {}, codes = { qr = "MAK200012" } } end,
  advance = function(w, dt)
    w.time = w.time + dt
    if w.gone and w.time >= 3 then w.co2_ppm.module = nil end
  end,
  faults = {
    rich = { title = "too much", zh = "过高", function(w) w.co2_ppm.module = 8000 end },
    gone = { title = "it falls silent", zh = "无声", function(w) w.gone = true end },
  },
}
END
printf '%s\n' instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due 'module,content,,ppm,70 ppm,2,EXAMPLE,2099-12-31' \
	>"$tree/fixtures/hood/calibration.csv"
cat >"$tree/scripts/hood.lua" <<'END'
local test = protocol {
  id = "hood", version = 1, language = 1, title = "Hood", zh = "罩", class = "hood", fixture = "hood", decision = "simple",
  dut = { serial = { ask = "Serial number", simulated = "S-1", text = true } },
}
step "Content" {
  zh = "含量",
  measure = { content = { "content", limit = { "<= 6000 ppm", source = "chosen", grade = "example" } } },
  run = function(m, fx) wait "5 s"; m.content = fx.content:read() end,
}
END

# runs EXIT SIM TEXT
runs() {
	timeout 100 build/davy run "$tree/scripts/hood.lua" "$2" >"$scratch/out" 2>&1
	[ $? = "$1" ] && grep -q "$3" "$scratch/out" && return
	cat "$scratch/out"
	return 1
}

a_count_is_ten_ppm() {
	runs 0 --sim 'content 5210' && runs 1 --sim=rich 'content 8000'
}

silence_is_not_zero() {
	runs 3 --sim=gone 'module' && ! grep -q 'content 0' "$scratch/out"
}

another_count_is_another_instrument() {
	rm "$tree/fixtures/drivers" && cp -r fixtures/drivers "$tree/fixtures/drivers" &&
		sed -i 's/ \. 00010/ . 00001/' "$tree/fixtures/drivers/gss_co2/twin.lua" && runs 3 --sim "expected '. 00010"
}

claim "a CO2 module's count is ten ppm" a_count_is_ten_ppm
claim "one that falls silent is an ERROR and reads no zero" silence_is_not_zero
claim "one whose count is worth something else is another instrument" another_count_is_another_instrument
claims_end
