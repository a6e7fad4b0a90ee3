#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# power_cut.sh: inside the rig, with a disk: look at what the cut before left (power_cuts.sh says what must hold), then
# say "davy-rig: cut" and keep runs going until the power goes.
davy=build/davy
state=/mnt/state
export DAVY_STATE=$state
protocol=tests/protocols/zero.lua

mkdir -p /mnt
mount -t ext4 /dev/vda /mnt || exit 1

# ---- wires: one slot has real ones, an output on and an output blinking ----

probe="build/davy-rig-tests --probe"
station=tests/rig/cut_station.lua # its fixtures are looked for above it
$probe chip lamps 3 >/dev/null
$probe pull lamps 2 high # nobody presses the emergency stop
cat >$station <<'LUA'
return station { name = "the rig", slots = {
  slot { 4, fixture = "lamps", lines = { steady = "lamps-0", blinks = "lamps-1", estop = "lamps-2" } },
} }
LUA

wrong() {
	echo "WRONG $*"
}

verdicts_of() {
	grep -ao '{"k":"verdict"' "$1" | wc -l
}

# ---- what the cut left ----

# Evidence that a cut interrupted is not called altered: what does not fit says that power went.
not_called_altered() {
	$davy verify --no-replay >/tmp/verified 2>&1 && return
	if [ $? != 3 ] || grep '^  ✗' /tmp/verified | grep -qv 'power went'; then
		wrong "before the next start: $(cat /tmp/verified)"
	fi
}

# The next start completes all of it.
made_whole() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		$davy verify --no-replay >/tmp/verified 2>&1 && ! grep -q 'has no verdict or no record' /tmp/verified && return
		sleep 1
	done
	wrong "after the next start: $(cat /tmp/verified)"
}

if [ -d $state/runs ]; then
	[ ! -d $state/records ] || not_called_altered
	$davy controller --leave-when-idle &
	controller=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		$davy list resources >/dev/null 2>&1 && break
	done
	runs=0
	for run in $(ls $state/runs); do
		folder=$state/runs/$run
		runs=$((runs + 1))
		count=$(verdicts_of "$folder/journal")
		[ "$count" = 1 ] || wrong "$run has $count verdicts"
		[ -f /mnt/looked ] && [ "$folder/journal" -ot /mnt/looked ] && continue
		$davy show "$run" >/tmp/shown 2>&1
		[ $? = 2 ] && wrong "$run cannot be shown: $(head -n 1 /tmp/shown)"
	done
	made_whole
	kill $controller 2>/dev/null
	wait $controller
	$davy list runs --json >/tmp/runs
	$davy list hazards --json >/tmp/hazards
	while read -r _ run verdict; do
		[ -n "$run" ] || continue
		grep -q "\"run\":\"$run\",\"protocol\":\"[^\"]*\",\"verdict\":\"$verdict\"" /tmp/runs ||
			wrong "$run was told to be $verdict and is no longer"
		grep -q "\"run\":\"$run\",\"protocol\":\"rig.busy\"" /tmp/runs || continue
		grep -q "\"run\":\"$run\"" /tmp/hazards || wrong "nobody is told that the specimen of $run is hot"
	done <given
	aborted=$(grep -o '"verdict":"ABORTED"' /tmp/runs | wc -l)
	wired=$(grep -o '"protocol":"rig.busy"' /tmp/runs | wc -l)
	$probe when nothing within 10 lamps:0=0 lamps:1=0 >/dev/null || wrong "an output is not safe"
	echo "looked at $runs runs, $wired of them on wires, $aborted ended as ABORTED; $(wc -l <given) had been told"
fi

touch /mnt/looked # what was whole and has not been touched since needs no second look

# ---- and runs until the next ----

# told OPTIONS…: one run, and what it was told to be
told() {
	said=$($davy run "$@" --json 2>/dev/null)
	run=$(echo "$said" | grep -o '"run":"[^"]*"' | head -n 1 | cut -d'"' -f4)
	verdict=$(echo "$said" | grep -o '"verdict":"[A-Z]*"' | head -n 1 | cut -d'"' -f4)
	[ -z "$verdict" ] || echo "told $run $verdict"
}

one() {
	while :; do
		seed=$((seed + 1))
		told $protocol --seed $seed "$@"
	done
}

on_wires() {
	while :; do
		told tests/rig/protocols/busy.lua --station $station --slot 4 --param time="$1" --param blink="20 ms"
	done
}
seed=$(date +%s)
one --sim --slot 1 &
seed=$((seed + 100000))
one --slot 2 --sim=zero_drift &
seed=$((seed + 100000))
one --sim --slot 3 --clock real &
on_wires "400 ms" &
before=$(ls $state/runs 2>/dev/null | wc -l)
until [ "$(ls $state/runs 2>/dev/null | wc -l)" -ge $((before + 4)) ]; do sleep 0.1; done
echo "davy-rig: cut"
sleep 600
