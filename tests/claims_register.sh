#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a result rests on, as a person at the bench enters and sees it: certificates, and runs that are for none.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { within 60 "$davy" "$@"; }

an_entry() {
	davy calibrations add --instrument meter --quantity flow --unit L/min --uncertainty '0.8 %' --k 2 \
		--certificate 'MFC-17, "b"' --due "$1" --file README.md --by 0017 >"$scratch/out"
}

entered_and_shown() {
	davy calibrations show | grep -q 'the register has no entry' &&
		an_entry 2999-12-31 && grep -q 'meter.flow: certificate MFC-17, "b", due 2999-12-31  record ' "$scratch/out" &&
		davy calibrations show meter | grep -q 'MFC-17, "b"' &&
		cmp -s README.md "$DAVY_STATE/files/$(sha256sum README.md | cut -d' ' -f1)" &&
		davy calibrations due >/dev/null
}

due_ends_with_1() {
	davy calibrations due --at 3000-01-01 >"$scratch/out"
	[ $? = 1 ] && grep -q 'OUT OF DATE' "$scratch/out"
}

replaced_and_kept() {
	an_entry 2020-01-01 || return
	[ "$(davy calibrations show meter | grep -c MFC)" = 1 ] && [ "$(davy calibrations show meter --all | grep -c MFC)" = 2 ]
}

a_file_of_lines() {
	davy calibrations add --csv fixtures/gas_bench/calibration.csv --json >"$scratch/out" &&
		grep -q '^\[{"seq":.*}\]$' "$scratch/out" && davy calibrations show ch4_1 | grep -q '0.502 %vol'
}

refused_in_a_sentence() {
	davy calibrations add --instrument x 2>"$scratch/err"
	[ $? = 2 ] && davy calibrations due --at tomorrow 2>>"$scratch/err"
	[ $? = 2 ] && davy calibrations remove 2>>"$scratch/err"
	[ $? = 2 ] && davy calibrations add meter 2>>"$scratch/err"
	[ $? = 2 ] && grep -q "davy calibrations takes add, show or due, and 'remove' is none" "$scratch/err" &&
		grep -q "calibrations add takes no name behind it, and 'meter' was given" "$scratch/err" &&
		[ "$(grep -c '^davy: ' "$scratch/err")" = 4 ]
}

no_certificate_from() {
	davy run gas/methane_transmitter "$@" --certificate 2>"$scratch/err"
	[ $? = 2 ] && grep -q "is none for a certificate" "$scratch/err"
}

uncontrolled_is_said() {
	davy run gas/methane_transmitter --sim --limits scripts/limits/example.json --json >"$scratch/out"
	[ $? -lt 2 ] && says '"controlled":false' && davy show last >"$scratch/out" && says 'uncontrolled 未受控'
}

keyless() {
	davy approve README.md 2>"$scratch/err"
	[ $? = 2 ] && grep -q -- '--as' "$scratch/err" && davy limits sign scripts/limits/example.json --as reviewer --key x 2>"$scratch/err"
	[ $? = 2 ] && grep -q "is for simulations, and nobody signs it" "$scratch/err"
}

# Their keys, and a laboratory's limit set.
a_laboratory() {
	administrator && person 0009 reviewer && person 0003 signatory &&
		echo '{"limit_set":"ours","laboratory":"L","grade":"lab","limits":{}}' >"$scratch/ours.json"
}

approved_by_two() {
	a_laboratory || return
	davy limits sign "$scratch/ours.json" --as reviewer --key "$scratch/0009.pem" "${word[@]}" >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err"; return 1; }
	says 'ours.json is approved by 0009 as reviewer, recorded as number' || return
	says "$(sha256sum <"$scratch/ours.json" | cut -d' ' -f1)" err || return
	davy approve scripts/gas/methane_transmitter.lua "$scratch/ours.json" --as signatory --key "$scratch/0003.pem" "${word[@]}" \
		>"$scratch/out" 2>"$scratch/err" && says 'scripts/gas/methane_transmitter.lua is approved by 0003 as signatory'
}

not_in_that_role() {
	davy approve README.md --as signatory --key "$scratch/0009.pem" "${word[@]}" 2>"$scratch/err"
	[ $? = 3 ] && grep -q 'not authorised as signatory' "$scratch/err"
}

check_standard() { davy check-standard add cell --value "$1" --unit "${2:-Pa}" >"$scratch/out" 2>"$scratch/err"; }

charted() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		check_standard 19 && check_standard 21 || return
	done
	davy check-standard show cell >"$scratch/out" && says 'mean 20, limits 16.92' && says '19 degrees of freedom' &&
		check_standard 30 || return
	davy check-standard show cell >"$scratch/out"
	[ $? = 1 ] && says 'OUT OF CONTROL'
}

its_repeatability() {
	davy calibrations add --instrument gauge --quantity pressure --unit Pa --uncertainty '0.5 %' --k 2 --certificate G-1 --due 2999-12-31 \
		--check-standard cell --json >"$scratch/out" && davy calibrations show gauge --json >"$scratch/out" && says '"check_standard":"cell"' &&
		davy calibrations show gauge >"$scratch/out" && says '0.5 %, and s of cell'
}

no_value() {
	check_standard many
	[ $? = 2 ] && says "'many' is no number" err && check_standard 1 stone
	[ $? = 2 ] && check_standard 1 kPa || return
	davy check-standard show cell 2>"$scratch/err"
	[ $? = 2 ] && says "'cell' has values in Pa" err
}

# As soon as no controller has it.
the_database_too() {
	local i
	for i in {1..50}; do
		davy verify --no-replay >"$scratch/out" || { cat "$scratch/out"; return 1; }
		grep -qF "✓ the database" "$scratch/out" && return
		sleep 0.1
	done
	says "✓ the database"
}

claim "a certificate is entered, shown and kept with its file" entered_and_shown
claim "davy calibrations due ends with 1 and names what is out of date" due_ends_with_1
claim "a later entry replaces an earlier one, which stays" replaced_and_kept
claim "every line of a calibration file is entered" a_file_of_lines
claim "what is no entry, no day and no verb is refused in a sentence each" refused_in_a_sentence
claim "a simulated run is for no certificate" no_certificate_from --sim
claim "a run that is not for a certificate says that it is uncontrolled" uncontrolled_is_said
claim "who approves says as what; a limit set of examples is signed by nobody" keyless
claim "a reviewer and a signatory sign files by their digests, each with his own key" approved_by_two
claim "who is no signatory approves nothing as one" not_in_that_role
claim "a check standard's values make a chart, and one outside of its limits ends show with 1" charted
claim "an instrument's repeatability may be that of a check standard" its_repeatability
claim "what is no number or unit is no value of a check standard" no_value
claim "davy verify takes the register's records, and the database that finds them" the_database_too
claims_end
