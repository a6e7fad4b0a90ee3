#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh: simulated benches test good products, then bad ones, then break themselves.
#
# Everything is built already (make demo). Each run is shown live on a terminal and as a plain log
# elsewhere; the journals stay in build/demo-state until the next demo. Ends with 0 when every run got
# the verdict that it must get, with 4 when somebody stopped it.
set -u
cd "$(dirname "$0")/../.." || exit 1

davy=build/davy
state=build/demo-state
wrong=0

# show EXIT_CODE SENTENCE OPTION…: a run of $protocol
show() {
	local wanted=$1 sentence=$2 code
	shift 2
	printf '\n%s\n' "$sentence"
	"$davy" run "$protocol" --limits scripts/limits/example.json --state "$state" "$@"
	code=$?
	[ "$code" = 4 ] && exit 4
	[ "$code" = "$wanted" ] && return
	echo "demo: this run was to end with exit code $wanted and ended with $code" >&2
	wrong=$((wrong + 1))
}

rm -rf "$state"

protocol=scripts/gas/gas_bench_check.lua
show 0 "The bench comes first: what it finds counts between two checks of it." --sim --brief
protocol=scripts/gas/methane_transmitter.lua
show 0 "A good transmitter must pass." --sim
show 1 "A sensor that answers too slowly must fail (the measures that passed are left out)." \
	--sim=slow_sensor --brief
show 1 "An alarm relay that is welded must fail." --sim=alarm_welded --brief
show 5 "With too large a cup the bench cannot tell: no verdict about the product." \
	--sim=big_dead_volume --brief
show 3 "An open hood is the bench's error, never the product's; the gas is shut off at once." \
	--sim=hood_opened --brief
show 3 "So is an instrument that does not answer." --sim=controller.mute --brief
protocol=scripts/gas/gas_bench_check.lua
show 0 "And once more, behind the batch." --sim --brief

protocol=scripts/self_rescuer/breathing_bench_check.lua
show 0 "The breathing machine, too: its leak, its analysers, the air that it exhales." --sim --brief
protocol=scripts/self_rescuer/capacity.lua
show 0 "A self-rescuer on the breathing machine must give the oxygen that its label declares." --sim
show 1 "One with half of its KO2 stays within every stressor while it lasts, and is found by its litres." \
	--sim=under_filled --brief
show 3 "A CO2 analyser that stops following the gas cannot make a good unit, nor a bad one." \
	--sim=analyser_flat --brief
protocol=scripts/self_rescuer/breathing_bench_check.lua
show 0 "And once more, behind the batch." --sim --brief

protocol=scripts/battery/pack.lua
show 0 "A good lithium pack must pass: its capacity, then each protection's trip and release, in 14 hours." \
	--sim
show 1 "A protection board that never stops a charge must fail." --sim=never_trips --brief
show 1 "So must one that takes twenty seconds to recover." --sim=slow_release --brief

printf '\n'
"$davy" list runs --state "$state"
printf '\n%s\n  %s\n' "The journals of these runs; \`$davy show RUN --state $state\` reads one:" \
	"$PWD/$state/runs"
[ "$wrong" = 0 ]
