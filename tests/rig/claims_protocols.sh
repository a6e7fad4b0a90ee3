#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The shipped protocols on real wires, with `davy rig` at the far ends: each to the verdict that
# it must reach, marked as simulated, and the same again from its journal.
#
# Time is scaled as far as a slow and busy machine allows. A question and its answer take some 10 ms of real time
# whatever the scale, and one that has to be asked again takes its patience: that bounds N by the shortest time in which
# a protocol wants a reading.
#   gas           x10  the flow is looked for within 5 s: 500 ms here
#   self-rescuer  x10  seven ports, and messages each 500 ms: 50 ms here
#   battery       x20  means are taken over 5 s: 250 ms here
# What would take hours even so is shortened to less than its method asks for: all of it has to pass, and the method is
# then the one thing that is said against it. Pulses are counted in claims of their own, since what an emulated machine
# plays of a kilohertz is not to be judged by; and breaths, which are computed from two instruments' clocks, are not
# taken apart in scaled time.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
# shellcheck source=tests/rig/wires.sh
. tests/rig/wires.sh

# The benches are used one after the other, and so may share ports.
{
	echo "return station { name = \"the rig\", slots = {"
	slot 1 gas_bench 0 "$gas_ports" "$gas_lines"
	slot 2 breathing_bench 0 "$breathing_ports" "$breathing_lines"
	slot 3 battery_bench 0 "$battery_ports" "$battery_lines"
	echo "} }"
} >"$scratch/station.lua"

# The same run again from its journal, to the same verdict, and marked like it.
replays() {
	"$davy" replay last >"$scratch/again" 2>&1 && grep -q "bit for bit" "$scratch/again" &&
		grep -q "^SIMULATED 仿真  $1" "$scratch/again" && return
	cat "$scratch/again"
	return 1
}

# meets CODE VERDICT PROTOCOL SLOT SCALE FAULT WHY OPTIONS…: WHY stands in what the run printed; FAULT "" is a good
# product on a good bench.
meets() {
	code=$1 verdict=$2 protocol=$3 number=$4 scale=$5 fault=$6 why=$7
	shift 7
	play "$scratch/station.lua" "scripts/$protocol.lua" --clock "$scale" ${fault:+--fault "$fault"} || return
	yes | timeout 400 "$davy" run "scripts/$protocol.lua" --station "$scratch/station.lua" --slot "$number" --rig \
		--clock "$scale" --limits scripts/limits/example.json "$@" >"$scratch/out" 2>&1
	ended=$?
	leave
	tail -n 25 "$scratch/out"
	tail -n 3 "$scratch/rig"
	[ $ended = "$code" ] || {
		echo "it ended with $ended, not $code"
		return 1
	}
	says "SIMULATED 仿真  $verdict" && says "played by a rig" && says "$why" && replays "$verdict"
}

# too_short COUNT WHY ARGUMENTS…: at least so many measures, and each that is not the method's passed.
too_short() {
	least=$1 why=$2 protocol=$3 number=$4 scale=$5
	shift 5
	meets 5 INCONCLUSIVE "$protocol" "$number" "$scale" "" "$why" "$@" || return
	passes=$(grep -c '✓' "$scratch/out") others=$(grep -c '[✗?] ' "$scratch/out")
	echo "$passes passed, $others did not"
	[ "$passes" -ge "$least" ] && [ "$others" = 1 ]
}

claim "gas: ten exposures of a good transmitter all pass" too_short 50 "method.cycles: 10 is outside >= 500" \
	gas/methane_reliability 1 x10 --param cycles=10
claim "gas: that its bench was not checked before is said" says "nothing, whatever is checked afterwards; run that check first"
claim "gas: a cut-off relay that never moves fails" \
	meets 1 FAIL gas/methane_reliability 1 x10 cut_off_dead "✗ shut_off" --param cycles=2
claim "gas: a hood that opens is an error of the bench" \
	meets 3 ERROR gas/methane_transmitter 1 x10 hood_opened "interlock: the hood stays shut"
claim "self-rescuer: a room that is too warm decides nothing, and begins nothing" \
	meets 5 INCONCLUSIVE self_rescuer/capacity 2 x10 room_warm "Nothing was begun"
claim "self-rescuer: a room that lies too high decides nothing, and begins nothing" \
	meets 5 INCONCLUSIVE self_rescuer/performance 2 x10 room_high "Nothing was begun"
claim "battery: a good cell stands a short forced discharge" too_short 8 "method.duration: 5 min is outside >= 90 min" \
	battery/cell_forced_discharge 3 x20 --dut discharging="10 A" --param duration="5 min"
claim "battery: a cell that lies the wrong way round is an error of the bench" \
	meets 3 ERROR battery/cell_overcharge 3 x20 reversed "the battery lies the wrong way round"
claim "battery: a pack that is not there is an error of the bench" \
	meets 3 ERROR battery/pack 3 x20 absent "no battery is seen at the sense pins"

claims_end
