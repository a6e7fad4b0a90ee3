#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The shipped protocols keep their own promises: the good product passes with the example limits, and
# each fault gets the verdict and the measure that the protocol's table names. In virtual time.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=build/davy
export DAVY_STATE=$scratch/state
limits=scripts/limits/example.json

every_fault_is_caught() {
	within 300 "$davy" check --no-sweep --claimed --limits "$limits" "$1"
}

# Without the laboratory's numbers nobody is called qualified, and nobody unqualified.
without_limits_inconclusive() {
	within 60 "$davy" run "$1" --sim --json >"$scratch/out.json"
	[ $? = 5 ] && grep -q '"verdict":"INCONCLUSIVE"' "$scratch/out.json" &&
		grep -q "$2" "$scratch/out.json"
}

# One protocol, unchanged, while time passes as it does on a bench: its first step, sped up.
keeps_real_time() {
	within 120 "$davy" run "$1" --sim --clock x5 --only Zero --limits "$limits" --json >"$scratch/out.json"
	[ $? = 5 ] && grep -q '"measure":"zero"' "$scratch/out.json" &&
		within 60 "$davy" replay last
}

# A station names its slots, what stands in them and its own certificates.
station_decides_the_slot() {
	printf 'return station { name = "bench 2", calibration = "own.csv", slots = { slot { 1, fixture = "gas_bench" } } }\n' \
		>"$scratch/station.lua"
	cp fixtures/gas_bench/calibration.csv "$scratch/own.csv"
	within 60 "$davy" run "$1" --sim --station "$scratch/station.lua" --slot 1 --limits "$limits" --json >"$scratch/out.json" || return
	within 60 "$davy" run "$1" --sim --station "$scratch/station.lua" --slot 3 2>"$scratch/err"
	[ $? = 2 ] && grep -q 'station.lua has no slot 3' "$scratch/err"
}

# What a run says, and its exit code, in $scratch/out.json.
run_json() {
	within 200 "$davy" run "$@" --limits "$limits" --json >"$scratch/out.json"
}

# The work rate is that of the class which the label declares, and so is the good unit's size.
every_class_passes() {
	for rated in 20 60 100; do
		run_json "$1" --sim --dut rated="$rated L STPD" || return
	done
}

# Told before anything is begun; a run that is forced all the same stays without a verdict.
room_is_told_first() {
	run_json "$1" "--sim=$2"
	[ $? = 5 ] && grep -q "$3" "$scratch/out.json" && ! grep -q '"measure":"co2_average"' "$scratch/out.json" || return
	run_json "$1" "--sim=$2" --force
	[ $? = 5 ] && grep -q '"measure":"co2_average"' "$scratch/out.json"
}

# A gentler test than the method's proves nothing, whatever came through.
gentler_never_passes() {
	run_json "$1" --sim --param "$2"
	[ $? = 5 ] && grep -q "$3" "$scratch/out.json" && grep -q '"measure":"cumulative"' "$scratch/out.json"
}

# However long it is rated, it is held for all of that, and fails when it is not.
held_for_its_rated_time() {
	run_json "$1" --sim --dut rated="$2" || return
	run_json "$1" --sim=short_desiccant --dut rated="$2"
	[ $? = 1 ]
}

# By another path than Davy's own: from the bytes of the journal.
recomputed() {
	run_json "$1" "--sim=$2"
	[ $? = 1 ] && python3 "$3" "$DAVY_STATE/runs/$(ls -t "$DAVY_STATE/runs" | head -1)/journal" "$scratch/out.json"
}

replays() {
	run_json "$1" --sim && within 200 "$davy" replay last
}

# A fault of the bench that spares the unit: its run passes, and the check that brackets it does not.
only_the_check_shows() {
	run_json "$1" "--sim=$3" && within 60 "$davy" run "$2" "--sim=$3" --limits "$limits" >"$scratch/out"
	[ $? = 1 ] && says "$4"
}

for protocol in scripts/gas/*.lua scripts/lamp/*.lua scripts/battery/*.lua scripts/self_rescuer/*.lua; do
	claim "$protocol passes a good product and catches every fault it names" \
		every_fault_is_caught "$protocol"
done
claim "a battery run of fourteen hours passes and replays bit for bit" replays scripts/battery/pack.lua
claim "without a limit set a good product is INCONCLUSIVE and the standard is named" \
	without_limits_inconclusive scripts/gas/methane_transmitter.lua "AQ 6203-2006"
claim "nor does a figure whose sign was lost in the copy that was read decide about a self-rescuer" \
	without_limits_inconclusive scripts/self_rescuer/capacity.lua "42 CFR Part 84"
claim "nor what a standard that was not read asks of a filter self-rescuer" \
	without_limits_inconclusive scripts/self_rescuer/filter_life.lua "GB 8159-2011"
claim "nor what makers' sheets say of a compressed-oxygen self-rescuer's supply" \
	without_limits_inconclusive scripts/self_rescuer/oxygen_supply.lua "AQ 1054-2008"
claim "nor does three days' hold, which no clause asks for" \
	without_limits_inconclusive scripts/self_rescuer/oxygen_hold.lua "the laboratory's procedure"
claim "nor does a bench pass its own check by limits that nobody has validated" \
	without_limits_inconclusive scripts/self_rescuer/oxygen_supply_bench_check.lua "the laboratory's validation"
claim "less carbon monoxide than the method's never passes a filter self-rescuer" \
	gentler_never_passes scripts/self_rescuer/filter_life.lua content="2000 ppm" method.content
claim "a filter self-rescuer of three hours is held for three hours" \
	held_for_its_rated_time scripts/self_rescuer/filter_life.lua "180 min"
claim "a blocked tube at the resistance gauge spares a filter self-rescuer, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/filter_{life,bench_check}.lua gauge_tube_blocked \
	"✗ resistance 9."
claim "a head that shows too much light spares a cap lamp, and its bench's check finds it" \
	only_the_check_shows scripts/lamp/{cap_lamp,lamp_bench}_check.lua head_high "✗ light[full] 115."
claim "so does a relay that is welded" \
	only_the_check_shows scripts/lamp/{cap_lamp,lamp_bench}_check.lua relay_welded "✗ parted 49"
claim "a relay that says ready lets a table that may stand still pass, and its check finds it" \
	only_the_check_shows scripts/self_rescuer/conditioning_{vibration,table_check}.lua relay_of_ready "✗ ready closed"
claim "a gauge that reads low spares a self-rescuer's resistance, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/oxygen_supply{,_bench_check}.lua gauge_low "✗ resistance 85."
claim "a gauge that reads low spares a self-rescuer's leaks, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/{acceptance_oxygen,oxygen_rescuer_bench_check}.lua mouth_low "✗ gauge_span[above] 85."
claim "a hose that leaks only below the room's pressure is not seen before a self-rescuer comes, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/{acceptance_oxygen,oxygen_rescuer_bench_check}.lua hose_sucks "✗ below 35."
claim "a meter that shows too much of what flows fast spares a starter, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/starter{,_bench_check}.lua meter_races "✗ span 120."
claim "a transmitter's wrong zero spares a cylinder, and its bench's check finds it" \
	only_the_check_shows scripts/self_rescuer/oxygen_hold{,_bench_check}.lua zero_drifted "✗ zero 30"
claim "thermocouples at each other's terminals spare a cell, and its bench's check finds them" \
	only_the_check_shows scripts/battery/{cell_overcharge,battery_bench_check}.lua junctions_swapped "✗ ice[case]"
claim "what a plugged adapter leaks is worked out again from its transmitter's and thermocouple's bytes" \
	recomputed scripts/self_rescuer/oxygen_hold_bench_check.lua adapter_leaks tests/oxygen_hold_check.py
claim "what a bench draws without seeing it is worked out again from its flow meter's bytes" \
	recomputed scripts/self_rescuer/oxygen_rescuer_bench_check.lua draw_clogged tests/oxygen_rescuer_check.py
claim "what an ammeter errs by, either way, is worked out again from the bytes of it and of a voltmeter" \
	recomputed scripts/battery/battery_bench_check.lua shunt_drifted tests/battery_bench_check.py
claim "what a valve leaks, and is held with, is worked out again from meter's and gauge's bytes" \
	recomputed scripts/self_rescuer/valve_leak.lua valve_leaks tests/valve_leak.py
claim "what came through a filter self-rescuer is worked out again from its analyser's bytes" \
	recomputed scripts/self_rescuer/filter_life.lua short_desiccant tests/filter_life.py
claim "the oxygen that a self-rescuer gave is worked out again from the bytes of what drew it off" \
	recomputed scripts/self_rescuer/capacity.lua under_filled tests/capacity.py
claim "a self-rescuer's constant flow is worked out again from what its cylinder lost, without the flow meter" \
	recomputed scripts/self_rescuer/oxygen_supply.lua reducer_droops tests/oxygen_supply.py
claim "a step in scaled real time gives its measure and replays bit for bit" \
	keeps_real_time scripts/gas/methane_transmitter.lua
claim "a station says which slots there are, and whose certificates count" \
	station_decides_the_slot scripts/gas/methane_transmitter.lua
claim "a self-rescuer of each class passes at the work rate of its class" \
	every_class_passes scripts/self_rescuer/capacity.lua
claim "a room at 27 °C is told before the unit is used up, and a forced run gives no verdict" \
	room_is_told_first scripts/self_rescuer/capacity.lua room_warm "temperature: 27 °C"
claim "so is a room at 85 kPa" \
	room_is_told_first scripts/self_rescuer/capacity.lua room_high "pressure: 637"
for protocol in scripts/self_rescuer/*.lua tests/protocols/breathing_profile.lua; do
	claim "$protocol replays bit for bit" replays "$protocol"
done
claims_end
