#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Cylinders of reference gas, as a person at the bench enters, connects and sees them.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { timeout 60 build/davy "$@"; }

# cylinder NUMBER DUE [OPTION…]
cylinder() {
	davy gas add "$1" --due "$2" --component CH4='2.06 %vol; 1.0 %; 2' --balance air --certificate "GBW-$1" \
		--content "${content:-700 L}" --residual "${residual:-0.5 MPa}" --by 0017 "${@:3}" >"$scratch/out" 2>"$scratch/err"
}

connects() {
	davy gas connect "$@" --leak-check 'held 10 min, nothing lost' --by 0017 >"$scratch/out" 2>"$scratch/err"
}

refused() {
	[ "$1" = "$2" ] && grep -q -- "$3" "$scratch/err" && [ "$(wc -l <"$scratch/err")" = 1 ]
}

entered_and_connected() {
	davy gas show | grep -q 'no cylinder is in the register' && cylinder G-17 2999-12-31 &&
		grep -q 'cylinder G-17: certificate GBW-G-17, due 2999-12-31, 700 L  record ' "$scratch/out" &&
		connects G-17 ch4_3 --pressure '9.4 MPa' && grep -q 'cylinder G-17 is on ch4_3  record ' "$scratch/out" &&
		davy gas show >"$scratch/out" && grep -Eq '^G-17 +ch4_3 +CH4 2.06 %vol, air +GBW-G-17 +2999-12-31 +700 L' "$scratch/out"
}

its_certificate_counts() {
	davy calibrations show ch4_3 | grep -Eq 'ch4_3 +2.06 %vol +1.0 % +2 +GBW-G-17'
}

unknown_ones_are_refused() {
	connects G-99 ch4_1 --pressure '9 MPa'
	refused $? 3 "no cylinder 'G-99' is in the register: enter it first"
}

empty_ones_are_refused() {
	connects G-17 ch4_1 --pressure '0.5 MPa'
	refused $? 3 "stands at 0.5 MPa, and below 0.5 MPa its certificate does not hold"
}

old_ones_are_refused() {
	cylinder G-18 2020-06-30 || return
	connects G-18 ch4_1 --pressure '9 MPa'
	refused $? 3 "its certificate ran out on 2020-06-30" && davy gas show | grep -q '^G-18 .*OUT OF DATE'
}

unproved_ones_are_refused() {
	davy gas connect G-17 ch4_1 --pressure '9 MPa' --by 0017 2>"$scratch/err"
	refused $? 2 "'leak' is missing" && davy gas connect G-17 ch4_1 --pressure '9 MPa' --leak-check soap 2>"$scratch/err"
	refused $? 2 "'by' is missing"
}

a_component_is_chosen() {
	cylinder G-20 2999-12-31 --component O2='20.9 %vol; 1 %; 2' || return
	connects G-20 ch4_4 --pressure '9 MPa'
	refused $? 2 "has 2 certified components" && connects G-20 ch4_4 --pressure '9 MPa' --of O2 &&
		davy calibrations show ch4_4 | grep -q '20.9 %vol' || return
	connects G-20 ch4_4 --pressure '9 MPa' --of CO
	refused $? 2 "no component 'CO'"
}

each_component_may_be_a_reference() {
	cylinder G-22 2999-12-31 --component CO='100 ppm; 3 %; 2' || return
	connects G-22 mix --pressure '9 MPa'
	refused $? 2 "or --of each where the bench asks for each by itself" &&
		connects G-22 mix --pressure '9 MPa' --of each && grep -q 'cylinder G-22 is on mix  record ' "$scratch/out" &&
		davy calibrations show mix.CO | grep -Eq 'mix.CO +100 ppm +3 % +2 +GBW-G-22' &&
		davy calibrations show mix.CH4 | grep -q '2.06 %vol' && [ -z "$(davy calibrations show mix)" ] || return
	davy gas disconnect mix --by 0017 >/dev/null && [ -z "$(davy calibrations show mix.CO)" ]
}

nonsense_is_refused() {
	cylinder G-21 2999-12-31 --component CO='24 ppm; 1 %'
	refused $? 2 "is like 'CH4=2.06 %vol; 1.0 %; 2'" && cylinder G-21 2999-13-31
	refused $? 2 "'2999-13-31' is no day" && content='700 kg' cylinder G-21 2999-12-31
	refused $? 2 "'700 kg' is not like '5 L'" && residual=5 cylinder G-21 2999-12-31
	refused $? 2 "'5' is not like '5 MPa'" && cylinder G-21 2999-12-31 --component a/b='24 ppm; 1 %; 2'
	refused $? 2 "gas 'a/b': 1 to 15 bytes, without a /" && cylinder 'G"21' 2999-12-31
	refused $? 2 "has a quote" && davy gas fill G-21 2>"$scratch/err"
	refused $? 2 "davy gas takes add" && ! davy gas show | grep -q G-21
}

none_is_on_it_any_more() {
	davy gas disconnect ch4_3 --by 0017 | grep -q 'no cylinder is on ch4_3' &&
		davy gas show | grep -Eq '^G-17 +CH4' && [ -z "$(davy calibrations show ch4_3)" ]
}

# A slot that was disconnected does not get what all slots are connected to.
a_slot_s_own_disconnection_counts() {
	connects G-17 ch4_3 --pressure '9 MPa' && davy gas disconnect slot2/ch4_3 --by 0017 >/dev/null && davy gas show --json |
		python3 -c '
import sys, json
lines = {one["says"]["line"]: "cylinder" in one for one in json.load(sys.stdin)["connections"]}
assert lines["ch4_3"] and lines["slot2/ch4_3"] is False, lines' && davy gas disconnect ch4_3 --by 0017 >/dev/null
}

what_a_simulation_draws_is_shown() {
	davy run gas/methane_transmitter --sim --only Zero >/dev/null
	davy show last >"$scratch/out" && grep -Eq 'gas +zero_air: [0-9.]+ L in [0-9.]+ s$' "$scratch/out" &&
		LANG=zh_CN.UTF-8 davy show last | grep -Eq '用气 +zero_air:[0-9.]+ L,历时' && davy replay last >/dev/null
}

it_is_proved() {
	davy verify >"$scratch/out" && ! grep -q "does not know" "$scratch/out"
}

claim "a cylinder is entered, and connected to a line" entered_and_connected
claim "its certificate is then the line's reference" its_certificate_counts
claim "a cylinder that nobody has entered is not connected" unknown_ones_are_refused
claim "one at its residual pressure is not connected" empty_ones_are_refused
claim "one out of date is not connected, and shown as such" old_ones_are_refused
claim "who connects it says how it was found tight, and who he is" unproved_ones_are_refused
claim "of several components one is the reference, by name" a_component_is_chosen
claim "or each is one by itself" each_component_may_be_a_reference
claim "what makes no sense is refused with a sentence" nonsense_is_refused
claim "a line that is disconnected has no cylinder and no certificate" none_is_on_it_any_more
claim "a slot that was disconnected does not get what all are connected to" a_slot_s_own_disconnection_counts
claim "what a simulated run draws is metered and shown, and replays" what_a_simulation_draws_is_shown
claim "davy verify knows what was recorded of gases" it_is_proved
claims_end
