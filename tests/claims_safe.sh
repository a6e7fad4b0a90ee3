#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy safe on a machine without wires: what it says, what it does with controllers and with images of slots
# that earlier runs left. What becomes of real wires is claimed in the rig.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy
state=$scratch/state
export DAVY_STATE=$state
unset LC_ALL LC_MESSAGES DAVY_SHARE DAVY_LUA
export LANG=C

# image SLOT LINE: a slot with one line that is to be off.
image() {
	mkdir -p "$state/safe"
	printf '%s' '{"slot":'"$1"',"run":"run-'"$1"'","watchdog":"","lines":[{"name":"heater","level":"off","high":false,' \
		'"where":"'"$2"'","active_low":false,"bias":"as-is","drive":"push-pull"}],"ports":[],"writes":[]}' \
		>"$state/safe/slot$1.json"
}

# safe CODE [OPTIONS…]: what it prints stays in $scratch/out and $scratch/err.
safe() {
	local wanted=$1 code
	shift
	within 60 "$davy" safe "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
	[ "$code" = "$wanted" ] && return
	echo "ended with $code"
	cat "$scratch/out" "$scratch/err"
	return 1
}

nothing_is_there() {
	rm -rf "$state"
	safe 0 && says "nothing is left to be made safe" && [ ! -e "$state" ]
}

twice_is_as_good_as_once() {
	mkdir -p "$state"
	safe 0 && safe 0 && says "nothing is left to be made safe"
}

what_cannot_be_done_is_named() {
	image 1 no-such-line
	safe 3 && says "slot 1  heater: off (no-such-line)  NOT DONE: " && [ -f "$state/safe/slot1.json" ]
}

a_damaged_image_is_named_and_the_others_are_tried() {
	image 1 no-such-line
	echo '{"slot":2,' >"$state/safe/slot2.json"
	printf '{"slot":3,"run":"x","watchdog":"","lines":[{"name":"a"}],"ports":[],"writes":[]}' >"$state/safe/slot3.json"
	safe 3 && says "slot2.json" && says "slot3.json: lines[0]: its 'bias' is none that is known" &&
		says "slot 1  heater: off"
	local done=$?
	rm -f "$state"/safe/*
	return $done
}

it_prints_one_object() {
	image 1 no-such-line
	safe 3 --json && python3 - "$scratch/out" <<-'PY'
		import json, sys
		report = json.load(open(sys.argv[1]))
		assert report["safe"] is False and report["steps"][0]["what"] == "heater", report
	PY
	local done=$?
	rm -f "$state"/safe/*
	return $done
}

it_speaks_chinese() {
	LANG=zh_CN.UTF-8 safe 0 && says "没有需要处理的输出"
}

# a controller that lives, in the background; its number in $controller
controller_starts() {
	rm -f "$state/controller.sock" # an earlier one may have left it
	"$davy" controller --state "$state" 2>/dev/null &
	controller=$!
	for _ in $(seq 100); do
		[ -S "$state/controller.sock" ] && return
		sleep 0.05
	done
	return 1
}

a_controller_that_lives_is_asked_and_lives_on() {
	controller_starts || return
	safe 0 && says "the controller has made its outputs safe: 0 runs were stopped" && kill -0 "$controller"
	local done=$?
	kill "$controller"
	wait "$controller"
	return $done
}

a_controller_that_hangs_is_killed() {
	controller_starts || return
	kill -STOP "$controller"
	safe 0 && says "the controller (process $controller) did not answer and was killed"
	local done=$?
	kill -0 "$controller" 2>/dev/null && [ "$(cut -d' ' -f3 "/proc/$controller/stat")" != Z ] && done=1
	kill -KILL "$controller" 2>/dev/null
	wait "$controller" 2>/dev/null
	return $done
}

# The lock's file says who had it last; nobody has it now.
an_old_number_is_nobodys() {
	sleep 100 &
	echo $! >"$state/controller.lock"
	safe 0 && kill -0 $!
	local done=$?
	kill $!
	wait $! 2>/dev/null
	return $done
}

a_controller_that_starts_makes_safe_what_was_left() {
	image 1 no-such-line
	controller_starts || return
	for _ in $(seq 100); do
		grep -q "slot 1: left by run run-1" "$state/guardian.log" 2>/dev/null && break
		sleep 0.05
	done
	kill "$controller"
	wait "$controller"
	rm -f "$state"/safe/*
	grep -q "slot 1: left by run run-1" "$state/guardian.log"
}

a_guardian_is_not_for_people() {
	within 10 "$davy" guardian --state "$state" </dev/null >"$scratch/out" 2>&1
	[ $? = 2 ] && says "to make outputs safe, call \`davy safe\`"
}

claim "davy safe with nothing there says so, ends with 0 and makes no folder" nothing_is_there
claim "davy safe may be called any number of times" twice_is_as_good_as_once
claim "an output that cannot be made safe is named, ends with 3 and is not forgotten" what_cannot_be_done_is_named
claim "a damaged image is named, and the others are still made safe" a_damaged_image_is_named_and_the_others_are_tried
claim "davy safe --json prints one object" it_prints_one_object
claim "davy safe speaks Chinese" it_speaks_chinese
claim "a controller that lives is asked, and lives on" a_controller_that_lives_is_asked_and_lives_on
claim "a controller that hangs is killed" a_controller_that_hangs_is_killed
claim "a number in an old lock file is nobody's" an_old_number_is_nobodys
claim "a controller makes safe what earlier runs left when it starts" a_controller_that_starts_makes_safe_what_was_left
claim "davy guardian sends people to davy safe" a_guardian_is_not_for_people
claims_end
