#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy operate on a simulated bench, as a person at a terminal or a script uses it. tests/rig has it on real wires.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh
davy=$PWD/build/davy
export DAVY_STATE=$scratch/state LANG=C

# types "COMMANDS" CODE FIXTURE [OPTIONS…]: the lines that were printed stay in $scratch/out, complaints in $scratch/err.
types() {
	local commands=$1 code=$2 status
	shift 2
	printf '%b' "$commands" | within 60 "$davy" operate "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	[ $status = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	echo "it ended with $status, not $code"
	return 1
}

shows_what_there_is() {
	types '' 0 gas_bench --sim && says "ch4_1" && says "controller.setpoint (L/min)" && says "A SIM 10v05.0"
}

moves_and_reads() {
	types 'read zero_air\nset zero_air open\nread zero_air\nset controller.setpoint 0.5 L/min\n' 0 gas_bench --sim &&
		says closed && says open && [ "$(grep -cx done "$scratch/out")" = 3 ]
}

leaves_everything_safe() {
	types 'set zero_air open\nset controller.setpoint 0.5 L/min\n' 0 gas_bench --sim && "$davy" show last --journal >"$scratch/out" &&
		grep -A99 '"text":"quit"' "$scratch/out" >"$scratch/after" && says '"what":"zero_air"' after && says '"level":"closed"' after &&
		says controller.setpoint after
}

an_interlock_holds() {
	types 'set ch4_1 open\nset fan off\nread fan\n' 3 gas_bench --sim && says "the fan runs while methane flows" err && says on
}

a_bound_holds() {
	types 'set controller.setpoint 900 L/min\nread controller.setpoint\n' 3 gas_bench --sim &&
		says "outside 0 .. 1.5 L/min, the bound that the fixture sets" err && says "it has flow, pressure, temperature" err
}

nonsense_is_answered() {
	types 'dance\nread nix\nset hood off\nset fan maybe\nsend nowhere 01\nsend bus 0\nsend bus "\\q"\nset fan\nset controller.setpoint 3 kPa\nread fan\n' \
		3 gas_bench --sim || return
	for said in "'dance' is none" "there is no 'nix'" "hood is an input" "fan can be on or off" "no port 'nowhere'" \
		"bytes are hexadecimal" "is not in L/min"; do
		says "$said" err || return
	done
	[ "$(wc -l <"$scratch/err")" = 9 ] && says on
}

only_quit_leaves() {
	types 'quitter\nread fan\n  quit\nread fan\n' 3 gas_bench --sim && says "'quitter' is none" err &&
		[ "$(wc -l <"$scratch/err")" = 1 ] && [ "$(grep -cx on "$scratch/out")" = 1 ]
}

bytes_are_sent_and_seen() {
	types 'send flow "AVE\\r"\nwatch flow\nread controller.flow\nunwatch flow\nread controller.flow\nsend bus 01 03 01 00 00 08 45 F0\n' 0 gas_bench --sim &&
		says 'A SIM 10v05.0.' && says 'flow sent: 41 0d  "A."' && says '01 03 10 53 49 4d' &&
		[ "$(grep -c '^flow sent: 41 0d' "$scratch/out")" = 1 ]
}

a_silent_device_ends_nothing() {
	types 'read transmitter.content\nread controller.flow\n' 3 gas_bench --sim=transmitter.mute && says "no reply" err &&
		says "0 L/min"
}

its_record_is_no_evidence() {
	types 'set zero_air open\n' 0 gas_bench --sim && "$davy" show last >"$scratch/out" && says INCONCLUSIVE &&
		says "operated by hand: nothing was tested" && "$davy" show last --journal >"$scratch/out" && says '"text":"set zero_air open"' || return
	! "$davy" replay last >"$scratch/out" 2>"$scratch/err" && says "operated by hand, and nothing was judged" err
}

# Somebody who holds a valve open, and is killed.
whoever_is_gone_leaves_it_safe() {
	local pid
	{
		echo "set zero_air open"
		sleep 30
	} >"$scratch/pipe" &
	"$davy" operate gas_bench --sim <"$scratch/pipe" >"$scratch/out" 2>&1 &
	pid=$!
	until grep -qx done "$scratch/out"; do sleep 0.1; done
	kill -9 $pid
	until "$davy" list runs | grep -q ABORTED; do sleep 0.1; done
	kill %1
	"$davy" show last --journal >"$scratch/out" && says "whoever operated it by hand has gone" && says '"what":"zero_air"'
}

a_slot_has_one_hand() {
	local held
	{ sleep 30; } >"$scratch/pipe" &
	held=$!
	"$davy" operate gas_bench --sim <"$scratch/pipe" >"$scratch/first" 2>&1 &
	until grep -q ch4_1 "$scratch/first"; do sleep 0.1; done
	types '' 3 gas_bench --sim && says "slot 1 is busy with another run" err || return
	kill $held
	wait
}

# A pump whose contactor was closed before anybody took its line, and falls after 40 ms; in one fault it never does.
a_late_contact() {
	mkdir -p "$scratch/tree/scripts" "$scratch/tree/fixtures/late"
	cat >"$scratch/tree/fixtures/late/fixture.lua" <<'END'
return fixture {
  id = "late", title = "A pump",
  lines = { pump = switch { safe = "off", read_back = "runs", within = "300 ms" }, runs = contact { debounce = "20 ms" } },
  world = "late/world.lua",
}
END
	cat >"$scratch/tree/fixtures/late/world.lua" <<'END'
return world {
  grid = "10 ms",
  state = { time = 0, falls = 0.045 },
  advance = function(w, dt, lines)
    w.time = w.time + dt
    lines.runs = lines.pump or w.time < w.falls
  end,
  faults = { welded = { title = "it stays", zh = "粘连", function(w) w.falls = math.huge end } },
}
END
}

a_late_contact_is_waited_for() {
	a_late_contact && cd "$scratch/tree" && types 'set pump on\n' 0 late --sim && says done &&
		"$davy" show last --journal >"$scratch/out" && says '"k":"awaits"' &&
		types 'set pump on\n' 3 late --sim=welded && says "pump is off, but its contact runs says on: welded" &&
		! grep -qx done "$scratch/out"
}

mkfifo "$scratch/pipe"
claim "it shows what there is" shows_what_there_is
claim "lines and settings move, and are read" moves_and_reads
claim "at its end everything is made safe" leaves_everything_safe
claim "an interlock holds by hand as well" an_interlock_holds
claim "so does a bound" a_bound_holds
claim "what cannot be is answered, and the session goes on" nonsense_is_answered
claim "only quit leaves, and nothing is done after it" only_quit_leaves
claim "raw bytes are sent, and those of a port are watched" bytes_are_sent_and_seen
claim "a device that is silent is told of, and ends nothing" a_silent_device_ends_nothing
claim "a contact that still falls when a line is taken is waited for, and one that has welded is not" a_late_contact_is_waited_for
claim "its record is maintenance, and no evidence" its_record_is_no_evidence
claim "whoever operates it and is gone leaves it safe" whoever_is_gone_leaves_it_safe
claim "a slot is operated by one" a_slot_has_one_hand
claim "an unknown fixture is named" sh -c "! $davy operate nix --sim 2>$scratch/err && grep -q \"no fixture 'nix'\" $scratch/err"
claims_end
