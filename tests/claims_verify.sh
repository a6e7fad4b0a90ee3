#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What davy verify, davy export and reports/verify.html make of records of real simulated runs: good ones, 500 changes of a
# bundle, drawn from a seed, and forgeries by somebody with keys (tests/forged_bundles.mjs), on which both verifiers agree.
# (Changes of a whole state folder: tests/test_proof.c.)
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
state=$scratch/state
limits=scripts/limits/example.json
seed=${SEED:-20261126} changes=${CHANGES:-500}

davy() { within 120 build/davy "$@" >"$scratch/out" 2>"$scratch/err"; }

# One that passes, one that fails, one that uses up its specimen, and a qualification.
prepare() {
	davy run scripts/battery/cell_overcharge.lua --sim --limits $limits --state "$state" || return
	davy run scripts/gas/methane_transmitter.lua --sim=slow_sensor --limits $limits --state "$state" --dut serial=A1
	[ $? = 1 ] || return
	davy run scripts/self_rescuer/capacity.lua --sim --limits $limits --state "$state" --dut serial=B7 --destroys B7 || return
	davy qualify gas_bench --sim --yes --no-person --state "$state"
	[ $? = 5 ] || return
	davy verify --state "$state" 1
}

everything_fits() {
	davy verify --state "$state" --json || { cat "$scratch/out" "$scratch/err"; return 1; }
	for part in '"good":true' '"what":"records"' '"what":"checkpoint"' '"what":"journals"' '"what":"replays"' '"what":"gas"' '"what":"key"' \
		'"what":"time"' '"what":"after"'; do
		says "$part" || return
	done
}

says_what_is_not_proved() {
	LC_ALL=C davy verify --state "$state" --no-replay last && says "NOT proved:" && says "that the sensor was in the gas" || return
	LC_ALL=zh_CN.UTF-8 davy verify --state "$state" --no-replay last && says "未证明:" && says "传感器确在所述气体中"
}

a_bundle_stands_alone() {
	davy export --state "$state" last sim-self --to "$scratch/bundle" || return
	davy verify --state "$scratch/none" "$scratch/bundle" && says "every file of the bundle" && says "done again" || return
	davy export --state "$state" last --to "$scratch/bundle"
	[ $? = 2 ] && says "nothing is written over it" err || return
	mkdir -p "$scratch/cut.part"
	davy export --state "$state" last --to "$scratch/cut"
	[ $? = 2 ] && says "an export that was cut off" err || return
	davy verify "$scratch/cut.part"
	[ $? = 2 ] && says "is no bundle" err
}

names_what_is_wrong() {
	cp -a "$scratch/bundle" "$scratch/bad" || return
	printf x >>"$(ls -d "$scratch"/bad/data/runs/*capacity*)/journal"
	davy verify --no-replay "$scratch/bad"
	[ $? = 3 ] && says "the first bad record is number" || return
	davy verify --state "$state" 9999
	[ $? = 2 ] && says "there is no record 9999" err
}

# A run with its verdict and without a record: power may have gone. That another was changed is said whatever else there is.
may_be_power_is_not_called_altered() {
	local copy=$scratch/copy run
	cp -a "$state" "$copy" && run=$(ls -d "$copy"/runs/*capacity*) && cp -a "$run" "$copy/runs/sim-another" &&
		rm "$copy/runs/sim-another/record.json" || return
	LC_ALL=C davy verify --state "$copy" --no-replay
	[ $? = 3 ] && says "NOT whole: power went, or something was removed" && says "sim-another: it has a verdict and no record" || return
	LC_ALL=zh_CN.UTF-8 davy verify --state "$copy" --no-replay
	[ $? = 3 ] && says "不完整:曾断电,或有内容被移除" && says "sim-another:有结论而无记录:记录被移除,或曾断电" || return
	printf x >>"$run/journal"
	LC_ALL=C davy verify --state "$copy" --no-replay
	[ $? = 3 ] && says "NOT as it was recorded" || return
	LC_ALL=zh_CN.UTF-8 davy verify --state "$copy" --no-replay
	[ $? = 3 ] && says "检验日志文件不是所登记的文件" && ! says "its journal" >/dev/null || return
	rm -rf "$copy"
}

replays_from_a_bundle() {
	davy replay "$scratch/bundle" && says "replayed, bit for bit" && says "self_rescuer.capacity"
}

the_page_agrees() {
	davy export --state "$state" last 1 --to "$scratch/small" || return
	node tests/verify_page.mjs check "$scratch/bundle" "$scratch/small" >"$scratch/out" || return
	[ "$(grep -c '"good":true' "$scratch/out")" = 2 ] || { cat "$scratch/out"; return 1; }
	within 300 node tests/verify_page.mjs tampers "$scratch/small" "$seed" "$changes" "$scratch/tampers" || return
	[ "$(wc -l <"$scratch/tampers")" = "$changes" ] || return
	DAVY_BUNDLE=$scratch/small DAVY_TAMPERS=$scratch/tampers within 300 build/davy-tests proof_bundle
}

# In a bundle of the whole log; the page's judgement, and its reason, are asserted where it is asked.
forgeries_are_found() {
	local name first count=0
	davy export --state "$state" 1 2 3 4 5 6 --to "$scratch/all" || return
	within 300 node tests/verify_page.mjs forge "$scratch/all" "$state" "$scratch/forged" >"$scratch/forgeries" || return
	while read -r name first; do
		davy verify --no-replay "$scratch/forged/$name" --json
		case $?,$first in
		0,0) says '"good":true' || return ;;
		3,[1-9]*) says '"good":false' && says "\"first\":$first," || return ;;
		*) echo "$name: davy verify ends otherwise"; cat "$scratch/out" "$scratch/err"; return 1 ;;
		esac
		count=$((count + 1))
	done <"$scratch/forgeries"
	[ "$count" -ge 14 ]
}

# What a run measured is not proved by its record alone.
journals_left_out() {
	local name
	rm -rf "$scratch/part" && cp -a "$scratch/small" "$scratch/part" && rm -r "$scratch"/part/data/runs/* && (
		cd "$scratch/part" && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt &&
			sha256sum bag-info.txt manifest-sha256.txt bagit.txt >tagmanifest-sha256.txt
	) || return
	name=$(basename "$scratch"/small/data/runs/*)
	LC_ALL=C davy verify --no-replay "$scratch/part" && says "its journal is not in the bundle: $name" || return
	node tests/verify_page.mjs check "$scratch/small" "$scratch/part" >"$scratch/out" || return
	[ "$(grep -c '"good":true' "$scratch/out")" = 2 ] && [ "$(grep -c 'their journals are not in the bundle' "$scratch/out")" = 1 ] &&
		says "what the runs of the records 6 measured: their journals are not in the bundle"
}

# Records from before and behind: the bundle has the hand-over, and without it neither believes what stands behind.
a_bench_changes_its_key() {
	local rotated=$scratch/rotated bundle=$scratch/handed hand_over
	davy record storing --identity urn:x:1 --state "$rotated" ; davy run scripts/gas/methane_transmitter.lua --sim --limits $limits --state "$rotated" &&
		davy keys rotate --why "a year is over" --state "$rotated" --json || return
	hand_over=$(sed 's/.*"seq":\([0-9]*\).*/\1/' "$scratch/out")
	davy record storing --identity urn:x:2 --state "$rotated" && davy verify --state "$rotated" && says "everything fits" &&
		davy export --state "$rotated" 2 $((hand_over + 1)) --to "$bundle" && davy verify "$bundle" && says "everything fits" || return
	[ -f "$bundle/data/records/$(printf %09d "$hand_over").json" ] || { echo "no hand-over in the bundle"; return 1; }
	if command -v node >/dev/null; then
		node tests/verify_page.mjs check "$bundle" >"$scratch/out" && says '"good":true' &&
			within 300 node tests/verify_page.mjs tampers "$bundle" "$seed" 100 "$scratch/handed.tampers" &&
			DAVY_BUNDLE=$bundle DAVY_TAMPERS=$scratch/handed.tampers within 300 build/davy-tests proof_bundle || return
	fi
	rm "$bundle"/data/{records,proofs}/"$(printf %09d "$hand_over")".*
	davy verify --no-replay "$bundle"
	[ $? = 3 ] && says "it is not signed by the bench's key of this log's first record"
}

claim "a pass, a fail, a used up specimen and a qualification are recorded" prepare
claim "all of it is proved, and what is not is said" everything_fits
claim "what is not proved is said in both languages" says_what_is_not_proved
claim "a bundle is proved without the bench, never written over, and one that was cut off is none" a_bundle_stands_alone
claim "what is wrong is named, by the number of the record" names_what_is_wrong
claim "what may be a loss of power is said to be that, or a removal" may_be_power_is_not_called_altered
claim "a run is done again from a bundle" replays_from_a_bundle
claim "a bench changes its key: both verifiers follow the hand-over, and miss it" a_bench_changes_its_key
if command -v node >/dev/null; then
	claim "the page's SHA-2, Ed25519, canonical JSON and hash trees are those of the published vectors" \
		node tests/verify_page.mjs vectors
	claim "on $changes changes of a bundle (seed $seed) both verifiers find every one and name the same record" the_page_agrees
	claim "what somebody with keys forges is found by both, at the same record" forgeries_are_found
	claim "both say of which run the journal was left out" journals_left_out
else
	claim_skip "the page in reports/ verifies bundles as davy does" "no node to run its logic"
fi
claims_end
