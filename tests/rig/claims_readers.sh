#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Readers of tags and codes on real serial ports: a module that a program plays at the far end (tag_module.c), and a code
# reader of a few lines of shell. Nobody types anything in these runs.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
# shellcheck source=tests/rig/wires.sh
. tests/rig/wires.sh
station=$PWD/tests/rig/read_station.lua # its fixtures are looked for above it
A=30751FEB705C5904E3D50D70 B=30751FEB705C5904E3D50D71
module="yrm100 on /dev/ttyS1: M100 26dBm V1.0"
# shellcheck disable=SC2086 # a list of words
near_code=$(nth 2 $near_ports) far_code=$(nth 2 $far_ports)
stty -F "$far_code" 9600 raw -echo

chip read 6
lines=$(wires read)
pull 2 up # nobody presses the emergency stop
pull 5 up

# station "READER…"
station() {
	cat >"$station" <<LUA
return station { name = "the rig", calibration = "calibration.csv", readers = { $1 }, slots = {
  slot { 1, fixture = "lamps", lines = { steady = "read-0", blinks = "read-1", estop = "read-2" } },
  slot { 2, fixture = "lamps", lines = { steady = "read-3", blinks = "read-4", estop = "read-5" } },
} }
LUA
}

# What lies before the module.
lay() { printf '%s' "$1" >"$scratch/lies"; }

# with_module COMMAND…: while one is there.
with_module() {
	lay ""
	$probe module /dev/ttyS2 "$scratch/lies" 2>/dev/null &
	played=$!
	"$@"
	done=$?
	kill $played
	wait $played 2>/dev/null
	return $done
}

# ---- before the day ----

# looks CODE COMMAND…: davy says, with this status (-: any).
looks() {
	code=$1
	shift
	timeout 60 "$davy" "$@" >"$scratch/out" 2>&1
	status=$?
	[ "$code" = - ] || [ $status = "$code" ] && return
	cat "$scratch/out"
	echo "it ended with $status, not $code"
	return 1
}

row() {
	grep -q "$1" "$scratch/out" && return
	cat "$scratch/out"
	echo "no row is like: $1"
	return 1
}

a_reader_that_is_there_answers() {
	station 'yrm100 = "/dev/ttyS1"'
	looks 0 wires "$station" && row "^all *yrm100 *reader 115200 8N1 */dev/ttyS1 */dev/ttyS1 *nobody" &&
		looks - ready --station "$station" && row "^✓ readers  *$module"
}

a_mute_reader_is_told_of() {
	station 'yrm100 = "/dev/ttyS1"'
	looks 0 wires "$station" && looks - ready --station "$station" && row "^! readers  *yrm100: .*no reply" &&
		says "or type what it should read"
}

a_reader_of_another_program_is_told_of() {
	station "qr_reader = \"$near_code\""
	looks - ready --station "$station" && row "^✓ readers  *qr_reader on $near_code: it says nothing of itself" || return
	sleep 60 <>"$near_code" &
	other=$!
	sleep 0.3
	looks 3 wires "$station" && row "qr_reader .*sleep (process" && looks - ready --station "$station" &&
		row "^! readers  *qr_reader is taken by sleep (process"
	done=$?
	kill $other
	return $done
}

a_reader_on_a_slot_s_port_is_told_of() {
	station 'yrm100 = "/dev/ttyS1", qr_reader = "/dev/ttyS1"'
	looks 3 wires "$station" && row "are one wire (/dev/ttyS1)"
}

# ---- runs ----

# starts OPTIONS…: a run of both slots. Nobody is at its keyboard, and what it says stays in $scratch/run.
starts() {
	: >"$scratch/run"
	mkfifo "$scratch/keyboard" 2>/dev/null
	sleep 300 >"$scratch/keyboard" &
	keyboard=$!
	timeout 150 "$davy" run tests/rig/protocols/scanned.lua --station "$station" --slot 1,2 "$@" \
		<"$scratch/keyboard" >"$scratch/run" 2>&1 &
	run=$!
}

# The run's status; the keyboard is put away.
ends() {
	wait $run
	status=$?
	kill $keyboard
	cat "$scratch/run"
	return $status
}

# hold N READER: the slot that wants something held up before it for the Nth time in this run, as the line has it.
hold() {
	tries=600
	until [ "$(grep -c "│ $2: hold" "$scratch/run")" -ge "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $run 2>/dev/null || return 1
		sleep 0.1
	done
	grep "│ $2: hold" "$scratch/run" | sed -n "$1s/^ *\([0-9]\) │.*/\1/p"
}

# Each slot has its own tag; it is taken away before the next one is laid there.
tag_of() { if [ "$1" = 1 ]; then echo A; else echo B; fi; }
lay_for() {
	lay ""
	sleep 2
	lay "$(tag_of "$1")"
}

# run_of SLOT: as its line says.
run_of() { sed -n "s/^ *$1 │ *\(20[0-9]*T[0-9]*Z-rig.scanned-[0-9a-f]*\)$/\1/p" "$scratch/run"; }

# why SLOT TEXT
why() {
	"$davy" why "$(run_of "$1")" 'scan.serial[start]' >"$scratch/out" 2>&1
	says "$2"
}

one_reader_serves_two_slots() {
	station 'yrm100 = "/dev/ttyS1"'
	starts --dut 1:serial=$A --dut 2:serial=$B
	for asked in 1 2 3 4; do
		slot=$(hold $asked yrm100) && lay_for "$slot" || break
	done
	ends && why 1 "read by $module: $A" && why 2 "read by $module: $B"
}

# The tag that has just answered stays there, is taken away, and is laid there again: it answers for its own slot only.
one_tag_answers_for_one_slot() {
	station 'yrm100 = "/dev/ttyS1"'
	starts --dut 1:serial=$A --dut 2:serial=$B
	first=$(hold 1 yrm100) && lay_for "$first" && second=$(hold 2 yrm100) || {
		ends
		return 1
	}
	sleep 3
	lay_for "$first"
	sleep 3
	repeated=$(grep -c "^ *$second │ yrm100: .* has just answered for slot $first" "$scratch/run")
	lay_for "$second"
	for asked in 3 4; do
		slot=$(hold $asked yrm100) && lay_for "$slot" || break
	done
	ends && [ "$repeated" = 1 ] && why "$first" "read by $module" && why "$second" "read by $module"
}

# Of two readers either answers: a tag for the first slot, a code for the second.
two_readers_serve_two_slots() {
	station "yrm100 = \"/dev/ttyS1\", qr_reader = \"$near_code\""
	starts --dut 1:serial=$A --dut 2:serial=C-2
	for asked in 1 2 3 4; do
		slot=$(hold $asked yrm100) || break
		lay ""
		sleep 2
		if [ "$slot" = 1 ]; then lay A; else printf 'C-2\r' >"$far_code"; fi
	done
	ends && why 1 "read by $module: $A" && why 2 "read by qr_reader on $near_code: C-2"
}

# What was left before the reader from the day before is said, and is no answer.
what_lies_there_is_told_of() {
	station 'yrm100 = "/dev/ttyS1"'
	lay A
	starts --dut 1:serial=$A --dut 2:serial=$B
	slot=$(hold 1 yrm100)
	sleep 3
	lies=$(grep -c "yrm100: '$A' lay there before anything was asked" "$scratch/run")
	answered=$(grep -c "✓ scan.serial" "$scratch/run")
	lay_for "$slot"
	for asked in 2 3 4; do
		slot=$(hold $asked yrm100) && lay_for "$slot" || break
	done
	ends && [ "$lies" = 1 ] && [ "$answered" = 0 ]
}

# Its cable is pulled and put back: the question that is open is answered by hand, and the next by it.
a_reader_that_was_lost_comes_back() {
	station 'yrm100 = "/dev/ttyS1"'
	starts --dut 1:serial=$A --dut 2:serial=$B
	slot=$(hold 1 yrm100) || {
		ends
		return 1
	}
	kill $played
	wait $played 2>/dev/null
	tries=600
	until grep -q "reader yrm100: .*type what it should read" "$scratch/run"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || break
		sleep 0.1
	done
	lay ""
	$probe module /dev/ttyS2 "$scratch/lies" 2>/dev/null &
	played=$!
	if [ "$slot" = 1 ]; then echo $A; else echo $B; fi >"$scratch/keyboard"
	for asked in 2 3 4; do
		slot=$(hold $asked yrm100) && lay_for "$slot" || break
	done
	ends && [ $tries -gt 0 ] && [ "$(grep -c "yrm100: .*type what it should read" "$scratch/run")" = 1 ]
}

claim "davy wires shows a reader, and davy ready who it is" with_module a_reader_that_is_there_answers
claim "a reader that does not answer is told of before the day" a_mute_reader_is_told_of
claim "one that another program has is told of, and one that cannot say who it is" a_reader_of_another_program_is_told_of
claim "two readers on one port are one wire" a_reader_on_a_slot_s_port_is_told_of
claim "one reader answers the scans of two slots, each with its own specimen" with_module one_reader_serves_two_slots
claim "a tag answers for one slot, and not for the next" with_module one_tag_answers_for_one_slot
claim "of two readers either answers, and the journal says which" with_module two_readers_serve_two_slots
claim "a reader that was lost answers again from the next question on" with_module a_reader_that_was_lost_comes_back
claim "what lies before a reader already is told of, and answers nothing" with_module what_lies_there_is_told_of
claim "and nothing is left to be made safe" no_image
claims_end
