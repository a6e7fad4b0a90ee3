#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Lots as a person at the bench takes a sample: the list first, then the seed, the seals, the form, and what runs say of all.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { within 60 "$davy" "$@"; }
chinese() { LANG=zh_CN.UTF-8 davy "$@"; }
rolls="3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 5"

# open NAME LIST OPTIONS…
open() {
	local name=$1 list=$2
	shift 2
	davy lot open "$name" --units "$list" --plan 3,0 --spare 2 --protocols gas/methane_bump --by 0017 "$@"
}

seq -f 'B-%04g' 60 >"$scratch/units.txt"

vectors() {
	local what line count=0
	while read -r what line; do
		grep -qF "\"$line\"" <(sed 's/\\U00020000/𠀀/' tests/test_unit_draw.c) || { echo "$what: $line"; return 1; }
		count=$((count + 1))
	done < <(python3 tests/draw_vectors.py)
	[ "$count" = 8 ]
}

the_plan_is_drawn() {
	davy lot plan 3,0 >"$scratch/out" || return
	says '                     0 % |########################################| 100.0 %' && says '5 %            63.2 %' &&
		says '50 %           20.6 %' && says 'in which 63.2 % do not, still 5 %. So this sample can only expose gross fraud' || return
	davy lot plan 13,1 --lot 60 >"$scratch/out" || return
	says '(hypergeometric)' && says '           8/60 (13.3 %) |' && says '95 %           up to 2/60 (3.33 %)' || return
	davy lot plan 59,0 >"$scratch/out" && ! grep -q 'gross' "$scratch/out" && says '5 %            4.95 %'
}

the_plan_is_drawn_in_chinese() {
	chinese lot plan 3,0 >"$scratch/out" || return
	says '          批中不合格品率 |接收概率' && says '5 %       63.2 %' &&
		says '批中 20.6 % 不合格时,接收概率仍为 50 %;63.2 % 不合格时,仍为 5 %。因此该样本量只能揭露严重造假'
}

bars_are_one_wide() {
	davy lot plan 200,3 >"$scratch/out" || return
	[ "$(grep -c '|.*|' "$scratch/out")" -gt 8 ] && [ "$(grep '|.*|' "$scratch/out" | wc -L)" -le 80 ] &&
		! grep '|.*|' "$scratch/out" | LC_ALL=C grep -q '[^ -~]'
}

# By another path: whole numbers and fractions, from what a plan is.
the_plan_is_worked_out_again() {
	local plan
	for plan in "3 0" "500 3" "125 0" "200 3" "3 0 2000" "13 1 60" "20 0 100"; do
		set -- $plan
		davy lot plan "$1,$2" ${3:+--lot "$3"} >"$scratch/out" &&
			python3 tests/sampling_plan.py "$@" <"$scratch/out" || { echo "# plan $plan"; return 1; }
	done
	python3 tests/sampling_plan.py --table scripts/self_rescuer/README.md
}

a_wrong_figure_is_noticed() {
	local wrong
	davy lot plan 13,1 --lot 60 >"$scratch/out" && python3 tests/sampling_plan.py 13 1 60 <"$scratch/out" || return
	for wrong in 's/ 44\.2 %$/ 44.4 %/' 's/up to 2\/60/up to 3\/60/' 's/is still [0-9.]* %/is still 51 %/'; do
		sed "$wrong" "$scratch/out" >"$scratch/wrong"
		cmp -s "$scratch/out" "$scratch/wrong" && { echo "# $wrong changes nothing"; return 1; }
		python3 tests/sampling_plan.py 13 1 60 <"$scratch/wrong" >/dev/null 2>&1 && { echo "# $wrong"; return 1; }
	done
	true
}

no_plan() {
	refused 2 "a plan is 'n,c', as 3,0" davy lot plan 3 && refused 2 'below the 3 units' davy lot plan 3,3 &&
		refused 2 'cannot be drawn from a lot of 2' davy lot plan 3,0 --lot 2
}

incomplete() {
	refused 2 'davy lot takes open, draw, seal, judge, retest or show' davy lot remove L1 &&
		refused 2 'davy lot takes open, draw, seal, judge, retest or show' davy lot show &&
		refused 2 '--by says who does it' davy lot open L1 && refused 2 '--units names the file' davy lot open L1 --by 1 &&
		refused 2 'Davy proposes none' davy lot open L1 --by 1 --units "$scratch/units.txt" &&
		refused 2 '--protocols says by which' davy lot open L1 --by 1 --units "$scratch/units.txt" --plan 3,0 &&
		refused 2 "gas/no_such" davy lot open L1 --by 1 --units "$scratch/units.txt" --plan 3,0 --protocols gas/no_such &&
		refused 2 '--dut takes ma=CERTIFICATE alone' open L1 "$scratch/units.txt" --dut serial=7 &&
		refused 2 "name what all units have in common" open_by_two
}

open_by_two() {
	davy lot open L1 --units "$scratch/units.txt" --plan 3,0 --protocols gas/methane_bump,self_rescuer/capacity --by 1
}

no_list() {
	printf 'A1\nA2\nA1\n' >"$scratch/twice.txt"
	printf 'A1\n\xbf\xf3\n' >"$scratch/gbk.txt"
	: >"$scratch/empty.txt"
	install -m 600 "$scratch/units.txt" "$scratch/secret.txt"
	refused 2 "lines 1 ('A1') and 3 ('A1') are one serial number" open L1 "$scratch/twice.txt" &&
		refused 2 'line 2 is not UTF-8' open L1 "$scratch/gbk.txt" && refused 2 'an empty file says nothing' open L1 "$scratch/empty.txt" &&
		refused 3 'only a file that everybody may read' open L1 "$scratch/secret.txt" &&
		refused 3 'No such file' open L1 "$scratch/none.txt" && davy lot list >"$scratch/out" && says 'no lot was begun'
}

opened() {
	open L1 "$scratch/units.txt" >"$scratch/out" || return
	says "60 units, list SHA-256 $(LC_ALL=C sort "$scratch/units.txt" | sha256sum | cut -d' ' -f1) (units.txt)" &&
		says 'Nothing was drawn yet' && says '38/60 (63.3 %)' && says 'can only expose gross fraud' &&
		says 'class gas_detector.methane_portable' && refused 3 'a list is recorded once' open L1 "$scratch/units.txt"
}

not_drawn_yet() {
	refused 3 'nothing was drawn from lot L1' davy lot judge L1 --by 0017 &&
		refused 3 'was not drawn from lot L1' davy lot seal L1 --unit B-0001 --seal S1 --by 0017 &&
		refused 2 'was not drawn yet: davy lot draw L1' davy record collecting --lot L1 &&
		refused 2 'there is nothing to draw again' davy lot draw L1 --again --why x --by 0017
}

few_rolls() {
	refused 2 '25 rolls are needed, 22 more' davy lot draw L1 --dice '3 1 6' --witness W --by 0017 &&
		refused 2 'say who, with --witness' davy lot draw L1 --dice "$rolls" --by 0017 &&
		refused 2 "no '7'" davy lot draw L1 --dice '7' --witness W --by 0017
}

# What README.md of bench/record tells anybody to type.
by_hand() {
	local seed=$1 list=$2
	while IFS= read -r unit; do
		printf '%s %s\n' "$(printf %s "$seed $list $unit" | sha256sum | cut -c1-64)" "$unit"
	done <"$DAVY_STATE/files/$list" | LC_ALL=C sort | head -n 5 | cut -d' ' -f2-
}

drawn_by_hand() {
	local seed list units
	davy lot draw L1 --by 0017 >"$scratch/out" || return
	seed=$(sed -n 's/^  seed //p' "$scratch/out")
	units=$(sed -n 's/^  \(tested\|reserve\): //p' "$scratch/out" | sed 's/, /\n/g')
	list=$(LC_ALL=C sort "$scratch/units.txt" | sha256sum | cut -d' ' -f1)
	echo "$units" >"$scratch/first"
	[ ${#seed} = 64 ] && [ "$(by_hand "$seed" "$list")" = "$units" ] || { cat "$scratch/out"; by_hand "$seed" "$list"; return 1; }
}

drawn_again() {
	refused 3 'was drawn already, record 3' davy lot draw L1 --by 0017 &&
		refused 2 '--again needs --why' davy lot draw L1 --again --by 0017 && refused 2 '--why is for draw --again' davy lot draw L1 --why x --by 0017 &&
		davy lot draw L1 --again --why '一台已售出' --dice "$rolls" --witness 王五 --by 0017 >"$scratch/out" || return
	says 'Draw 1  record 3' && says 'Draw 2  record 4' && says '25 rolls of a die before 王五' && says 'drawn anew: 一台已售出' &&
		says '  tested: B-0058, B-0024, B-0044' && says '  reserve: B-0009, B-0025' && davy lot show L1 >"$scratch/out" &&
		[ "$(sort -u "$scratch/first" <(printf 'B-%s\n' 0058 0024 0044 0009 0025) | wc -l)" = "$(grep -c '^B-' "$scratch/out")" ] && chinese lot show L1 >"$scratch/out" && says '重抽原因:一台已售出' &&
		says '第 2 次抽样' && says '掷骰 25 次,见证人 王五'
}

form() {
	davy record collecting --lot L1 --form form=CY-7 --form notice=N-1 --form party=矿 --form product=报警仪 --form date=2026-03-02 \
		--form place=库 --form sampler1=0021 --form sampler2=0022 "$@"
}

sealed_and_collected() {
	local unit
	refused 2 'is not sealed yet: davy lot seal L1 --unit B-0058' form || return
	for unit in B-0058 B-0024 B-0044 B-0009; do
		davy lot seal L1 --unit $unit --seal "S-$unit" --kept-at 库A --by 0021 >/dev/null || return
	done
	refused 3 'a seal is used once' davy lot seal L1 --unit B-0025 --seal S-B-0009 --by 0021 &&
		refused 2 'a seal needs --unit SERIAL' davy lot seal L1 --by 0021 &&
		chinese lot seal L1 --unit B-0025 --seal S-5 --by 0021 >"$scratch/out" && says '批 L1 的样品 B-0025 已加封 S-5' &&
		refused 2 "'base' is said by the lot" form --form base=61 && refused 2 '--lot is for collecting alone' davy record storing --lot L1 &&
		form >"$scratch/out" && says 'collecting 抽样取样 of 5 units of lot L1, recorded as number' &&
		tail -n 1 "$DAVY_STATE/records/records.jsonl" | python3 -c '
import base64, json, sys
payload = json.loads(sys.stdin.read())["payload"]
event = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
form = {one["mse:name"]: one["mse:value"] for one in event["mse:says"]["mse:form"]}
assert [one.rsplit("/", 1)[1] for one in event["epcList"]] == ["B-0058", "B-0024", "B-0044", "B-0009", "B-0025"], event["epcList"]
assert (form["base"], form["count"], form["tested"], form["kept"], form["kept_at"]) == ("60", "5", "3", "2", "库A"), form
assert "3162316231623162316231625" in form["method"] and form["seal"].startswith("B-0058: S-B-0058; "), form'
}

simulated_counts_for_nothing() {
	davy run gas/methane_bump --sim --limits scripts/limits/example.json --dut serial=B-0058 >/dev/null 2>&1 || return
	davy lot show L1 >"$scratch/out" && says 'PASS 合格 (SIMULATED, counts for nothing)' && says 'UNDECIDED 未作判定: 0 failed, 0 may; neither PASS nor FAIL: 3' &&
		refused 3 'lot L1 is undecided: 3 of its tested units are neither PASS nor FAIL: B-0058, B-0024, B-0044' davy lot judge L1 --by 0017
}

a_retest_needs_a_fail() {
	refused 2 'a re-test of a unit in reserve needs --unit SERIAL' davy lot retest L1 --unit B-0058 --by 0017 &&
		refused 3 'none of the tested units (检样) has FAILed' davy lot retest L1 --unit B-0058 --seal 1 --authorised-by 3 --why w --by 0017
}

listed() {
	davy lot list >"$scratch/out" && says 'L1   60     3,0   2      UNDECIDED 未作判定' && davy lot show L1 --json >"$scratch/out" &&
		says '"verdict":"UNDECIDED"' && says '"undecided":3' && refused 2 "there is no lot 'L9'; there are: L1" davy lot show L9
}

# A sample is one event about all of its units: each of them has it in its history, under its own name.
each_has_its_history() {
	davy list dut B-0024 >"$scratch/out" && says 'collecting 抽样取样' && says 'SN/B-0024' && ! grep -q 'B-0058' "$scratch/out"
}

# A hundred thousand units, as a spreadsheet of Windows saves them.
many() {
	{ printf '\xef\xbb\xbf出厂编号\r\n'; seq -f '矿-%06g' 100000 | sed 's/$/\r/'; } >"$scratch/many.txt"
	open L2 "$scratch/many.txt" --dut ma=MFC1 >"$scratch/out" && says '100000 units' && says 'ma MFC1' && davy lot draw L2 --by 0017 >"$scratch/out" &&
		says '  tested: 矿-'
}

# The words that a verification says of lots, and what it says when a list was changed.
verified() {
	local list
	davy verify --no-replay >"$scratch/out" || { cat "$scratch/out"; return 1; }
	says '✓ lists of lots (2)' && says '✓ draws (3): done again from list and seed' || return
	davy export 2 --to "$scratch/bundle" >/dev/null && davy verify "$scratch/bundle" --no-replay >"$scratch/out" &&
		says '✓ lists of lots (1)' && says '✓ draws (2)' || return
	list=$(LC_ALL=C sort "$scratch/units.txt" | sha256sum | cut -d' ' -f1)
	sed -i 's/B-0058/B-0061/' "$DAVY_STATE/files/$list"
	davy verify --no-replay >"$scratch/out"
	[ $? = 3 ] && says '✗ record 2: ' && says 'is not the list of the lot' && says '✗ record 3: ' && says '✗ record 4: '
}

# The same bundle, its draw changed in its list of units: both verifiers name the same record.
page_draws_again() {
	davy export 2 --to "$scratch/drawn" >/dev/null && node tests/verify_page.mjs check "$scratch/drawn" >"$scratch/out" && says '"good":true' || return
	list=$(ls "$scratch/drawn/data/files")
	sed -i 's/B-0058/B-0061/' "$scratch/drawn/data/files/$list"
	node tests/verify_page.mjs check "$scratch/drawn" >"$scratch/out" && says '"good":false' && says 'the file is not the list of the lot' &&
		says '"first":2' && ! davy verify "$scratch/drawn" --no-replay >"$scratch/out" && says '✗ record 2: '
}

if command -v python3 >/dev/null; then
	claim "units are drawn as Python draws them from the words of the method" vectors
else
	claim_skip "units are drawn as Python draws them from the words of the method" "no python3"
fi
claim "a plan's operating characteristic is drawn, with the sentence that three units expose gross fraud alone" the_plan_is_drawn
claim "… and in Chinese" the_plan_is_drawn_in_chinese
claim "the curve is as wide in every terminal" bars_are_one_wide
claim "its curve, its points, its sentence and the table of plans are worked out again in whole numbers" the_plan_is_worked_out_again
claim "… where a figure that is off is noticed" a_wrong_figure_is_noticed
claim "what is no plan is refused" no_plan
claim "what an act lacks is said in a sentence" incomplete
claim "a list that is none is refused, and no lot is begun" no_list
claim "a lot is opened with the digest of its sorted list, once" opened
claim "nothing is sealed, collected or judged before it was drawn" not_drawn_yet
claim "too few rolls are refused with the number that is needed" few_rolls
claim "what is drawn can be drawn again by hand" drawn_by_hand
claim "a second draw says why, and every draw is shown" drawn_again
claim "what was drawn is sealed, and the sampling form takes it from the lot" sealed_and_collected
claim "a simulated run decides nothing of a lot" simulated_counts_for_nothing
claim "a unit in reserve is not tested again before one has failed" a_retest_needs_a_fail
claim "lots are listed, and one that is not there is named with those that are" listed
claim "the sampling stands in the history of every unit of the sample" each_has_its_history
claim "a hundred thousand units are listed and drawn from" many
if command -v node >/dev/null; then
	claim "so does the page for any browser, and both name a list that was changed" page_draws_again
else
	claim_skip "the page for any browser draws again" "no node"
fi
claim "davy verify draws again, in a state folder and in a bundle, and names a list that was changed" verified
claims_end
