#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Job orders, as a laboratory enters them and works through them.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { timeout 60 build/davy "$@"; }
cp scripts/limits/example.json "$scratch/limits.json"
protocol=$PWD/scripts/gas/methane_transmitter.lua

# order [MEMBER…]: a rehearsal on two transmitters, with these members besides
order() {
	cat >"$scratch/order.json" <<-END
		{"number":"2026-0318","rehearsal":true,"party":{"customer":"某矿","kind":"委托"},"limits":"limits.json",
		 "specimens":[{"serial":"C1","ma":"MFA150001"},{"serial":"C2","model":"X"}],
		 "stages":[{"name":"as received","protocol":"$protocol"},
		  {"name":"rest","protocol":"$protocol","of":["C1"],"after":"as received","least":"1 h"}]${1:-}}
	END
}

refused() {
	[ "$1" = "$2" ] && grep -q -- "$3" "$scratch/err" && [ "$(wc -l <"$scratch/err")" = 1 ] && return
	cat "$scratch/err"
	return 1
}

runs() { # CODE OPTION…
	local code=$1
	shift
	davy run --order 2026-0318 --sim "$@" >"$scratch/out" 2>"$scratch/err"
	[ $? = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	return 1
}

it_is_recorded_and_shown() {
	davy order list | grep -q 'no order is recorded' && order && davy order add "$scratch/order.json" --by 0017 >"$scratch/out" &&
		says 'order 2026-0318: 2 specimens, 2 stages, recorded as number ' && davy order show 2026-0318 >"$scratch/out" &&
		says 'REHEARSAL 演练' && says 'customer: 某矿' && says '3 of 3 left' && davy order list | grep -Eq '^2026-0318 +2 +2 +3 / 3'
}

a_stage_is_run_as_it_says() {
	runs 0 --stage "as received" --dut serial=C2 && davy order show 2026-0318 >"$scratch/out" && says '2 of 3 left' &&
		grep -Eq '^ *C2 +as received +PASS 合格' "$scratch/out"
}

what_is_not_its_turn_is_refused() {
	runs 3 --stage "as received" --dut serial=C2 && refused 3 3 "the stage 'as received' is done of specimen C2" &&
		runs 3 --stage rest --dut serial=C1 && refused 3 3 "comes after 'as received', which specimen C1 has not been through" &&
		runs 3 --stage rest --dut serial=C2 && refused 3 3 "C2 is not to go through" &&
		runs 3 --stage "as received" --dut serial=C9 && refused 3 3 "no specimen with the serial number 'C9'"
}

what_the_order_says_nobody_else_says() {
	runs 2 --stage "as received" --dut serial=C1 --limits "$scratch/limits.json" && refused 2 2 'leave out --limits' &&
		runs 2 --stage "as received" && refused 2 2 '--dut serial=' && runs 2 --stage cold --dut serial=C1 &&
		refused 2 2 'there are: as received, rest' && runs 2 --dut serial=C1 && refused 2 2 '--stage says which' &&
		davy run --sim 2>"$scratch/err"
	refused $? 2 'needs PROTOCOL, or --order' && davy run --stage x --sim 2>"$scratch/err"
	refused $? 2 '--order NUMBER'
}

bad_orders_are_refused() {
	adds() { davy order add "$scratch/order.json" 2>"$scratch/err" >/dev/null; }
	order && adds
	refused $? 3 "recorded already" && order ',"colour":"red"' && adds
	refused $? 2 "nothing is called 'colour'" && order && sed -i 's/"after":"as received"/"after":"later"/' "$scratch/order.json" && adds
	refused $? 2 "no stage before it is called 'later'" && order && sed -i 's/"C2"/"c 1"/' "$scratch/order.json" && adds
	refused $? 2 'specimens 1 and 2 are one' && order && sed -i 's/"1 h"/"soon"/' "$scratch/order.json" && adds
	refused $? 2 'soon' && order && sed -i 's/"of":\["C1"\]/"of":["C7"]/' "$scratch/order.json" && adds
	refused $? 2 "serial number 'C7'" && order && sed -i 's/"of":\["C1"\]/"of":["C1"],"dut":["model"]/' "$scratch/order.json" && adds
	refused $? 2 "specimen 1 has no 'model'" && order ',"form":{"colour":"red"}' && adds
	refused $? 2 "no field 'colour'" && echo '[' >"$scratch/order.json" && adds
	refused $? 2 'order.json' && davy order show 1 2>"$scratch/err"
	refused $? 2 "no order '1' is recorded"
}

a_changed_one_says_why() {
	order && davy order add "$scratch/order.json" --why 'the customer wants two stages' >/dev/null &&
		davy order list | grep -c 2026-0318 | grep -qx 1 && davy verify --all >"$scratch/out" && says 'each in its one form'
}

# A rehearsal of three units: one figure each, the least of them, and which run it comes from.
several_are_judged_together() {
	cat >"$scratch/order.json" <<-END
		{"number":"T90","rehearsal":true,"limits":"limits.json","specimens":[{"serial":"U1"},{"serial":"U2"},{"serial":"U3"}],
		 "stages":[{"name":"first","protocol":"$protocol","of":["U1","U2"]},{"name":"after","protocol":"$protocol","of":["U3"]}],
		 "results":[{"name":"response","stages":["first","after"],"units":${1:-3},"measure":"zero","down_to":"0.01 %vol"}]}
	END
	davy order add "$scratch/order.json" >"$scratch/out" 2>"$scratch/err"
}

# fixture_passes CHECK [FAULT]
fixture_passes() { davy run "$1" "--sim${2-}" --limits scripts/limits/example.json >"$scratch/out"; }

what_several_say_together() {
	several_are_judged_together 2
	refused $? 2 'stages are of 3 specimens, and .units. registers 2' && several_are_judged_together && fixture_passes gas_bench_check &&
		davy run --order T90 --stage first --dut serial=U1 --sim >"$scratch/out" &&
		davy run --order T90 --stage first --dut serial=U2 --sim=zero_drift >"$scratch/out"
	[ $? = 1 ] && fixture_passes gas_bench_check && davy order show T90 >"$scratch/out" && says 'UNDECIDED 未作判定: 1 of 3 units' && says '1 FAILed: it cannot be PASS' &&
		says 'no run has decided' && grep -q 'U2 *first *FAIL 不合格 *[-0-9.e]* %vol *sim-' "$scratch/out" &&
		davy run --order T90 --stage first --dut serial=U2 --sim --retest repeated --why "once more" --authorised-by 0009 >"$scratch/out" 2>"$scratch/err" &&
	davy run --order T90 --stage after --dut serial=U3 --sim >"$scratch/out" && fixture_passes gas_bench_check && davy order show T90 >"$scratch/out" &&
		grep -q '^FAIL 不合格' "$scratch/out" && grep -q 'U2 *first *PASS 合格 .*does not count' "$scratch/out" && says 'SIMULATED' && says 'down to a multiple of 0.01 %vol' && LANG=zh_CN.UTF-8 davy order show T90 >"$scratch/out" &&
		says "综合结果 'response':3 台" && davy order judge T90 --by 0017 2>"$scratch/err"
	refused $? 3 'is a rehearsal' && sed 's/"U3"\]}\]/"U3"]}],"why":"another"/; s/\["U1","U2"\]/["U1"]/; s/"units":3/"units":2/' \
		"$scratch/order.json" >"$scratch/other.json" && davy order add "$scratch/other.json" 2>"$scratch/err"
	refused $? 3 "rests on are there already"
}

# It begins at the one moment at which all simulated runs begin, and comes after what was recorded before it.
a_later_stage_of_a_rehearsal_is_done() {
	runs 0 --stage rest --dut serial=C1 && davy order show 2026-0318 >"$scratch/out" && says 'no interval between them is kept' &&
		says 'all 3 done' && grep -Eq '^ *C1 +rest +PASS 合格' "$scratch/out"
}

bench_check() { fixture_passes self_rescuer/acceptance_bench_check "$1"; }

# Its fixture is checked before and after it: without the second check there is no result, and with a failed one none either.
a_bracket_holds_in_an_order_too() {
	cat >"$scratch/order.json" <<-END
		{"number":"ACC","rehearsal":true,"limits":"limits.json","specimens":[{"serial":"Z1"},{"serial":"Z2"}],
		 "stages":[{"name":"acceptance","protocol":"self_rescuer/acceptance_chemical","of":["Z1"]},
		  {"name":"leaking","protocol":"self_rescuer/acceptance_chemical","of":["Z2"]}],
		 "results":[{"name":"good","stages":["acceptance"],"units":1},{"name":"bad","stages":["leaking"],"units":1}]}
	END
	davy order add "$scratch/order.json" >"$scratch/out" && bench_check "" &&
		davy run --order ACC --stage acceptance --dut serial=Z1 --sim >"$scratch/out" && davy order show ACC >"$scratch/out" &&
		says 'the checks of its fixture, before and after it, have not both passed' && bench_check "" &&
		davy order show ACC >"$scratch/out" && [ "$(grep -c UNDECIDED "$scratch/out")" = 1 ] && grep -q '^PASS 合格' "$scratch/out" || return
	davy run --order ACC --stage leaking --dut serial=Z2 --sim=leaking_case >"$scratch/out"
	[ $? = 1 ] && ! bench_check =bench_leaks && davy order show ACC >"$scratch/out" && [ "$(grep -c UNDECIDED "$scratch/out")" = 1 ] &&
		! grep -q 'cannot be PASS' "$scratch/out" && grep -q '^PASS 合格' "$scratch/out"
}

# on STAGE CODE WORLD SERIAL…: rehearse the stage of each; capacity and performance use it up.
on() {
	local stage=$1 code=$2 world=$3
	shift 3
	for serial; do
		local destroys=()
		[[ $stage == capacity* || $stage == performance* ]] && destroys=(--destroys "$serial")
		davy run --order EXAMPLE-84-O --stage "$stage" --dut "serial=$serial" "--sim$world" "${destroys[@]}" >"$scratch/out" 2>"$scratch/err"
		[ $? = "$code" ] && continue
		echo "$stage of $serial"
		tail -n 3 "$scratch/out" "$scratch/err"
		return 1
	done
}

# The whole order, as it is shipped; of one unit the chamber's compressor stops in the cold.
a_model_goes_through_subpart_o() {
	davy order add scripts/orders/closed_circuit_42cfr84.json >"$scratch/out" && says '12 specimens, 9 stages' &&
		fixture_passes conditioning_bench_check && fixture_passes conditioning_table_check &&
		on temperature 0 "" B1 B3 B4 && on temperature 5 =compressor_stops B2 && on drops 0 "" B1 B2 B3 B4 &&
		on vibration 0 "" B1 B2 B3 B4 && on "cold limit" 0 "" C1 C2 &&
		fixture_passes conditioning_bench_check && fixture_passes conditioning_table_check &&
		fixture_passes breathing_bench_check && on "capacity as received" 0 "" A1 A2 A3 &&
		on "capacity after 84.307" 0 "" B1 B2 && on "capacity cold" 0 "" C1 C2 &&
		on "performance as received" 0 "" D1 D2 D3 && on "performance after 84.307" 0 "" B3 B4 &&
		fixture_passes breathing_bench_check &&
		davy order show EXAMPLE-84-O >"$scratch/out" && says 'all 26 done' && says 'UNDECIDED 未作判定: 1 of 7 units' &&
		grep -Eq '^ *B2 +capacity after 84.307 .*a stage before it has not passed' "$scratch/out" && grep -q '^PASS 合格' "$scratch/out" || return
	on temperature 0 "" B2
	[ $? = 1 ] && grep -q "the stage 'temperature' is done of specimen B2" "$scratch/err"
}

claim "an order is recorded, and shown with what is left of it" it_is_recorded_and_shown
claim "a stage is run as the order says" a_stage_is_run_as_it_says
a_specimen_is_one_in_all_records() {
	runs 0 --stage "as received" --dut serial=C1 && davy list dut C1 | grep -q 'MA/MFA150001/SN/C1'
}

claim "what is not its turn is refused, with the reason" what_is_not_its_turn_is_refused
claim "a specimen with a certificate is one and the same in all records" a_specimen_is_one_in_all_records
claim "a stage that comes after another is done in a rehearsal, too" a_later_stage_of_a_rehearsal_is_done
claim "what the order says nobody else says" what_the_order_says_nobody_else_says
claim "an order that cannot be worked through is refused" bad_orders_are_refused
claim "an order that replaces another says why, and all of it is proved" a_changed_one_says_why
claim "what several specimens say together is the least of them, and a FAIL stays" what_several_say_together
claim "a run whose fixture is not known to have been good after it decides nothing in an order" a_bracket_holds_in_an_order_too
claim "a model goes through the order of 42 CFR 84, and a unit that was not conditioned passes nothing" a_model_goes_through_subpart_o
claims_end
