#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Controllers that are killed while a run rests: the run stands interrupted, and `davy continue` goes on with it or ends
# it. The bench is simulated and its clock scaled: a minute in six seconds.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy
tree=$scratch/tree
state=$scratch/state
export DAVY_STATE=$state DAVY_SHARE=$PWD LANG=C
unset LC_ALL LC_MESSAGES DAVY_LUA

mkdir -p "$tree"
cat >"$tree/rest.lua" <<'LUA'
local test = protocol {
  id = "rest", version = 1, language = 1, title = "A unit rests", fixture = "conditioning_bench",
  standard = "STD 1", class = "self_rescuer.closed_circuit", scans = { "serial" },
  dut = { serial = { ask = "Serial number", simulated = "SIM-1", text = true } },
  interruptions = {
    rest = { "while it rests", zh = "静置期间",
             limit = { "<= 10 min", grade = "verbatim", source = "this claim" } },
  },
}
step "Rest" {
  measure = {
    before = { "air before", limit = { "0 .. 40 °C", grade = "verbatim", source = "this claim" } },
    after  = { "air after", limit = { "0 .. 40 °C", grade = "verbatim", source = "this claim" } },
  },
  run = function(m, fx)
    m.before = fx.air:read()
    wait "5 s"
    local air = fx.air:trace "10 s"
    wait { "40 s", interruption = "rest" }
    m.after = air:max()
    wait "20 s"
  end,
}
LUA

journal() {
	echo "$state"/runs/*/journal
}

# Wait until the journal has a line of this kind, or for 20 s.
reaches() {
	local turn
	for turn in $(seq 400); do
		grep -qsa "^{\"k\":\"$1\"" "$state"/runs/*/journal && return
		sleep 0.05
	done
	echo "no line '$1' in ${turn} turns"
	cat "$scratch/run"
	return 1
}

# A run is begun in a state of its own, and its controller killed once the journal has this line.
dies_at() {
	[ -f "$state/controller.lock" ] && kill -9 "$(cat "$state/controller.lock")" 2>/dev/null
	rm -rf "$state"
	"$davy" run "$tree/rest.lua" --sim --clock x10 >"$scratch/run" 2>&1 &
	reaches "$1" || return 1
	[ "${2:-}" ] && sleep "$2"
	kill -9 "$(cat "$state/controller.lock")"
	wait
}

# davy CODE COMMAND…: what it prints stays in $scratch/out and $scratch/err.
ends_with() {
	local wanted=$1 code
	shift
	within 60 "$davy" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
	[ "$code" = "$wanted" ] && return
	echo "davy $* ended with $code"
	cat "$scratch/out" "$scratch/err"
	return 1
}

count() {
	grep -ca "^{\"k\":\"$1\"" "$(journal)"
}

a_killed_run_goes_on_and_passes_with_its_gap_shown() {
	dies_at stands 1 || return 1
	ends_with 0 continue last --serial SIM-1 --outage "5 min" && says "bench was away for" &&
		says "PASS" && [ "$(count interrupted)" = 1 ] && [ "$(count resumed)" = 1 ] &&
		[ "$(count verdict)" = 1 ] || return 1
	ends_with 0 show last && says "INTERRUPTED" && says "nothing was seen for 30" &&
		says "interruption.rest" && says "scan.serial[return1]" || return 1
	ends_with 0 replay last && says "interruptions: 1"
}

its_record_and_its_reasons_hold() {
	ends_with 0 verify && ends_with 0 why last interruption.rest && says "INTERRUPTED"
}

a_run_killed_elsewhere_is_aborted() {
	dies_at judged && [ "$(count stands)" = 0 ] || return 1
	ends_with 3 continue last --serial SIM-1 --outage "5 min" && says "has its verdict already" err &&
		ends_with 0 show last && says "ABORTED"
}

a_run_killed_behind_its_wait_is_aborted() {
	dies_at stands 4.7 || return 1
	ends_with 3 continue last --serial SIM-1 --outage "5 min" && says "has its verdict already" err &&
		ends_with 0 show last && says "ABORTED"
}

too_long_a_gap_can_only_be_ended() {
	dies_at stands 1 || return 1
	ends_with 3 continue last --serial SIM-1 --outage "11 min" &&
		says "<= 10 min is allowed" err || return 1
	ends_with 0 list runs && says "interrupted (davy continue)" || return 1
	ends_with 2 continue last --end && says "--why" err || return 1
	ends_with 0 continue last --end --why "the chamber stood open" && says "is ended: ABORTED" ||
		return 1
	ends_with 0 show last && says "ABORTED" && says "the chamber stood open" && says "record 2" ||
		return 1
	ends_with 0 verify
}

another_specimen_is_refused() {
	dies_at stands 1 || return 1
	ends_with 2 continue last --serial SIM-2 --outage "5 min" &&
		says "SIM-2 is in slot 1 now" err && ends_with 2 continue last --outage "5 min" &&
		says "--serial" err || return 1
	# and nothing of it was written
	[ "$(count interrupted)" = 1 ] && [ "$(count resumed)" = 0 ]
}

nothing_is_read_or_photographed_of_a_simulated_one() {
	dies_at stands 1 && ends_with 2 continue last --serial SIM-1 --outage "5 min" --reader yrm100=/dev/null &&
		says "a simulated run reads no tag" err &&
		ends_with 2 continue last --serial SIM-1 --outage "5 min" --photos-from "$scratch" &&
		says "a simulated run takes no photo of anything" err && [ "$(count resumed)" = 0 ]
}

nobody_goes_on_with_it_twice() {
	"$davy" continue last --serial SIM-1 --outage "5 min" >/dev/null 2>&1 &
	reaches resumed && ends_with 3 continue last --serial SIM-1 --outage "5 min" &&
		says "slot 1 is busy" err && ends_with 3 continue last --end --why "no" &&
		says "it is stopped, and not given up" err
	local done=$?
	wait
	[ "$done" = 0 ] && [ "$(count resumed)" = 1 ] && [ "$(count verdict)" = 1 ]
}

it_can_be_killed_again() {
	dies_at stands 0.5 || return 1
	"$davy" continue last --serial SIM-1 --outage "4 min" >/dev/null 2>&1 &
	reaches resumed && sleep 0.5 && kill -9 "$(cat "$state/controller.lock")"
	wait
	ends_with 0 continue last --serial SIM-1 --outage "4 min" && says "PASS" &&
		[ "$(count interrupted)" = 2 ] && ends_with 0 replay last && says "interruptions: 2"
}

a_changed_file_is_named() {
	dies_at stands 1 || return 1
	sed -i 's/A unit rests/A unit sleeps/' "$tree/rest.lua"
	ends_with 2 continue last --serial SIM-1 --outage "5 min" &&
		says "rest.lua is not what it was when the run began" err
}

# A run that asks for a check of its bench, killed in its wait.
dies_between_checks() {
	[ -f "$state/controller.lock" ] && kill -9 "$(cat "$state/controller.lock")" 2>/dev/null
	rm -rf "$state"
	sed -e 's/id = "rest",/id = "checked",/' -e 's/fixture = "conditioning_bench",/& bracket = "checked_check",/' "$tree/rest.lua" >"$tree/checked.lua"
	cat >"$tree/checked_check.lua" <<-'LUA'
		local test = protocol { id = "checked_check", version = 1, language = 1, title = "Its bench", standard = "STD 1",
		  fixture = "conditioning_bench", checks = "conditioning_bench" }
		step "Look" {
		  measure = { air = { "air", limit = { "0 .. 40 °C", grade = "verbatim", source = "this claim" } } },
		  run = function(m, fx) m.air = fx.air:read() end,
		}
	LUA
	ends_with 0 run "$tree/checked_check.lua" --sim || return 1
	"$davy" run "$tree/checked.lua" --sim --clock x10 >"$scratch/run" 2>&1 &
	reaches stands && sleep 1 && kill -9 "$(cat "$state/controller.lock")" || return 1
	wait
	run=$(basename "$state"/runs/*-checked-*)
}

its_check_is_that_of_its_beginning() {
	dies_between_checks && ends_with 0 continue "$run" --serial SIM-1 --outage "5 min" && ends_with 0 verify &&
		ends_with 0 run "$tree/checked_check.lua" --sim && ends_with 0 show "$run" && says "between two good checks"
}

a_bench_that_was_checked_meanwhile_is_refused() {
	dies_between_checks && ends_with 0 run "$tree/checked_check.lua" --sim &&
		ends_with 2 continue "$run" --serial SIM-1 --outage "5 min" && says "checked while the run stood interrupted" err &&
		ends_with 0 continue "$run" --end --why "its bench was checked" && ends_with 0 verify
}

claim "a run killed in its wait goes on and passes, with its gap shown" a_killed_run_goes_on_and_passes_with_its_gap_shown
claim "its record verifies, and why tells of the gap" its_record_and_its_reasons_hold
claim "a run killed before its wait is ABORTED" a_run_killed_elsewhere_is_aborted
claim "a run killed behind its wait is ABORTED" a_run_killed_behind_its_wait_is_aborted
claim "too long a gap can only be ended, with a reason" too_long_a_gap_can_only_be_ended
claim "another specimen is refused" another_specimen_is_refused
claim "of a simulated run nothing is read or photographed, also when it goes on" nothing_is_read_or_photographed_of_a_simulated_one
claim "nobody goes on with it twice" nobody_goes_on_with_it_twice
claim "it can be killed again" it_can_be_killed_again
claim "a changed file is named" a_changed_file_is_named
claim "one that asks for a check of its bench rests on that of its beginning" its_check_is_that_of_its_beginning
claim "one whose bench was checked meanwhile can only be ended, and the log holds" a_bench_that_was_checked_meanwhile_is_refused
[ -f "$state/controller.lock" ] && kill "$(cat "$state/controller.lock")" 2>/dev/null
claims_end
