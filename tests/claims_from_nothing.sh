#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The bench that fixtures/README.md builds from nothing: its files, as they stand there, in an empty folder.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
davy=$PWD/build/davy
readme=$PWD/fixtures/README.md
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
mkdir "$scratch/desk"
cd "$scratch/desk" || exit 1

# Each block of code whose first line is a remark that begins with a path.
files_are_there() {
	awk '/^```/ { if (block) { block = 0; if (path) close(path); path = ""; next } block = 1; first = 1; next }
		block && first { first = 0; path = ($1 == "--" || $1 == "#") && $2 ~ /^(fixtures|scripts)\// ? $2 : ""
			sub(/:$/, "", path); if (path) { folder = path; sub(/\/[^\/]*$/, "", folder); system("mkdir -p " folder) } }
		block && path { print >path }' "$readme"
	[ -s fixtures/valve_bench/fixture.lua ] && [ -s fixtures/valve_bench/world.lua ] && [ -s scripts/valve_opening.lua ] &&
		[ -s fixtures/drivers/manometer/twin.lua ] && [ -s fixtures/valve_bench/calibration.csv ]
}

they_are_short() {
	[ "$(cat fixtures/drivers/manometer/*.lua | wc -l)" -lt 40 ] && [ "$(cat fixtures/valve_bench/*.lua | wc -l)" -lt 120 ]
}

every_fault_is_caught() {
	within 120 "$davy" check scripts/valve_opening.lua >"$scratch/out" 2>&1 && says 'each of 4 faults is caught as promised'
}

a_run_explains_itself() {
	within 60 "$davy" run scripts/valve_opening.lua --sim=weak_spring >"$scratch/out" 2>&1
	[ $? = 1 ] && says 'FAIL 不合格' && "$davy" why last opening >"$scratch/out" 2>&1 && says 'EXAMPLE-P' &&
		says 'scripts/valve_opening.lua:'
}

its_installation_is_checked() {
	within 120 "$davy" qualify valve_bench --sim --yes --no-person >"$scratch/out" 2>&1
	[ $? = 5 ] && says 'manometer'
}

claim "the files of a bench stand in fixtures/README.md, whole" files_are_there
claim "driver and twin are under 40 lines, fixture and world under 120" they_are_short
claim "its protocol passes a good valve and catches every fault" every_fault_is_caught
claim "a run of it explains itself, down to the line that asked" a_run_explains_itself
claim "its installation is checked, as far as nobody has to look" its_installation_is_checked
claims_end
