#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What becomes of a run's outputs on real wires when its controller is killed, stopped or told `davy safe`, and when
# nobody is left. The wires pull every output to its dangerous level, so that lines which nobody drives are
# dangerous: the kernel, which frees the lines of the dead, has no part in what is claimed.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
station=$PWD/tests/rig/station_safe.lua # its fixtures are looked for above it
asked=

# ---- the wires ----

chip safe 6
lines=$(wires safe)

# Safe is: valve low, vent high, motor high (it is active low). Hood and E-stop are closed.
dangerous_wiring() { pull 0 up && pull 1 down && pull 2 down; }
safe_wiring() { pull 0 down && pull 1 up && pull 2 up; }
pull 3 up
pull 4 up
pull 5 up

cat >"$station" <<'LUA'
return station {
  name = "the rig", calibration = "calibration.csv",
  slots = {
    slot { 1, fixture = "contacts",
      lines = { valve = "safe-0", vent = "safe-1", motor = "safe-2", opened = "safe-3",
                hood = "safe-4", estop = "safe-5" } },
  },
}
LUA

levels() { echo "$(level 0)$(level 1)$(level 2)"; }

# within TENTHS COMMAND…
within() {
	tenths=$1
	shift
	while [ "$tenths" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
		tenths=$((tenths - 1))
	done
	"$@"
}

is_safe() {
	[ "$(levels)" = 011 ] && return
	echo "valve, vent and motor are at $(levels)"
	return 1
}

is_open() { [ "$(level 0)" = 1 ] && [ "$(level 1)$(level 2)" = 11 ]; }

# ---- a run that is on, with its valve open ----

controller() { cat "$DAVY_STATE/controller.lock"; }
guardian() { cat "$DAVY_STATE/guardian.pid"; }

begin() {
	dangerous_wiring
	yes | "$davy" run tests/rig/protocols/follows.lua --station "$station" --slot 1 --param hold="60 s" \
		>"$scratch/out" 2>&1 &
	asked=$!
	within 150 is_open && return
	cat "$scratch/out"
	return 1
}

# Its command ends with this code.
ends() {
	wait "$asked"
	status=$?
	asked=
	cat "$scratch/out"
	[ $status = "$1" ] && return
	echo "it ended with $status, not $1"
	return 1
}

# call CODE: davy safe; what it prints stays in $scratch/out.
call() {
	timeout 60 "$davy" safe >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status = "$1" ] && return
	echo "davy safe ended with $status, not $1"
	return 1
}

gone() { ! kill -0 "$1" 2>/dev/null; }

after_claim() {
	for pid in "$(controller 2>/dev/null)" "$(guardian 2>/dev/null)"; do
		[ -z "$pid" ] || kill -CONT "$pid" 2>/dev/null
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	done
	[ -z "$asked" ] || kill "$asked" 2>/dev/null
	[ -z "$asked" ] || wait "$asked" 2>/dev/null
	asked=
	rm -f "$DAVY_STATE"/safe/*
}

# ---- what is claimed ----

a_killed_controller() {
	begin || return
	kill -KILL "$(controller)"
	within 15 is_safe && sleep 0.5 && is_safe
}

a_crashed_controller() {
	begin || return
	kill -SEGV "$(controller)"
	within 15 is_safe && sleep 0.5 && is_safe
}

a_stopped_controller() {
	begin || return
	stopped=$(controller)
	kill -STOP "$stopped"
	within 45 is_safe && within 10 gone "$stopped"
}

the_next_controller() {
	begin || return
	kill -KILL "$(controller)"
	within 15 is_safe || return
	kill "$asked"
	wait "$asked"
	asked=
	holder=$(guardian)
	yes | timeout 60 "$davy" run tests/rig/protocols/follows.lua --station "$station" --slot 1 >"$scratch/out" 2>&1
	says PASS && gone "$holder" && "$davy" list runs | grep -q ABORTED && [ -z "$(ls "$DAVY_STATE/safe")" ]
}

a_killed_guardian() {
	begin || return
	kill -KILL "$(guardian)"
	ends 3 && says "the guardian was killed by signal 9" && says "nobody would make the outputs safe"
}

safe_while_a_run_is_on() {
	begin || return
	safe_wiring # a run that has ended gives its lines back to their wiring
	call 0 && says "the controller has made its outputs safe: 1 runs were stopped" && is_safe || return
	"$davy" show last | grep -q "davy safe was called" && [ -z "$(ls "$DAVY_STATE/safe")" ]
}

safe_with_a_stopped_controller() {
	begin || return
	stopped=$(controller)
	kill -STOP "$stopped"
	call 0 && says "did not answer and was killed" && says "slot 1  valve: closed (safe-0)  done" && is_safe &&
		gone "$stopped" && call 0 && is_safe && call 0 && is_safe
}

safe_with_nobody_left() {
	begin || return
	dead=$(controller) other=$(guardian)
	kill -STOP "$other"
	kill -KILL "$dead" "$other"
	within 20 gone "$other" && [ "$(levels)" = 100 ] || return
	call 0 && says "slot 1  vent: open (safe-1)  done" && is_safe && sleep 0.5 && is_safe
}

a_group_that_is_killed() {
	begin || return
	kill -KILL "$(controller)" "$(guardian)" # as a service manager does to a unit's control group
	call 0 && is_safe
}

claim "a killed controller's outputs become safe and stay so" a_killed_controller
claim "a crashed controller's outputs become safe and stay so" a_crashed_controller
claim "a stopped controller is killed, and its outputs become safe" a_stopped_controller
claim "the next controller takes the lines over, and its run passes" the_next_controller
claim "a run whose guardian dies is an error" a_killed_guardian
claim "davy safe stops a run that is on" safe_while_a_run_is_on
claim "davy safe kills a controller that is stopped, any number of times" safe_with_a_stopped_controller
claim "davy safe makes safe what nobody is left to make safe, and holds it" safe_with_nobody_left
claim "davy safe makes up for a guardian that was killed with its controller" a_group_that_is_killed
claims_end
