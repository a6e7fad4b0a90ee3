#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs on real wires, as a person orders them: lines of a simulated chip, and a gauge that a few lines of shell
# play at the far end of a serial port. Wires are driven and watched through the simulator, never through Davy.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
station=$PWD/tests/rig/station.lua twice=$PWD/tests/rig/twice.lua # its fixtures are looked for above it
far=

# ---- the wires ----

chip bench 12
lines=$(wires bench)

# What the bench does when nobody has its wires: vent open, motor off.
for line in 1 2 9 10; do pull $line up; done
stty -F /dev/ttyS2 9600 raw -echo

cat >"$station" <<'LUA'
return station {
  name = "the rig", calibration = "calibration.csv",
  slots = {
    slot { 1, fixture = "contacts",
      lines = { valve = "bench-0", vent = "bench-1", motor = "bench:2", opened = "bench-3",
                hood = "bench-4", estop = "bench-5" } },
    slot { 2, fixture = "gauge", ports = { line = "/dev/ttyS1" },
      rig = { ports = { line = "/dev/ttyS2" } } },
    slot { 3, fixture = "contacts",
      lines = { valve = "bench-6", vent = "bench-7", motor = "nowhere-2", opened = "bench-3",
                hood = "bench-4", estop = "bench-5" } },
    slot { 4, fixture = "contacts",
      lines = { valve = "bench-8", vent = "bench-9", motor = "bench-10", opened = "bench-3",
                hood = "bench-4", estop = "bench-5" } },
  },
}
LUA

# The contact (line 3) follows the valve (line 0).
follower() {
	while :; do
		if [ "$(level 0)" = 1 ]; then pull 3 up; else pull 3 down; fi
		sleep 0.02
	done
}

# A gauge with this identity.
gauge() {
	set=0
	while IFS= read -r ask; do
		case $ask in
		ID?) printf 'ID %s\n' "$1" ;;
		P?) printf 'P %d.0\n' $((1000 + set)) ;;
		F?) printf 'F 6.0\n' ;;
		S*) set=${ask#S} && printf 'OK\n' ;;
		esac
	done </dev/ttyS2 >/dev/ttyS2
}

# once_open COMMAND…: while the valve is open.
once_open() {
	until [ "$(level 0)" = 1 ]; do sleep 0.05; done
	sleep 0.3
	"$@"
}

# begin COMMAND…: somebody at the far end, until `leave`.
begin() {
	"$@" 2>/dev/null &
	far=$!
}

leave() {
	[ -z "$far" ] || kill "$far"
	wait "$far" 2>/dev/null
	far=
	pull 3 down
}

# ---- what is asked ----

all_well() {
	pull 4 up
	pull 5 up
}

# run CODE PROTOCOL OPTIONS…: what it prints stays in $scratch/out, with what it is called in $run.
run() {
	code=$1 protocol=$2
	shift 2
	yes | timeout 60 "$davy" run "tests/rig/protocols/$protocol.lua" --station "$station" "$@" \
		>"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	run=$("$davy" list runs --json | sed 's/.*"run":"//; s/".*//')
	[ $status = "$code" ] && return
	echo "it ended with $status, not $code"
	return 1
}

# The journal has a line with this in it.
noted() {
	"$davy" show last --journal | grep -qF -- "$1" && return
	"$davy" show last --journal
	return 1
}

replays() {
	"$davy" replay last >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status = 0 ]
}

# Valve closed, vent open, motor off where off is a high wire; nobody is needed to make anything safe any more.
safe() {
	levels="$(level 0)$(level 1)$(level 2)"
	[ "$levels" = 011 ] && return
	echo "valve, vent and motor are at $levels"
	return 1
}

# ---- lines alone ----

lines_pass() {
	all_well
	begin follower
	run 0 follows --slot 1 && says "PASS" && says "of station.lua" && says_not SIMULATED && safe
	done=$?
	leave
	return $done
}

lines_are_shown() {
	"$davy" show last >"$scratch/out" && cat "$scratch/out" && says "real, of station.lua" && says_not SIMULATED &&
		noted '"from":"system"' && noted '"valve":"bench-0"'
}

a_product_fails() {
	all_well
	run 1 follows --slot 1 && says "FAIL" && replays && says "FAIL" && safe
}

the_estop_aborts() {
	all_well
	begin follower
	once_open pull 5 down &
	run 4 follows --slot 1 --param hold="20 s" && says "ABORTED" && safe && replays && says "ABORTED"
	done=$?
	leave
	all_well
	return $done
}

# Both valves are open when it is pressed, and each run has a verdict of its own.
the_estop_is_of_every_slot() {
	all_well
	begin follower
	(until [ "$(level 0)$(level 8)" = 11 ]; do sleep 0.05; done && sleep 0.3 && pull 5 down) &
	run 4 follows --slot 1,4 --param hold="30 s" && says "1 │ UNCONTROLLED 未受控  ABORTED" && says "4 │ UNCONTROLLED 未受控  ABORTED" &&
		safe && [ "$(level 8)$(level 9)$(level 10)" = 011 ]
	done=$?
	leave
	all_well
	return $done
}

an_interlock_trips() {
	all_well
	begin follower
	once_open pull 4 down &
	run 3 follows --slot 1 --param hold="20 s" && says "ERROR" && says "the hood is shut" && safe && replays
	done=$?
	leave
	all_well
	return $done
}

an_absent_line_is_an_error() {
	run 3 follows --slot 3 && says "nowhere-2" && says "ERROR" && "$davy" show last | grep -q nowhere-2 &&
		[ "$(level 6)$(level 7)" = 00 ]
}

# ---- a gauge ----

a_real_gauge_passes() {
	begin gauge "MAKER GAUGE 7"
	run 0 pressure --slot 2 && says PASS && says_not SIMULATED && replays && says_not SIMULATED
	done=$?
	leave
	return $done
}

an_example_limit_decides_nothing_there() {
	begin gauge "MAKER GAUGE 7"
	run 5 pressure --slot 2 --param grade=example && says INCONCLUSIVE && replays
	done=$?
	leave
	return $done
}

a_played_gauge_makes_the_run_simulated() {
	begin gauge "GAUGE SIM 7"
	run 0 pressure --slot 2 && says "SIMULATED 仿真  PASS" && says "answers as 'ID GAUGE SIM 7'" &&
		noted '"k":"simulated"' && replays && says "SIMULATED 仿真  PASS" &&
		"$davy" list runs | tail -n 1 | grep -q SIMULATED && run 5 pressure --slot 2 --param grade=example &&
		says "SIMULATED"
	done=$?
	leave
	return $done
}

a_rig_is_met() {
	begin gauge "GAUGE SIM 7"
	run 0 pressure --slot 2 --rig --param grade=example && says "SIMULATED 仿真  PASS" && says "played by a rig" &&
		replays && says "SIMULATED 仿真  PASS" && run 0 pressure --slot 2 --rig --clock x4
	done=$?
	leave
	return $done
}

a_rig_that_is_none_is_an_error() {
	begin gauge "MAKER GAUGE 7"
	run 3 pressure --slot 2 --rig && says "--rig was ordered, but it answers as 'ID MAKER GAUGE 7', a real instrument"
	done=$?
	leave
	return $done
}

# A person opens the valve, is refused to once the hood is open, and goes.
a_person_moves_lines() {
	all_well
	begin follower
	printf 'set valve open\nread opened\n' | timeout 30 "$davy" operate "$station" --slot 1 >"$scratch/out" 2>&1
	[ $? = 0 ] && says done && safe || {
		cat "$scratch/out"
		leave
		return 1
	}
	pull 4 down
	printf 'set valve open\n' | timeout 30 "$davy" operate "$station" --slot 1 >"$scratch/out" 2>&1
	done=$?
	leave
	all_well
	[ $done = 3 ] && says "the hood is shut while the valve is open" && safe && "$davy" show last | grep -q INCONCLUSIVE
}

a_person_asks_a_gauge() {
	begin gauge "MAKER GAUGE 7"
	printf 'set gauge.setpoint 5 Pa\nsend line "P?\\n"\n' | timeout 30 "$davy" operate "$station" --slot 2 >"$scratch/out" 2>&1
	cat "$scratch/out"
	leave
	says "MAKER GAUGE 7" && says "P 1005.0" && says_not SIMULATED
}

# asked QUESTION TEXT: TEXT comes once that is asked ("": at once), and then nothing for a while.
asked() {
	begin gauge "MAKER GAUGE 7"
	: >"$scratch/out"
	(until grep -qF -- "$1" "$scratch/out" || [ -z "$1" ]; do sleep 0.1; done && printf "$2" && sleep 30) |
		timeout 60 "$davy" run tests/rig/protocols/asked.lua --station "$station" --slot 2 >"$scratch/out" 2>&1
	status=$?
	leave
	cat "$scratch/out"
	return $status
}

# The first question is over by itself, and the second is asked all the same.
a_question_is_taken_back() { asked "Seat the gauge." '\n1060\n' && says "Is it warm?" && says "not needed any more" && says PASS; }

answers_ready_are_taken_in_order() { asked '' '\n\n1060\n' && says PASS && replays; }

nothing_is_left() { no_image; }

a_rig_without_instruments_is_an_error() {
	all_well
	run 3 follows --slot 1 --rig && says "no instrument of this bench says that it is played"
}

# The gauge is silent for as long as it is asked: nobody waits for that.
a_stop_comes_before_the_bench_is_up() {
	"$davy" run tests/rig/protocols/pressure.lua --station "$station" --slot 2 >"$scratch/out" 2>&1 &
	asked=$!
	until grep -q "of station.lua" "$scratch/out"; do sleep 0.05; done
	kill -INT $asked
	wait $asked
	status=$?
	cat "$scratch/out"
	[ $status = 4 ] && says "ABORTED" && "$davy" show last | grep -q ABORTED
}

# Nobody knows what it does: it stays on the list until it was told to be safe.
a_mute_gauge_is_an_error() {
	run 3 pressure --slot 2 && says "gauge: it could not be made safe at the start: no reply" &&
		[ -f "$DAVY_STATE/safe/slot2.json" ] || return
	begin gauge "MAKER GAUGE 7"
	run 0 pressure --slot 2 && no_image
	done=$?
	leave
	return $done
}

# ---- gas ----

gassed=$PWD/tests/rig/gassed.lua
cat >"$gassed" <<'LUA'
return station {
  name = "the rig",
  slots = {
    slot { 1, fixture = "gassed", ports = { line = "/dev/ttyS1" },
      lines = { gas = "bench-11", estop = "bench-5" } },
  },
}
LUA

# gas CODE: a run of it, in a log of its own.
gas() {
	begin gauge "MAKER GAUGE 7"
	DAVY_STATE=$scratch/gas timeout 60 "$davy" run tests/rig/protocols/gassed.lua --station "$gassed" >"$scratch/out" 2>&1
	status=$?
	leave
	cat "$scratch/out"
	[ $status = "$1" ] && [ "$(level 11)" = 0 ]
}

no_cylinder_no_gas() { all_well && gas 3 && says "gas may not be open: no cylinder is connected to gas"; }

# In two seconds 0.2 L flow.
a_cylinder_gives_gas() (
	export DAVY_STATE="$scratch/gas"
	"$davy" gas add G-17 --component CH4='2.06 %vol; 1.0 %; 2' --balance air --certificate GBW-1 --due 2099-12-31 \
		--content '0.3 L' --residual '0.5 MPa' --by 0017 &&
		"$davy" gas connect G-17 gas --pressure '9 MPa' --leak-check soap --by 0017 && gas 0 && says PASS && says_not SIMULATED &&
		"$davy" show last | grep -q 'gas: 0.2[0-9]* L in 2.*cylinder G-17' && "$davy" gas show | grep -q ' 0.0[0-9]* L' &&
		"$davy" replay last
)

# What is left is not enough for the next one.
a_cylinder_gives_no_more() { gas 3 && says "cylinder G-17 on gas is used up" && gas 3 && says "gas may not be open"; }

# ---- davy wires ----

wires() {
	code=$1
	shift
	"$davy" wires "$@" >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status = "$code" ] && return
	echo "it ended with $status, not $code"
	return 1
}

wires_are_shown() {
	wires 0 "$station" --slot 1 && grep -q 'motor.*bench:2 .*:2 (bench) *nobody' "$scratch/out" &&
		wires 0 "$station" --slot 2 && grep -q 'line .*9600 8N1.*/dev/ttyS1 *nobody' "$scratch/out"
}

wires_that_are_missing_are_named() {
	wires 3 "$station" && grep -q 'motor.*nowhere-2 *MISSING' "$scratch/out" && says "not in order: 1"
}

one_wire_by_two_names() {
	sed 's/"bench:2"/"bench:0"/' "$station" >"$twice" &&
		wires 3 "$twice" --slot 1 && says "slot 1 motor and slot 1 valve are one wire"
}

a_wire_of_another_is_shown() {
	sleep 20 <>/dev/ttyS1 &
	other=$!
	sleep 0.2
	wires 3 "$station" --slot 2 && grep -q '/dev/ttyS1 *.*sleep (process' "$scratch/out"
	done=$?
	kill $other
	return $done
}

claim "davy wires shows each wire, what it is and that nobody has it" wires_are_shown
claim "davy wires names a wire that is missing" wires_that_are_missing_are_named
claim "davy wires sees one line behind two names" one_wire_by_two_names
claim "davy wires says which other program has a port" a_wire_of_another_is_shown
claim "a run on real lines passes, and leaves every output safe" lines_pass
claim "it is replayed bit for bit" replays
claim "its wires and its time are real, and stand in its record" lines_are_shown
claim "a contact that does not follow fails the product" a_product_fails
claim "the E-stop aborts a run on real lines" the_estop_aborts
claim "one E-stop aborts the runs of every slot that names it" the_estop_is_of_every_slot
claim "an interlock ends it as an error" an_interlock_trips
claim "a line that is not there is an error with a verdict, and nothing was driven" an_absent_line_is_an_error
claim "a run over a real port passes" a_real_gauge_passes
claim "an example limit decides nothing on real wires" an_example_limit_decides_nothing_there
claim "an instrument that says SIM makes the run a simulated one" a_played_gauge_makes_the_run_simulated
claim "behind a rig a run is simulated, in real and in scaled time" a_rig_is_met
claim "a rig that answers as a real instrument is an error" a_rig_that_is_none_is_an_error
claim "a bench where nobody can say that it is played takes no --rig" a_rig_without_instruments_is_an_error
claim "a person moves lines by hand, within the interlocks" a_person_moves_lines
claim "a person asks an instrument by hand, with raw bytes" a_person_asks_a_gauge
claim "a question that is not needed any more is taken back, and the next one is asked" a_question_is_taken_back
claim "answers that are there before their questions are taken in order" answers_ready_are_taken_in_order
claim "runs that ended well leave nothing to be made safe" nothing_is_left
claim "a stop while the bench comes up aborts the run" a_stop_comes_before_the_bench_is_up
claim "an instrument that does not answer is an error before anything begins" a_mute_gauge_is_an_error

claim "gas does not flow from a line without a cylinder" no_cylinder_no_gas
claim "a connected cylinder's certificate counts, and what flows is taken from it" a_cylinder_gives_gas
claim "a cylinder that is used up ends the run, and stays shut" a_cylinder_gives_no_more
claims_end
