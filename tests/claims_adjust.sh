#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A specimen that is adjusted in its test: as it was found, by whom it was adjusted, and as it was left.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
davy=$PWD/build/davy
limits=$PWD/scripts/limits/example.json
protocol=$PWD/scripts/gas/methane_adjustment.lua
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
mkdir "$scratch/desk"
cp -r fixtures "$scratch/desk/fixtures"

runs() {
	within 60 "$davy" run "$@" --limits "$limits" >"$scratch/out" 2>"$scratch/err"
}

# What `sed` makes of the protocol, in a tree of its own.
changed() {
	sed "$@" "$protocol" >"$scratch/desk/changed.lua" && ! cmp -s "$protocol" "$scratch/desk/changed.lua"
}

ends_as() {
	[ "$1" = "$2" ] || { echo "# ended with $1, not $2"; return 1; }
}

found_counts() {
	runs "$protocol" --sim=zero_drift
	ends_as $? 1 && says '✗ zero (as found) 0.2025' && says '✓ zero (as left) 0.011' && says 'adjusted: zero, by SIM-0017' &&
		says 'FAIL 不合格  zero as found: 0.2025'
}

both_are_shown() {
	"$davy" show last >"$scratch/out" 2>&1 && says '✗ zero (as found)  0.2025' && says '✓ zero (as left)  0.011' &&
		says 'zero, by SIM-0017; span, by SIM-0017; the verdict rests on the specimen as found, and as left' &&
		"$davy" why last zero >"$scratch/out" 2>&1 && says '✗ zero (as found)' && says '✓ zero (as left)' &&
		LANG=zh_CN.UTF-8 "$davy" show last >"$scratch/out" 2>&1 && says '调校前' && says '调校人 SIM-0017'
}

is_reproduced() {
	within 60 "$davy" replay last >"$scratch/out" 2>&1 && says 'replayed, bit for bit' &&
		within 60 "$davy" verify last >"$scratch/out" 2>&1 && says 'everything fits'
}

its_record() {
	python3 -c 'import base64,json,sys,pathlib
line = (pathlib.Path(sys.argv[1])/"records/records.jsonl").read_text().splitlines()[-1]
part = json.loads(line)["payload"]
print(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())' "$DAVY_STATE" >"$scratch/out"
}

left_counts_when_ordered() {
	runs "$protocol" --sim=zero_drift --verdict as-left
	ends_as $? 0 && says 'PASS 合格  as left, as the order says; as found it was FAIL: zero as found: 0.2025' &&
		"$davy" show last >"$scratch/out" 2>&1 && says '✗ zero (as found)' &&
		says 'the verdict rests on the specimen as left, as the order says' && is_reproduced && its_record &&
		says '"mse:as_left":true' && says '"mse:by":"SIM-0017"' && says '"mse:what":"zero"'
}

what_is_left_wrong_fails() {
	runs "$protocol" --sim=poor_hand
	ends_as $? 1 && says 'FAIL 不合格  zero as left: 0.211' || return
	runs "$protocol" --sim=poor_hand --verdict as-left
	ends_as $? 1 && says 'FAIL 不合格  zero as left: 0.211'
}

nothing_found_nothing_adjusted() {
	runs "$protocol" --sim --only Adjustment
	ends_as $? 3 && says "'zero' is not adjusted: nothing has been measured of the specimen as it was found"
}

evidence_finds_nothing() {
	changed 's/limit = basic_error }/evidence = true, limit = basic_error }/' && runs "$scratch/desk/changed.lua" --sim
	ends_as $? 3 && says "nothing has been measured of the specimen as it was found"
}

left_unmeasured() {
	changed '/^step "As left"/,$d' && runs "$scratch/desk/changed.lua" --sim
	ends_as $? 5 && says 'the specimen was adjusted, and nothing was measured of it as it was left'
}

undeclared() {
	changed 's/operator:adjust "span"/operator:adjust "alarm"/' && runs "$scratch/desk/changed.lua" --sim
	ends_as $? 3 && says "the header's 'adjusts' has no 'alarm'"
}

nobody_confirms() {
	sed -i 's/return "SIM-0017"/return " "/' "$scratch/desk/fixtures/gas_bench/world.lua" &&
		cp "$protocol" "$scratch/desk/changed.lua" && runs "$scratch/desk/changed.lua" --sim
	ends_as $? 3 && says 'an adjustment is confirmed by whoever made it, with his name or number'
}

both_languages() {
	changed '/^    zero = { "Set/s/ zh = .*/ },/' && runs "$scratch/desk/changed.lua" --sim
	ends_as $? 2 && grep -q "adjusts: 'zero' needs" "$scratch/err"
}

refused_without_adjustment() {
	runs "$PWD/scripts/gas/methane_transmitter.lua" --sim --verdict as-left
	ends_as $? 2 && grep -q 'methane_transmitter.performance adjusts nothing' "$scratch/err" || return
	runs "$protocol" --sim --verdict left
	ends_as $? 2 && grep -q "as-found or as-left, and 'left' is neither" "$scratch/err"
}

# order VERDICT: one stage of it
order() {
	printf '{"number":"A-%s","rehearsal":true,"limits":"%s","specimens":[{"serial":"T1"}],"stages":[{"name":"yearly",
		"protocol":"%s","verdict":"%s"}]}' "$1" "$limits" "$protocol" "$1" >"$scratch/order.json"
	"$davy" order add "$scratch/order.json" >"$scratch/out" 2>"$scratch/err"
}

an_order_says_so() {
	order as-left || return
	within 60 "$davy" run --order A-as-left --dut serial=T1 --sim=zero_drift >"$scratch/out" 2>&1
	ends_as $? 0 && says 'as left, as the order says' && within 60 "$davy" run --order A-as-left --dut serial=T1 --sim --verdict as-found 2>"$scratch/err"
	ends_as $? 2 && grep -q 'order A-as-left says on what a verdict rests' "$scratch/err" || return
	order later
	ends_as $? 2 && grep -q "'verdict' is as-found or as-left, not 'later'" "$scratch/err"
}

claim "out of tolerance as found, then adjusted, is a FAIL" found_counts
claim "both states are shown, with who has adjusted it, in both languages" both_are_shown
claim "replay and verify reproduce it" is_reproduced
claim "an order lets what is left decide, and the record says so beside what was found" left_counts_when_ordered
claim "what an adjustment leaves wrong fails either way" what_is_left_wrong_fails
claim "a specimen is not adjusted before anything tells how it was found" nothing_found_nothing_adjusted
claim "evidence does not tell how it was found" evidence_finds_nothing
claim "what was adjusted and not measured again is INCONCLUSIVE" left_unmeasured
claim "only what the header declares is adjusted" undeclared
claim "whoever adjusts says who he is" nobody_confirms
claim "he is asked in both languages" both_languages
claim "a protocol that adjusts nothing has no verdict as left" refused_without_adjustment
claim "a stage of a job order says on which state its verdict rests" an_order_says_so
claims_end
