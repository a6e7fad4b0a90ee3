#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A slot that has a label: what sits in it is where the run believes, or nothing is concluded.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { timeout 100 build/davy "$@"; }

tree=$scratch/tree
mkdir -p "$tree/scripts" "$tree/fixtures/pad"
cat >"$tree/fixtures/pad/fixture.lua" <<'END'
return fixture {
  id = "pad", title = "Pad", zh = "台", suits = { "pad" },
  lines = { spin = pulse { gate = "1 s" } },
  world = "pad/world.lua",
}
END
cat >"$tree/fixtures/pad/world.lua" <<'END'
return world {
  grid  = "100 ms",
  state = function() return { slot = nil } end,
  advance = function(w, dt, lines) lines.spin = 50 end,
  operator = {
    ["scan.slot.start"] = function(w) return w.wrong and "PAD-2" end,
    ["scan.slot.end"]   = function(w) return (w.wrong or w.moved) and "PAD-2" end,
  },
  faults = {
    wrong = { title = "it sits in another slot", zh = "放错工位", function(w) w.wrong = true end },
    moved = { title = "it was moved", zh = "被移动", function(w) w.moved = true end },
  },
}
END
printf '%s\n' instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due 'clock,time,,s,0.01 %,2,EXAMPLE,2099-12-31' \
	>"$tree/fixtures/pad/calibration.csv"
cat >"$tree/scripts/spin.lua" <<'END'
local test = protocol {
  id = "spin", version = 1, language = 1, title = "Spin", zh = "转", class = "pad", fixture = "pad",
  decision = "simple", dut = { serial = { ask = "Serial number", simulated = "S-1", text = true } },
  scans = { "serial" },
}
step "Spin" {
  zh = "转",
  measure = { turns = { "turns", limit = { ">= 10 Hz", source = "chosen", grade = "example" } } },
  run = function(m, fx) wait "3 s"; m.turns = fx.spin:read() end,
}
END

# station LABEL…: one slot for each, "-" without one
station() {
	local number=0 label
	{
		echo 'return station { name = "pads", slots = {'
		for label; do
			number=$((number + 1))
			[ "$label" = - ] && label= || label=", label = \"$label\""
			echo "slot { $number, fixture = \"pad\"$label },"
		done
		echo '} }'
	} >"$tree/station.lua"
}

# spins EXIT SIM [OPTION…]
spins() {
	local code=$1 sim=$2
	shift 2
	davy run "$tree/scripts/spin.lua" "$sim" --station "$tree/station.lua" "$@" >"$scratch/out" 2>"$scratch/err"
	[ $? = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	return 1
}

scanned() {
	davy why last "scan.slot[$1]" >"$scratch/out" 2>&1
	grep -q "$2" "$scratch/out" || { cat "$scratch/out"; return 1; }
}

a_slot_with_a_label_is_scanned_twice() {
	station PAD-1 PAD-2 && spins 0 --sim --slot 1 && scanned start PAD-1 && scanned end PAD-1 &&
		davy verify last >"$scratch/out" && davy replay last >"$scratch/out"
}

what_sits_elsewhere_is_inconclusive() {
	station PAD-1 PAD-2 && spins 5 --sim=wrong --slot 1 && scanned start PAD-2 && spins 5 --sim=moved --slot 1 &&
		scanned start PAD-1 && scanned end PAD-2
}

a_slot_without_one_is_not_scanned() {
	station - PAD-2 && spins 0 --sim=moved --slot 1 && ! davy why last 'scan.slot[end]' >"$scratch/out" 2>&1
}

labels_that_tell_nothing_are_refused() {
	station PAD-1 PAD-1 && spins 2 --sim --slot 1 && grep -q 'slot 1 has this label already: PAD-1' "$scratch/err" &&
		station ' ' && spins 2 --sim --slot 1 && grep -q 'label is a text' "$scratch/err" &&
		station PAD-1 && sed -i 's/serial = {/slot = {/; s/scans = { "serial" }/scans = { "slot" }/' "$tree/scripts/spin.lua" &&
		spins 2 --sim --slot 1 && grep -q 'call the dut' "$scratch/err"
}

claim "a slot with a label is scanned at the start and at the end" a_slot_with_a_label_is_scanned_twice
claim "what sits in another slot is INCONCLUSIVE" what_sits_elsewhere_is_inconclusive
claim "a slot without a label is not scanned" a_slot_without_one_is_not_scanned
claim "labels that tell nothing are refused" labels_that_tell_nothing_are_refused
claims_end
