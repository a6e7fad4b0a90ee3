#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy qualify on simulated benches, as a laboratory or a script calls it. tests/test_qualify.c has what it finds;
# tests/rig has it on real wires.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh
davy=$PWD/build/davy
export DAVY_STATE=$scratch/state LANG=C

# qualify CODE OPERANDS…: what it prints stays in $scratch/out, complaints in $scratch/err.
qualify() {
	local code=$1 status
	shift
	within 120 "$davy" qualify "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	[ $status = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	echo "it ended with $status, not $code"
	return 1
}

a_good_bench() {
	qualify 5 gas_bench --sim && says "✓ device controller: A SIM 10v05.0" && says "✓ interlock 1 trips" &&
		says "✓ input alarm" && says "✓ emergency stop" && says "? controller killed" && ! grep -q "✗" "$scratch/out" && says "step 7/7  End" &&
		says "✓ safe at the end" && says "SIMULATED 仿真  INCONCLUSIVE"
}

# Of alike instruments only a station can say which is which.
the_other_benches() {
	qualify 5 battery_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 5 ] &&
		[ "$(grep -c "which is alike" "$scratch/out")" = 4 ] && says "✓ interlock 4 trips" && says "✓ interlock 5 trips" &&
		"$davy" replay last >"$scratch/replayed" && qualify 5 breathing_bench --sim && ! grep -q "✗" "$scratch/out" &&
		[ "$(grep -c "  ? " "$scratch/out")" = 4 ] && says "✓ interlock 3 trips" && ! grep -q "latency of port co2:" "$scratch/out" &&
		says "✓ device co2_analyser: is heard; its label was compared"
}

# Two analysers of one kind have no number to be told apart by.
the_filter_bench() {
	qualify 5 filter_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 4 ] &&
		[ "$(grep -c "which is alike" "$scratch/out")" = 3 ] && says "✓ interlock 1 trips" && says "✓ interlock 2 trips" &&
		says "✓ interlock 3 trips" && says "✓ interlock 4 trips" && says "✓ emergency stop"
}

# It moves nothing, and has nothing to make safe.
a_bench_that_only_looks() {
	qualify 5 conditioning_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 2 ] &&
		says "✓ device thermocouple: answers; its label was compared" && says "✓ input shaking: moves, both ways"
}

the_starter_bench() {
	qualify 5 starter_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 2 ] &&
		says "✓ output pull: pulled follows, both ways" && says "✓ interlock 1 trips" && says "✓ emergency stop"
}

# Two pairs of alike instruments, and a controller that the interlock stops, too.
the_supply_bench() {
	qualify 5 oxygen_supply_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 6 ] &&
		[ "$(grep -c "which is alike" "$scratch/out")" = 5 ] && says "✓ interlock 1 trips" && says "✓ interlock 2 trips" &&
		says "✓ interlock 2 refuses: refused: suction.setpoint" && says "✓ emergency stop"
}

# Nothing moves: who is there is all there is to see.
the_hold_bench() {
	qualify 5 oxygen_hold_bench --sim && ! grep -q "✗" "$scratch/out" && [ "$(grep -c "  ? " "$scratch/out")" = 2 ] &&
		says "✓ device cylinder: SIM PRESSURE 001" && says "✓ device thermocouple: answers; its label was compared"
}

# Whoever compares its label sees nothing of it.
a_silent_analyser() {
	qualify 1 breathing_bench --sim=co2_analyser.mute &&
		says "✗ device co2_analyser: it should speak by itself, and nothing was heard of it for 2 s" &&
		says "✓ device o2_analyser"
}

it_is_shown() {
	"$davy" show last >"$scratch/out" && says "Qualification of an installation" && says "Emergency stop" &&
		says "expected: the hood stays shut while methane flows" && says "simulated: there are no wires" &&
		[ "$(grep -c 'instrument *controller' "$scratch/out")" = 1 ] && "$davy" list runs >"$scratch/out" && says qualification
}

it_is_replayed() {
	"$davy" replay last >"$scratch/out" && says "INCONCLUSIVE" && says "26 measures"
}

a_broken_bench() {
	qualify 1 gas_bench --sim=transmitter.mute && says "✗ device transmitter: no reply" && says "✓ output ch4_1" &&
		"$davy" replay last >"$scratch/out" && says FAIL
}

as_json() {
	qualify 1 gas_bench --sim=controller.mute --json && says '"qualifies":true' && says '"measure":"device controller"' &&
		says '"verdict":"FAIL"' && [ "$(wc -l <"$scratch/out")" = 1 ]
}

in_chinese() {
	LANG=zh_CN.UTF-8 qualify 5 gas_bench --sim && says "仪器 controller" && says "✓ 联锁 1 跳闸: 已跳闸" &&
		says "安装确认" && says "项未能进行,首项:定时器抖动" || return
	LANG=zh_CN.UTF-8 "$davy" show last >"$scratch/out" && says "原因: 仿真运行:没有可因控制器终止" &&
		says "应为: 接线可打开"
}

figures_have_units() {
	qualify 5 gas_bench --sim --json && says '"figures":[{"name":"least"' && says '"unit":"ms"'
}

real_time_shows_its_jitter() {
	qualify 5 gas_bench --sim --clock real && says "✓ timer jitter: late by" && says "(median, p99, greatest)"
}

a_station() {
	sed 's/^	*//' >"$scratch/station.lua" <<-'LUA'
		return station { slots = { slot { 2, fixture = "gas_bench",
		  identities = { controller = "20v99", infrared = "IR-1" }, ports = {}, lines = {} } } }
	LUA
	mkdir -p "$scratch/tree" && cp -r fixtures "$scratch/tree" && mv "$scratch/station.lua" "$scratch/tree"
}

its_identities_are_expected() {
	a_station && qualify 1 "$scratch/tree/station.lua" --slot 2 --sim && says "✗ device controller: A SIM 10v05.0" &&
		says "and the station expects '20v99'" && says "✗ device infrared"
}

identities_of_nobody() {
	a_station && sed -i 's/controller = /compressor = /' "$scratch/tree/station.lua" &&
		qualify 2 "$scratch/tree/station.lua" --slot 2 --sim && says "has no device 'compressor'" err &&
		sed -i 's/"20v99"/""/' "$scratch/tree/station.lua" && qualify 2 "$scratch/tree/station.lua" --slot 2 --sim &&
		says "identities.compressor is a text" err
}

nothing_of_that_name() {
	qualify 2 nix --sim && says "no station file and no fixture 'nix'" err
}

# Told once, and nothing of a plug.
no_station_file() {
	qualify 2 nowhere.lua && says "there is no station file 'nowhere.lua'" err && [ "$(wc -l <"$scratch/err")" = 1 ]
}

a_slot_that_is_not_there() {
	a_station && qualify 2 "$scratch/tree/station.lua" --slot 3 --sim && says "has no slot 3" err
}

# Whoever attended it goes: nobody would answer its questions.
nobody_is_left() {
	local pid
	"$davy" qualify gas_bench --sim --clock real >"$scratch/out" 2>&1 </dev/null &
	pid=$!
	until grep -q "step 3/7" "$scratch/out"; do sleep 0.1; done
	kill -9 $pid
	until "$davy" list runs | grep -q ABORTED; do sleep 0.1; done
	"$davy" show last --journal >"$scratch/out" && says "nobody attends it any more" &&
		"$davy" replay last >"$scratch/out" && says ABORTED
}

ctrl_c() {
	local pid
	"$davy" qualify gas_bench --sim --clock real >"$scratch/out" 2>&1 </dev/null &
	pid=$!
	until grep -q "step 3/7" "$scratch/out"; do sleep 0.1; done
	kill -INT $pid
	wait $pid
	[ $? = 4 ] && says ABORTED
}

claim "of the other benches that are shipped only what needs a station or wires is left" the_other_benches
claim "of the filter bench the two analysers, which are alike, are left, and every interlock trips" the_filter_bench
claim "a bench without an output is qualified by its instruments and its contact" a_bench_that_only_looks
claim "of the bench for a self-rescuer's oxygen supply both interlocks stop valves and suction" the_supply_bench
claim "of the bench that looks at cylinders for days both instruments are asked" the_hold_bench
claim "of the starter bench the cylinder is seen to arrive, and the shield to stop it" the_starter_bench
claim "an instrument that only speaks by itself, and does not, is found" a_silent_analyser
claim "of a good simulated bench only what needs wires is left" a_good_bench
claim "its record is shown as any other" it_is_shown
claim "from its checks follows the same verdict again" it_is_replayed
claim "a silent instrument fails the bench, and the rest is looked at" a_broken_bench
claim "it is one line of JSON for programs" as_json
claim "figures are kept with their units" figures_have_units
claim "it speaks Chinese" in_chinese
claim "in real time the timers' jitter is measured" real_time_shows_its_jitter
claim "a station says which instrument is expected" its_identities_are_expected
claim "a station that expects nobody's identity is refused" identities_of_nobody
claim "what is no bench is named" nothing_of_that_name
claim "a station file that is not there is named, once" no_station_file
claim "a slot that the station lacks is named" a_slot_that_is_not_there
claim "it ends when nobody attends it any more" nobody_is_left
claim "Ctrl-C aborts it" ctrl_c
claims_end
