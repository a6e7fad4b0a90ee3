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
	timeout 300 "$davy" check --no-sweep --limits "$limits" "$1"
}

# Without the laboratory's numbers nobody is called qualified, and nobody unqualified.
without_limits_inconclusive() {
	timeout 60 "$davy" run "$1" --sim --json >"$scratch/out.json"
	[ $? = 5 ] && grep -q '"verdict":"INCONCLUSIVE"' "$scratch/out.json" &&
		grep -q 'AQ 6203-2006' "$scratch/out.json"
}

# One protocol, unchanged, while time passes as it does on a bench: its first step, sped up.
keeps_real_time() {
	timeout 120 "$davy" run "$1" --sim --clock x5 --only Zero --limits "$limits" --json >"$scratch/out.json"
	[ $? = 5 ] && grep -q '"measure":"zero"' "$scratch/out.json" &&
		timeout 60 "$davy" replay last
}

# A station names its slots, what stands in them and its own certificates.
station_decides_the_slot() {
	printf 'return station { name = "bench 2", calibration = "own.csv", slots = { slot { 1, fixture = "gas_bench" } } }\n' \
		>"$scratch/station.lua"
	cp fixtures/gas_bench/calibration.csv "$scratch/own.csv"
	timeout 60 "$davy" run "$1" --sim --station "$scratch/station.lua" --slot 1 --limits "$limits" --json >"$scratch/out.json" || return
	timeout 60 "$davy" run "$1" --sim --station "$scratch/station.lua" --slot 3 2>"$scratch/err"
	[ $? = 2 ] && grep -q 'station.lua has no slot 3' "$scratch/err"
}

# Fourteen hours of a battery, read again from the journal.
replays() {
	timeout 200 "$davy" run "$1" --sim --limits "$limits" --json >"$scratch/out.json" &&
		timeout 200 "$davy" replay last
}

for protocol in scripts/gas/*.lua scripts/battery/*.lua; do
	claim "$protocol passes a good product and catches every fault it names" \
		every_fault_is_caught "$protocol"
done
claim "a battery run of fourteen hours passes and replays bit for bit" replays scripts/battery/pack.lua
claim "without a limit set a good product is INCONCLUSIVE and the standard is named" \
	without_limits_inconclusive scripts/gas/methane_transmitter.lua
claim "a step in scaled real time gives its measure and replays bit for bit" \
	keeps_real_time scripts/gas/methane_transmitter.lua
claim "a station says which slots there are, and whose certificates count" \
	station_decides_the_slot scripts/gas/methane_transmitter.lua
claims_end
