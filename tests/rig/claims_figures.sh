#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# claims_figures.sh: how long until the outputs are safe, with 32 busy slots and one runner in an endless loop, seen on
# the wires themselves. What is claimed is that they become safe and stay so; the times are printed, for a machine that
# is emulated on a loaded host is no measure of a bench. Aims: 5 ms from the emergency stop, 50 ms from each kill.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"

station=$scratch/station.lua
slots=32
estop=$((2 * slots))

station() {
	echo 'return station { name = "the rig", slots = {'
	for n in $(seq 1 $slots); do
		echo "  slot { $n, fixture = \"lamps\", lines = { steady = \"lamps-$((2 * n - 2))\"," \
			"blinks = \"lamps-$((2 * n - 1))\", estop = \"lamps-$estop\" } },"
	done
	echo '} }'
}

# outputs LEVEL [STEP]: all of them, or every other one, at this level
outputs() {
	for line in $(seq 0 "${2:-1}" $((2 * slots - 1))); do
		printf 'lamps:%s=%s ' "$line" "$1"
	done
}

# run NAME SLOTS [OPTION…]
run() {
	name=$1 some=$2
	shift 2
	$davy run tests/rig/protocols/busy.lua --station $station --slot "$some" --json "$@" >"$scratch/$name.out" 2>"$scratch/$name.err" &
}

# All slots but the last are busy; the first one's runner is known by being the only one.
start_busy() {
	run first 1
	first=$!
	$probe when nothing within 60 lamps:0=1 >/dev/null || return 1
	runner=$(pidof davy-lua)
	run busy "$(seq -s , 2 $((slots - 1)))"
	busy=$!
	# shellcheck disable=SC2046 # one word per wire
	$probe when nothing within 90 $(outputs 1 2 | sed "s/lamps:$((2 * slots - 2))=1//") >/dev/null && return
	tail -n 20 "$scratch/first.err" "$scratch/busy.err" "$DAVY_STATE/guardian.log"
	return 1
}

# The last computes for ever: it counts as hung, and is killed, after a second of it. Act at once.
start_endless() {
	run endless $slots --param mind=endless
	endless=$!
	$probe when nothing within 30 lamps:$((2 * slots - 2))=1 >/dev/null
}

# measure WHAT ACT…: within 20 s all outputs are safe, and the time is told
measure() {
	what=$1 && shift
	# shellcheck disable=SC2046
	took=$($probe when "$@" within 20 $(outputs 0)) || return 1
	echo "figures: $what to the last of $((2 * slots)) outputs safe: $took ms" >>"$scratch/figures"
}

ends() { # ends STATUS PID
	wait "$2"
	[ $? = "$1" ]
}

emergency_stop() {
	start_busy && start_endless && measure "from the emergency stop's edge" pull lamps $estop low && ends 4 $first && ends 4 $busy &&
		ends 4 $endless
}

# Let go of, every output but the last slot's would go to its unsafe level: those are how it is seen to run.
pull_busy() {
	for line in $(seq 0 $((2 * slots - 3))); do $probe pull lamps "$line" "$1"; done
}

controller_killed() {
	$probe pull lamps $estop high
	start_busy && pull_busy high && start_endless || return 1
	controller=$(pidof davy | tr ' ' '\n' | while read -r pid; do
		tr '\0' ' ' </proc/"$pid"/cmdline | grep -q 'davy controller' && echo "$pid"
	done)
	measure "from kill -9 of the controller" kill "$controller" 9
	status=$?
	wait $first $busy $endless
	pull_busy low
	return $status
}

runner_killed() {
	start_busy && start_endless || return 1
	took=$($probe when kill "$runner" 9 within 20 lamps:0=0 lamps:1=0) || return 1
	echo "figures: from kill -9 of a runner to its outputs safe: $took ms" >>"$scratch/figures"
	$davy safe >"$scratch/out"
	wait $first $busy $endless
	return 0
}

chip lamps $((2 * slots + 1))
$probe pull lamps $estop high
station >$station
claim "an emergency stop makes every output of 32 busy slots safe" emergency_stop
claim "a killed controller leaves no output away from safe" controller_killed
claim "a killed runner leaves no output of its slot away from safe" runner_killed
cat "$scratch/figures"
claims_end
