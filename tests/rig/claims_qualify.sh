#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# davy qualify on real wires: lines of a simulated chip, gauges that a few lines of shell play at the far ends of two
# serial ports, and a person of as few lines, who reads the questions and moves contacts. Its controller is really
# killed; the wires are watched through the simulator, never through Davy.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
# shellcheck source=tests/rig/wires.sh
. "$(dirname "$0")/wires.sh"
station=$PWD/tests/rig/station_qualify.lua # its fixtures are looked for above it
others=""

# ---- the wires ----

chip qualify 6
lines=$(wires qualify)
# shellcheck disable=SC2086 # lists of words
left_far=$(nth 1 $far_ports) right_far=$(nth 2 $far_ports)

for port in $left_far $right_far; do stty -F "$port" 9600 raw -echo; done

# station LEFT RIGHT: which identity is expected of which gauge.
# shellcheck disable=SC2086 # lists of words
expects() {
	cat >"$station" <<LUA
return station {
  name = "the rig",
  slots = {
    slot { 1, fixture = "qualified", identities = { left = "$1", right = "$2" },
      ports = { left = "$(nth 1 $near_ports)", right = "$(nth 2 $near_ports)" },
      lines = { valve = "qualify-0", vent = "qualify-1", motor = "qualify-2", opened = "qualify-3",
                hood = "qualify-4", estop = "qualify-5" } },
  },
}
LUA
}

# Valve low, vent high, motor high (it is active low); and the other way round.
safe_wiring() { pull 0 down && pull 1 up && pull 2 up; }
dangerous_wiring() { pull 0 up && pull 1 down && pull 2 down; }

# The contact (line 3) follows the valve (line 0).
follower() {
	while :; do
		if [ "$(level 0)" = 1 ]; then pull 3 up; else pull 3 down; fi
		sleep 0.02
	done
}

# gauge PORT IDENTITY
gauge() {
	while IFS= read -r ask; do
		case $ask in
		ID?) printf 'ID %s\n' "$2" ;;
		P?) printf 'P 1000.0\n' ;;
		S*) printf 'OK\n' ;;
		esac
	done <"$1" >"$1"
}

# begin COMMAND…: somebody at the far end, until `leave`.
begin() {
	"$@" 2>/dev/null &
	others="$others $!"
}

leave() {
	for other in $others; do kill "$other"; done 2>/dev/null
	for other in $others; do wait "$other"; done 2>/dev/null
	others=
	pull 3 down
	pull 4 up
	pull 5 up
	safe_wiring
}

after_claim() { leave; }

a_bench() {
	expects "L-1" "R-2"
	pull 4 up
	pull 5 up
	safe_wiring
	begin gauge "$left_far" "${1:-MAKER L-1}"
	begin gauge "$right_far" "${2:-MAKER R-2}"
	begin follower
}

# ---- the person ----

toggle() { if [ "$(level "$1")" = 1 ]; then pull "$1" down; else pull "$1" up; fi; }

# Answers each question once, as it stands in $scratch/out. `$sees` is what is seen of outputs, `$hood` and `$button` are
# what becomes of those that are to be moved: "moves", or an answer.
person() {
	answered=0
	while :; do
		asked=$(grep -c "operator: " "$scratch/out")
		if [ "$asked" -gt "$answered" ]; then
			answered=$((answered + 1))
			question=$(grep "operator: " "$scratch/out" | sed -n "${answered}p")
			case $question in
			*"Go on?"*) echo y ;;
			*"Is that what was seen"*) echo "$sees" ;;
			*"Press"* | *"Release"*) if [ "$button" = moves ]; then toggle 5; else echo "$button"; fi ;;
			*hood*) if [ "$hood" = moves ]; then toggle 4; else echo "$hood"; fi ;;
			*) echo s ;;
			esac
		fi
		sleep 0.05
	done
}

# qualify CODE OPTIONS…, with a person.
qualify() {
	code=$1
	shift
	: >"$scratch/out"
	rm -f "$scratch/mouth"
	mkfifo "$scratch/mouth"
	person >"$scratch/mouth" 2>/dev/null &
	others="$others $!"
	timeout 240 "$davy" qualify "$station" "$@" <"$scratch/mouth" >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status = "$code" ] && return
	tail -n 20 "$DAVY_STATE/guardian.log"
	echo "it ended with $status, not $code"
	return 1
}

# Without anybody.
alone() {
	code=$1
	shift
	timeout 240 "$davy" qualify "$station" --no-person --yes "$@" </dev/null >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status = "$code" ] && return
	echo "it ended with $status, not $code"
	return 1
}

safe() {
	levels="$(level 0)$(level 1)$(level 2)"
	[ "$levels" = 011 ] && no_image && return
	echo "valve, vent and motor are at $levels"
	return 1
}

# ---- what is claimed ----

sees=y hood=moves button=moves

a_good_bench_passes() {
	a_bench
	qualify 0 && says "PASS" && says_not SIMULATED && says_not "✗" && says "✓ output valve: opened follows, both ways" &&
		says "✓ interlock 1 refuses: refused: valve" && says "✓ interlock 1 trips" && says "✓ emergency stop" &&
		says "✓ timer jitter" && says "✓ latency of port right" && says "✓ controller killed" && safe
}

its_record_is_whole() {
	"$davy" show last >"$scratch/out" && says "Qualification of an installation" && says "MAKER R-2" &&
		says "was killed with motor, valve, vent away" && "$davy" replay last >"$scratch/out" && says PASS
}

the_killed_run_is_aborted() {
	"$davy" list runs >"$scratch/out" && [ "$(grep -c qualification "$scratch/out")" = 2 ] && says ABORTED &&
		grep -q "slot 1: outputs of run .*-qualification-" "$DAVY_STATE/guardian.log"
}

# The wires pull every output to its dangerous level: nobody but the guardian makes it safe. The vent is dangerous when
# it is low: before anybody has it, and from when outputs are moved until the guardian has it. The level is read first:
# a run that is not there yet has no part in it.
watcher() {
	while :; do
		echo "$(level 1) $(find "$DAVY_STATE/runs" -mindepth 1 -maxdepth 1 | wc -l)"
		sleep 0.02
	done >"$scratch/levels"
}

# The second time that it was low has ended before the next controller had a run.
was_made_safe_by_the_guardian() {
	awk '$1 != last { if (last == "0" && ++low == 2) alone = $2 == runs; last = $1 } { runs = $2 }
		END { exit !(low >= 2 && alone) }' "$scratch/levels" && return
	uniq -c "$scratch/levels"
	echo "it was not seen away from safe and made safe between the two runs"
	return 1
}

the_plug_is_really_pulled() {
	a_bench
	dangerous_wiring
	begin watcher
	alone 5 && says "✓ controller killed" && says "? output vent: nobody was there" && says "✓ output valve" &&
		was_made_safe_by_the_guardian
}

swapped_gauges() {
	a_bench "MAKER R-2" "MAKER L-1"
	alone 1 --no-plug && says "the two are swapped" && says "? output valve: left, which can be away from safe by itself" && safe
}

a_silent_gauge() {
	expects "L-1" "R-2"
	begin gauge "$left_far" "MAKER L-1"
	begin follower
	alone 1 --no-plug && says "✗ device right: no reply" && says "✓ output valve" && safe
}

# Its safe value cannot be told at the start: the bench comes up all the same, and moves nothing.
a_silent_controller() {
	expects "L-1" "R-2"
	begin gauge "$right_far" "MAKER R-2"
	begin follower
	alone 1 --no-plug && says "✓ device right" && says "✗ device left: no reply" && says "? output valve: left" &&
		says "✗ safe at the end" && [ "$(level 0)$(level 1)$(level 2)" = 011 ] || return
	leave
	a_bench
	alone 5 --no-plug && no_image
}

a_contact_that_does_not_follow() {
	a_bench
	kill "${others##* }" # the follower
	alone 1 --no-plug && says "✗ output valve: valve is open, but its contact opened says off" && says "✓ timer jitter" && safe
}

a_wire_that_is_not_there() {
	a_bench
	hood=n button=n
	qualify 1 --no-plug
	done=$?
	hood=moves button=moves
	[ $done = 0 ] && says "✗ input hood: on" && says "✗ interlock 1 refuses" && says "✗ emergency stop: it was pressed, and nothing" && safe
}

nobody_consents() {
	a_bench
	timeout 120 "$davy" qualify "$station" --no-person </dev/null >"$scratch/out" 2>&1
	[ $? = 5 ] && says "the plug was not pulled: nobody has consented" && says "? output valve: nobody has consented" && says "✓ device left" && safe
}

# Of the two runs, programs are told of one.
as_json() {
	a_bench
	alone 5 --json && [ "$(grep -c '^{' "$scratch/out")" = 1 ] && says '"measure":"controller killed"' && says "was killed with" &&
		says_not "step 1/7"
}

another_run_keeps_the_plug_in() {
	a_bench
	{ sleep 60; } | "$davy" operate gas_bench --sim --slot 7 >"$scratch/first" 2>&1 &
	others="$others $!"
	tries=100
	until grep -q ch4_1 "$scratch/first" || [ $tries = 0 ]; do sleep 0.1 && tries=$((tries - 1)); done
	alone 5 && says "the controller has other runs" && says "? controller killed: it was not pulled" && safe
}

claim "a good bench passes, its controller killed on the way" a_good_bench_passes
claim "its record is shown and replayed" its_record_is_whole
claim "the run that was killed has ended as one cut short" the_killed_run_is_aborted
claim "outputs are seen away from safe when it dies, and safe again" the_plug_is_really_pulled
claim "two gauges that are swapped are found" swapped_gauges
claim "a gauge that is silent is found, and the rest is looked at" a_silent_gauge
claim "one that can energise and is silent keeps everything where it is" a_silent_controller
claim "a contact that does not follow its output is found" a_contact_that_does_not_follow
claim "contacts that are wired to nothing are found" a_wire_that_is_not_there
claim "without consent nothing is moved" nobody_consents
claim "as JSON it is the qualification alone" as_json
claim "while another run is on the controller is not killed" another_run_keeps_the_plug_in

claims_end
