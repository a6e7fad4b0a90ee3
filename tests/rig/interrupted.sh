#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# interrupted.sh: inside the rig, with a disk: begin a run, and say "davy-rig: cut" once its unit rests; or, where a cut
# has left one, go on with it (interruption.sh has the claims).
export DAVY_STATE=/mnt/state LANG=C
davy=build/davy
probe="build/davy-rig-tests --probe"
protocols=tests/rig/protocols
station=tests/rig/rest_station.lua # its fixtures are looked for above it

mkdir -p /mnt
mount -t ext4 /dev/vda /mnt || exit 1
$probe chip lamps 6 >/dev/null
$probe pull lamps 2 high # nobody presses the emergency stop
$probe pull lamps 5 high
cat >$station <<'LUA'
return station { name = "the rig", calibration = "calibration.csv", slots = {
  slot { 1, fixture = "lamps", lines = { steady = "lamps-0", blinks = "lamps-1", estop = "lamps-2" } },
  slot { 2, fixture = "lamps", lines = { steady = "lamps-3", blinks = "lamps-4", estop = "lamps-5" } },
} }
LUA

# Names begin with their time.
newest() {
	for folder in "$DAVY_STATE"/runs/*rests*; do name=${folder##*/}; done
	[ ! -d "$folder" ] || echo "$name"
}

begin() {
	before=$(newest)
	$davy run $protocols/busy.lua --station $station --slot 2 >/dev/null 2>&1 &
	$davy run $protocols/rests.lua --station $station --slot 1 >/tmp/run 2>&1 &
	for _ in $(seq 600); do
		run=$(newest)
		[ "$run" != "$before" ] && grep -qa '^{"k":"stands"' "$DAVY_STATE/runs/$run/journal" && break
		sleep 0.1
	done
	if grep -qa '^{"k":"stands"' "$DAVY_STATE/runs/$run/journal"; then
		echo "the unit rests"
	else
		cat /tmp/run
	fi
	echo "davy-rig: cut"
	sleep 600
}

# found SENTENCE FILE COMMAND…: says the sentence when the command succeeds, else what is in the file.
found() {
	sentence=$1 file=$2
	shift 2
	if "$@"; then echo "$sentence"; else cat "$file"; fi
}

is_interrupted() {
	grep -q "^.*$run.*interrupted (davy continue)" /tmp/runs && ! grep -qa '^{"k":"verdict"' "$DAVY_STATE/runs/$run/journal" &&
		$probe when nothing within 10 lamps:0=0 lamps:1=0 lamps:3=0 lamps:4=0 >/dev/null
}

look() {
	$davy controller --leave-when-idle &
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		$davy list runs >/tmp/runs 2>&1 && grep -q interrupted /tmp/runs && break
	done
	run=$(newest)
	found "it is interrupted, and its outputs are safe" /tmp/runs is_interrupted
}

is_refused() {
	! $davy continue "$run" >/tmp/continued 2>&1 && grep -q 'no time server vouched for its calendar' /tmp/continued &&
		$davy continue "$run" --end --why "nobody knows how long it was away" >/tmp/continued 2>&1 &&
		$davy show "$run" | grep -q ABORTED
}

passes() { $davy continue "$run" >/tmp/continued 2>&1 && grep -q PASS /tmp/continued; }

is_whole() {
	$davy show "$run" >/tmp/shown 2>&1 && grep 'nothing was seen for' /tmp/shown && grep -q 'interruption.rest' /tmp/shown &&
		$davy replay "$run" >>/tmp/shown 2>&1 && $davy verify >>/tmp/shown 2>&1
}

other_is_aborted() {
	for other in "$DAVY_STATE"/runs/*busy*; do
		$davy show "${other##*/}" >/tmp/shown 2>&1
		grep -q ABORTED /tmp/shown || return 1
	done
}

set -- "$DAVY_STATE"/runs/*rests*
[ -d "$1" ] || shift
case $# in
0) begin ;;
1)
	look
	found "not gone on with, for nobody knows the time" /tmp/continued is_refused
	$probe synchronise
	begin
	;;
*)
	$probe synchronise
	look
	found "gone on with, it passed" /tmp/continued passes
	found "its gap is shown, and everything is verified" /tmp/shown is_whole
	found "others were cut short" /tmp/shown other_is_aborted
	;;
esac
