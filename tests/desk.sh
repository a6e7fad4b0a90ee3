# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A bench of neither lines nor devices, where a person is asked all there is: sourced behind claims.sh, in $tree.
# `station "TEXT"` wires its only slot, with this in the station's file.

tree=$scratch/tree
mkdir -p "$tree/scripts" "$tree/fixtures/desk"
cat >"$tree/fixtures/desk/fixture.lua" <<'END'
return fixture {
  id = "desk", title = "Desk", zh = "台", suits = { "case" },
  world = "desk/world.lua",
}
END
cat >"$tree/fixtures/desk/world.lua" <<'END'
return world {
  grid = "100 ms", state = function() return {} end, advance = function() end,
  operator = { width = function() return "7 mm" end },
}
END
printf '%s\n' instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due 'clock,time,,s,0.01 %,2,EXAMPLE,2099-12-31' \
	>"$tree/fixtures/desk/calibration.csv"
station() {
	echo "return station { name = \"desk\", $1 slots = { slot { 1, fixture = \"desk\", ports = {}, lines = {} } } }" \
		>"$tree/station.lua"
}
station ''
