#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Who stands behind a record: people and their keys, signatures, the life of equipment, as somebody at a bench tells them.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
export DAVY_STATE=$scratch/state LC_ALL=C
(umask 077; echo "another one" >"$scratch/wrong")

# One short step on the gas bench stands in for long ones.
tree=$scratch/tree
mkdir -p "$tree/scripts"
ln -s "$PWD/fixtures" "$tree/fixtures"
cat >"$tree/scripts/tiny.lua" <<'LUA'
local test = protocol {
  id = "tiny", version = 1, language = 1, title = "Zero", zh = "零点", standard = "none",
  class = "gas_transmitter.methane", fixture = "gas_bench",
  params = { flow = { "0.5 L/min", range = "0.2 .. 1.5 L/min" } },
  faults = {},
  dut = { serial = { ask = "Serial", simulated = "S", text = true },
          ma = { ask = "Certificate", simulated = "M", text = true } },
}
step "Zero" {
  measure = { zero = { "indication in zero air", limit = { "<= 1 %vol", grade = "example" } } },
  run = function(m, fx)
    finally(function() fx.gas:purge() end)
    local shown, certified = fx.gas:indication("zero_air", test.params.flow)
    m.zero = shown:against(certified)
  end,
}
LUA

# test_specimen SERIAL OPTIONS…: a simulated run of it, which passes.
test_specimen() {
	local serial=$1
	shift
	within 60 "$davy" run "$tree/scripts/tiny.lua" --sim --dut serial="$serial" --dut ma=MFC1 "$@" >"$scratch/run" 2>&1 && return
	cat "$scratch/run"
	return 1
}

# refused PATTERN COMMAND…: it fails, and its sentence has this in it.
refused() {
	local pattern=$1 out
	shift
	if out=$("$@" 2>&1); then
		echo "not refused: $*"
		return 1
	fi
	grep -q -- "$pattern" <<<"$out" || { echo "$out"; return 1; }
}

# The key of who failed to install it, once with its passphrase mistyped, is taken up again; a person's key is none.
an_administrator_whose_key_is_there_is_installed_with_it() {
	local state=$scratch/again before
	"$davy" keys make --key "$scratch/again.pem" "${word[@]}" --json | python3 -c '
import sys, json
made = json.load(sys.stdin)
assert made["kind"] == "Ed25519" and len(made["kid"]) == 43 and made["key"] + ".public" == made["public"], made
assert json.load(open(made["public"]))["kty"] == "OKP"' || return
	before=$(sha256sum "$scratch/again.pem")
	refused "again.pem is there already, and a key is never replaced: give --key another name" \
		"$davy" keys make --key "$scratch/again.pem" "${word[@]}" &&
		refused "not the passphrase" "$davy" keys init --state "$state" --key "$scratch/again.pem" \
			--passphrase-file "$scratch/wrong" &&
		"$davy" keys init --state "$state" --key "$scratch/again.pem" "${word[@]}" >"$scratch/out" || return
	says "is there already: it becomes the administrator's" && [ "$before" = "$(sha256sum "$scratch/again.pem")" ] &&
		"$davy" keys --state "$state" | grep -q "^administrator: key"
}

an_administrator_is_installed_once() {
	key_of x && refused "no administrator yet" "$davy" keys enrol 1 --roles tester --to 2036-01-01 \
		--public "$scratch/x.pem.public" --key "$scratch/x.pem" "${word[@]}" && administrator &&
		[ "$(stat -c %a "$scratch/boss.pem")" = 600 ] &&
		refused "has its administrator" "$davy" keys init --key "$scratch/boss2.pem" "${word[@]}" &&
		"$davy" keys | grep -q "^administrator: key"
}

people_are_enrolled_and_listed() {
	person 0017 tester,reviewer && person 0009 reviewer && person 0003 signatory &&
		person 0021 sampler && person 0022 sampler &&
		"$davy" keys | grep -q "0017 .*tester reviewer .* 2036-01-01"
}

a_day_counts_to_its_end() {
	key_of 0031 || return 1
	local enrol=("$davy" keys enrol 0031 --roles tester --public "$scratch/0031.pem.public"
		--key "$scratch/boss.pem" "${word[@]}")
	refused "'2026-99-99' is no day" "${enrol[@]}" --to 2026-99-99 &&
		refused "'2099-13-01' is none" "$davy" approve README.md --as reviewer --from 2099-13-01 \
			--key "$scratch/0009.pem" "${word[@]}" &&
		refused "'2026-99-99' is none" "$davy" affected --instrument x --since 2026-99-99 &&
		refused "'2026-99-99' is none" "$davy" calibrations due --at 2026-99-99 &&
		"${enrol[@]}" --from 2026-01-01 --to "$(date +%F)" >/dev/null || return 1
	test_specimen SN-0
	sign last tester 0031 >/dev/null && "$davy" keys | grep -q "0031 .* – $(date +%F) "
}

a_run_is_signed_in_turn() {
	test_specimen SN-1 && refused "tester has not signed" sign last reviewer 0009 &&
		sign last tester 0017 >"$scratch/shown" && grep -q "SIMULATED" "$scratch/shown" &&
		grep -q "verdict" "$scratch/shown" && grep -q "MFC1/SN/SN-1" "$scratch/shown" &&
		refused "who tests does not review" sign last reviewer 0017 &&
		refused "not authorised as reviewer" sign last reviewer 0003 &&
		sign last reviewer 0009 >/dev/null && sign last signatory 0003 >/dev/null
}

a_wrong_passphrase_signs_nothing() {
	local before
	before=$(wc -l <"$DAVY_STATE/records/records.jsonl")
	refused "not the passphrase" "$davy" sign last --as tester --key "$scratch/0017.pem" \
		--passphrase-file "$scratch/wrong" &&
		refused "no terminal" setsid -w "$davy" sign last --as tester --key "$scratch/0017.pem" &&
		[ "$(wc -l <"$DAVY_STATE/records/records.jsonl")" = "$before" ]
}

an_operand_may_begin_with_a_dash() {
	refused "no option -BpI; .*stands behind --" "$davy" keys revoke -BpI --why x --key "$scratch/boss.pem" "${word[@]}" &&
		refused "'-BpI' is the beginning of 0 keys" "$davy" keys revoke --why x --key "$scratch/boss.pem" "${word[@]}" -- -BpI
}

# asked_of_nobody PATTERN COMMAND…: refused, without a terminal and without a file: a passphrase would have been asked before.
asked_of_nobody() { refused "$1" setsid -w "${@:2}" </dev/null; }

what_a_passphrase_cannot_help_is_told_before_it_is_asked() {
	local key=(--key "$scratch/0017.pem") open=(--key "$scratch/open.pem") none=(--key "$scratch/none.pem")
	cp "$scratch/0017.pem" "$scratch/open.pem" && chmod 640 "$scratch/open.pem" || return
	asked_of_nobody "as 'clerk': --as is tester" "$davy" correct last --reason incorrect_data --why x --as clerk "${key[@]}" &&
		asked_of_nobody "as 'bench': --as is tester" "$davy" correct last --reason incorrect_data --why x --as bench "${key[@]}" &&
		asked_of_nobody "needs --as" "$davy" sign last --as clerk "${key[@]}" &&
		asked_of_nobody "as reviewer or as signatory" "$davy" approve README.md --as clerk "${key[@]}" &&
		asked_of_nobody "'2099-13-01' is none" "$davy" approve README.md --as reviewer --from 2099-13-01 "${key[@]}" || return
	for command in "sign last --as tester" "void last --why x" "correct last --reason incorrect_data --why x" \
		"approve README.md --as reviewer" "keys hand-over --public $scratch/0009.pem.public"; do
		# shellcheck disable=SC2086
		asked_of_nobody "open.pem: is a secret, but others may use it (mode 0640)" "$davy" $command "${open[@]}" &&
			asked_of_nobody "none.pem: cannot open: No such file" "$davy" $command "${none[@]}" &&
			asked_of_nobody "--key" "$davy" $command &&
			asked_of_nobody "no terminal to ask" "$davy" $command "${key[@]}" || { echo "$command"; return 1; }
	done
}

# at_the_prompt KEYS: typed on a terminal when the passphrase is asked for there.
at_the_prompt() {
	: >"$scratch/out"
	{
		for _ in $(seq 250); do
			grep -q "passphrase for" "$scratch/out" && break
			sleep 0.1
		done
		printf '%b' "$1"
		sleep 2
	} | TERM=xterm within 60 script -qec "stty intr '$2'; $davy sign last --as tester --key $scratch/0017.pem; echo ended \$?; stty -a" \
		/dev/null >"$scratch/out" 2>&1
}

# With a part of it typed, with nothing typed, and with another interrupt character than usual.
the_interrupt_ends_the_prompt() {
	at_the_prompt '\003' '^C' && stopped_and_restored && at_the_prompt 'a pass\003' '^C' && stopped_and_restored &&
		at_the_prompt 'a pass\030' '^X' && stopped_and_restored
}

stopped_and_restored() {
	says "stopped at the passphrase: nothing was done" && says "ended 2" && says " echo " && says "isig icanon" &&
		! grep -q -e "-isig" -e "a pass$" "$scratch/out"
}

a_passphrase_is_typed_and_not_shown() {
	test_specimen SN-T && at_the_prompt 'a passphrase\n' '^C' && says "recorded as number" && says "ended 0" &&
		! grep -q "a passphrase" "$scratch/out"
}

an_administrator_signs_no_test() {
	refused "signs nothing else" sign last tester boss
}

a_revoked_key_signs_no_more() {
	local kid
	person 0099 tester && kid=$("$davy" keys | awk '$1 == "0099" { print $NF }') &&
		"$davy" keys revoke --why "left the laboratory" --key "$scratch/boss.pem" "${word[@]}" -- "$kid" >/dev/null &&
		test_specimen SN-2 && refused "left the laboratory" sign last tester 0099
}

# His paper was good once, and was when he was enrolled.
a_lapsed_authorisation_signs_no_more() {
	"$davy" keys make --key "$scratch/0088.pem" "${word[@]}" >/dev/null &&
		"$davy" keys enrol 0088 --name N0088 --roles tester --public "$scratch/0088.pem.public" \
			--from 2020-01-01 --to 2021-01-01T12:00:00.000+08:00 --key "$scratch/boss.pem" "${word[@]}" >/dev/null &&
		test_specimen SN-3
	refused "authorisation of N0088 (0088) has run out on 2021-01-01" sign last tester 0088
}

a_voiding_has_a_name_and_a_reason() {
	refused "needs --why" "$davy" void last --key "$scratch/0003.pem" "${word[@]}" &&
		"$davy" void last --why "wrong cylinder" --key "$scratch/0003.pem" "${word[@]}" >/dev/null &&
		refused "it was voided" sign last tester 0017
}

number() { grep -oE "number [0-9]+" | grep -oE "[0-9]+"; }

every_step_of_a_life_is_recorded() {
	local step
	"$davy" record registration --dut ma=安标001 --dut serial=A/1 --ilmd model=ZYX45 \
		--ilmd manufacturer=某厂 >"$scratch/out" && says "安标001/SN/A%2F1" || return 1
	tail -1 "$DAVY_STATE/records/records.jsonl" | python3 -c '
import sys, json, base64
p = json.loads(sys.stdin.read())["payload"]
e = json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
assert e["action"] == "ADD" and e["ilmd"]["mse:model"] == "ZYX45", e
assert e["epcList"][0].endswith("eq/MA/%E5%AE%89%E6%A0%87001/SN/A%2F1"), e' || return 1
	for step in receiving storing issuing installing holding inspecting destructive-test repair; do
		"$davy" record $step --dut ma=安标001 --dut serial=A/1 --from 某矿 --note 备注 >/dev/null ||
			{ echo "$step"; return 1; }
	done
	"$davy" record collecting --dut ma=安标001 --dut serial=A/1 --form form=1 --form notice=2 \
		--form party=某矿 --form product=自救器 --form date=2026-11-26 --form place=库房 \
		--form base=100 --form count=2 --form seal=F-9 --form sampler1=0021 --form sampler2=0022 \
		>"$scratch/out" && sign "$(number <"$scratch/out")" sampler 0021 >/dev/null &&
		sign "$(number <"$scratch/out")" sampler 0022 >/dev/null
}

what_is_no_step_is_refused() {
	refused "is no step of a life" "$davy" record lending --dut ma=1 --dut serial=1 &&
		refused "says which it is" "$davy" record storing --dut serial=1 &&
		refused "URI" "$davy" record storing --identity "no identity" &&
		refused "percent-encoded" "$davy" record storing --identity "https://lab.example.cn/安标001" &&
		refused "for a registration alone" "$davy" record storing --dut ma=1 --dut serial=1 --ilmd a=b &&
		refused "FIELD=…: notice (.*, party (.*, seal (.*, sampler2 (.*)$" "$davy" \
			record collecting --dut ma=1 --dut serial=1 --form form=1 &&
		refused "FIELD=…: form (.*, sampler2 (抽样人员(二)工号)$" "$davy" record collecting --dut ma=1 --dut serial=1 &&
		refused "'lot' does not say which it is; what does: ma, class and serial" "$davy" record storing \
			--dut ma=1 --dut serial=1 --dut lot=7 &&
		LC_ALL=zh_CN.UTF-8 refused "抽样单缺少栏目" "$davy" record collecting --dut ma=1 --dut serial=1 --form form=1 &&
		refused "no field 'sael'; the nearest is seal" "$davy" record collecting --dut ma=1 --dut serial=1 --form sael=1 &&
		refused "in the future" "$davy" record storing --dut ma=1 --dut serial=1 --at 2096-01-01T00:00:00.000+08:00 &&
		refused "disposition" "$davy" record storing --dut ma=1 --dut serial=1 --disposition counterfeit
}

large() { head -c 10000000 /dev/zero | tr '\0' "$1"; }

what_cannot_be_read_is_refused_by_its_name() {
	local run=("$davy" run "$tree/scripts/tiny.lua" --sim --limits "$scratch/bad.json") before
	before=$(wc -l <"$DAVY_STATE/records/records.jsonl")
	echo '{"limit_set":"a","limit_set":"b"}' >"$scratch/bad.json"
	refused "bad.json:1:.*duplicate object key" "${run[@]}" &&
		refused "bad.json:1:.*duplicate object key" "$davy" limits sign "$scratch/bad.json" --as reviewer \
			--key "$scratch/0009.pem" "${word[@]}" || return 1
	{ printf '{"limit_set":"'; large x; echo '"}'; } >"$scratch/bad.json"
	refused "bad.json: larger than the" "${run[@]}" &&
		refused "bad.json: larger than the" "$davy" calibrations add --csv "$scratch/bad.json" &&
		refused "'furlong' is not a unit that is known here" "$davy" calibrations add --instrument m \
			--quantity flow --unit furlong --uncertainty 1 --value 1 --k 2 --certificate c --due 2036-01-01 &&
		[ "$(wc -l <"$DAVY_STATE/records/records.jsonl")" = "$before" ]
}

a_life_ends_after_the_time_for_objections_by_a_named_person() {
	local ending=("$davy" record disposal --dut ma=MFC1 --dut serial=SN-1)
	refused "a named person answers" "${ending[@]}" &&
		refused "has not stated how long" "${ending[@]}" --by 0009 || return 1
	echo '{"base":"https://lab.example.cn/","bench":"B07","objectionDays":15}' >"$DAVY_STATE/laboratory.json"
	refused "objections against its test are possible until" "${ending[@]}" --by 0009 || return 1
	echo '{"base":"https://lab.example.cn/","bench":"B07","objectionDays":0}' >"$DAVY_STATE/laboratory.json"
	"${ending[@]}" --by 0009 >/dev/null && refused "named person" "${ending[@]}" --by nobody
}

a_record_is_corrected_without_being_edited() {
	local wrong right before
	wrong=$("$davy" record storing --dut ma=MFC1 --dut serial=SN-7 --note "shelf 1" | number)
	right=$("$davy" record storing --dut ma=MFC1 --dut serial=SN-7 --note "shelf 2" | number)
	before=$(sha256sum < <(head -"$right" "$DAVY_STATE/records/records.jsonl"))
	refused "reason is" "$davy" correct "$wrong" --why x --key "$scratch/0009.pem" "${word[@]}" &&
		refused "no corrective event" "$davy" correct "$wrong" --reason did_not_occur --corrective "$right" \
			--why x --key "$scratch/0009.pem" "${word[@]}" &&
		refused "not authorised as reviewer" "$davy" correct "$wrong" --reason incorrect_data --why x \
			--key "$scratch/0021.pem" "${word[@]}" &&
		"$davy" correct "$wrong" --reason incorrect_data --why "wrong shelf" --corrective "$right" \
			--key "$scratch/0009.pem" "${word[@]}" >/dev/null &&
		[ "$before" = "$(sha256sum < <(head -"$right" "$DAVY_STATE/records/records.jsonl"))" ] &&
		sign "$wrong" tester 0017 >"$scratch/shown" && grep -q "^declared wrong  incorrect_data  (0009)  2.*: wrong shelf$" "$scratch/shown"
}

# Of SN-H: two runs, of which the first is voided and the second declared wrong, then a third, and a step of its life.
a_specimen_has_its_history() {
	local first second third
	test_specimen SN-H && first=$(last_run) && "$davy" void last --why "wrong cylinder" --key "$scratch/0003.pem" "${word[@]}" >/dev/null &&
		test_specimen SN-H --retest bench-error --why "cylinder" --authorised-by 0003 && second=$(last_run) &&
		"$davy" correct last --reason incorrect_data --why "wrong params" --key "$scratch/0009.pem" "${word[@]}" >/dev/null &&
		test_specimen SN-H --retest repeated --why "again" --authorised-by 0003 && third=$(last_run) &&
		"$davy" record storing --dut ma=MFC1 --dut serial=SN-H >/dev/null &&
		"$davy" record storing --dut ma=MFC2 --dut serial=SN-HH >/dev/null || return
	"$davy" list dut SN-H >"$scratch/out" && ! grep -q SN-HH "$scratch/out" &&
		grep -Eo "storing|$first|$second|$third" "$scratch/out" | uniq | paste -sd' ' >"$scratch/order" &&
		says "storing $third $second $first" order && says "PASS 合格; voided 作废 (0003) 20" && says ": wrong cylinder" &&
		says "declared wrong incorrect_data (0009) 20" && says ": wrong params" && says "MFC1/SN/SN-H" || return
	"$davy" list dut " sn－h" >"$scratch/same" && cmp <(tail -n +2 "$scratch/out") <(tail -n +2 "$scratch/same") &&
		"$davy" list dut nix | grep -q "no specimen of this number" &&
		LC_ALL=zh_CN.UTF-8 "$davy" list dut SN-H | grep -q "已声明有误 incorrect_data" || return
	"$davy" list dut SN-H --json | python3 -c '
import sys, json
storing, third, second, first = json.load(sys.stdin)["dut"]
assert storing["step"] == "storing" and "run" not in storing and third["verdict"] == "PASS", storing
assert first["voided"]["by"] == "0003" and first["voided"]["why"] == "wrong cylinder" and first["simulated"], first
assert [d["why"] for d in second["declared"]] == ["wrong params"] and "voided" not in second, second' &&
		"$davy" show "$third" >"$scratch/out" &&
		says "earlier run of this specimen 1/3: PASS 合格; voided 作废 (0003)" && says "earlier run of this specimen 2/3: " &&
		says "$first" && says "$second" && ! grep -q "what became of this run" "$scratch/out" &&
		"$davy" show "$first" >"$scratch/out" && says "what became of this run: PASS 合格; voided 作废 (0003)" &&
		! grep -q "earlier run" "$scratch/out" && "$davy" show "$third" --json | python3 -c '
import sys, json
shown = json.load(sys.stdin)
assert [bool(e.get("voided")) for e in shown["earlier"]] == [True, False] and "voided" not in shown, shown["earlier"]' &&
		"$davy" show "$second" --json | grep -q '"declared":'
}

last_run() { "$davy" show last --json | python3 -c 'import sys, json; print(json.load(sys.stdin)["run"])'; }

what_is_no_list_of_a_specimen_is_refused() {
	refused "needs a serial number" "$davy" list dut && refused "nothing else takes one" "$davy" list runs SN-H &&
		refused "and dut SERIAL, but no 'specimens'" "$davy" list specimens
}

# A limit that nobody has read yet judges nothing: the item is undecided, and no failure of the specimen.
what_was_not_decided_has_not_failed() {
	sed -e 's/"<= 1 %vol", grade = "example"/standard = "GB 1", clause = "2", key = "zero"/' \
		-e 's/id = "tiny"/id = "gap"/' "$tree/scripts/tiny.lua" >"$tree/scripts/gap.lua"
	within 60 "$davy" run "$tree/scripts/gap.lua" --sim --dut serial=SN-8 --dut ma=MFC1 >"$scratch/run" 2>&1
	[ $? = 5 ] && sign last tester 0017 >"$scratch/shown" || { cat "$scratch/run"; return 1; }
	grep -q "^undecided .*INCONCLUSIVE 不作判定$" "$scratch/shown" && ! grep -q "^failed" "$scratch/shown" &&
		! grep -q "not reached" "$scratch/shown"
}

runs_that_used_something_are_found() {
	local device
	device=$("$davy" affected --instrument nothing | tail -1)
	[ "$device" = "runs that name it: 0" ] || return 1
	device=$(python3 - "$DAVY_STATE/records/records.jsonl" <<-'PY'
	import sys, json, base64
	for line in open(sys.argv[1]):
	    p = json.loads(line)["payload"]
	    e = json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
	    for d in e.get("mse:run", {}).get("mse:sources", []):
	        for v in d.values():
	            if isinstance(v, str):
	                print(v); sys.exit()
	PY
	)
	[ -n "$device" ] && "$davy" affected --instrument "$device" | grep -q "^runs that name it: [1-9]" &&
		[ "$("$davy" affected --instrument "$device" --since 2096-01-01 | tail -1)" = "runs that name it: 0" ]
}

claim "an administrator is installed once, with a key file that nobody else may read" an_administrator_is_installed_once
claim "an administrator's key that is there is taken up, never replaced, and davy keys make has its JSON" an_administrator_whose_key_is_there_is_installed_with_it
claim "people make their keys, are enrolled, and davy keys lists who may do what until when" people_are_enrolled_and_listed
claim "who is authorised until a day is so until its end; what is no day is refused" a_day_counts_to_its_end
claim "a run is signed in turn, by persons who see what they sign" a_run_is_signed_in_turn
claim "a wrong passphrase, or none, signs nothing" a_wrong_passphrase_signs_nothing
claim "a role, a day or a key file that is not good is told before the passphrase is asked for" what_a_passphrase_cannot_help_is_told_before_it_is_asked
claim "the interrupt character ends the asking for a passphrase, and the terminal is as before" the_interrupt_ends_the_prompt
claim "a passphrase that is typed at the terminal is not shown, and signs" a_passphrase_is_typed_and_not_shown
claim "an administrator who signs a test is refused" an_administrator_signs_no_test
claim "a revoked key signs no more" a_revoked_key_signs_no_more
claim "a key whose id begins with a dash stands behind --, as the refusal says" an_operand_may_begin_with_a_dash
claim "whose authorisation has lapsed signs no more" a_lapsed_authorisation_signs_no_more
claim "a run is voided by a named person with a reason, and signed no more" a_voiding_has_a_name_and_a_reason
claim "every step of a life is recorded, Chinese is encoded and shown, two samplers sign" every_step_of_a_life_is_recorded
claim "what is no step, no identity or no form is refused with a sentence" what_is_no_step_is_refused
claim "a key said twice, 10 MB of JSON and an unknown unit are refused by name, and nothing is recorded" what_cannot_be_read_is_refused_by_its_name
claim "a life ends after the time for objections that the laboratory states, by a named person" a_life_ends_after_the_time_for_objections_by_a_named_person
claim "a record is corrected by a signed declaration, stays as it was, and the next who signs is told" a_record_is_corrected_without_being_edited
claim "a specimen's runs and steps are listed with what became of them, and davy show has the earlier ones" a_specimen_has_its_history
claim "davy list dut takes a serial number, and nothing else does" what_is_no_list_of_a_specimen_is_refused
claim "an item that no limit judges is shown as undecided before it is signed" what_was_not_decided_has_not_failed
claim "davy affected finds the runs that used something" runs_that_used_something_are_found
a_retest_says_its_kind_its_reason_and_who_authorised_it() {
	refused "authorised-by" test_specimen SN-1 --retest repeated --why "reading jumped" &&
		test_specimen SN-1 --retest repeated --why "reading jumped" --authorised-by 0003 || return
	tail -1 "$DAVY_STATE/records/records.jsonl" | python3 -c '
import sys, json, base64
p = json.loads(sys.stdin.read())["payload"]
r = json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))["mse:run"]
assert r["mse:retest"]["mse:authorisedBy"] == "0003" and r["mse:attempt"] == 2, r'
}
claim "a re-test says its kind, its reason and who has authorised it; it is the second attempt" a_retest_says_its_kind_its_reason_and_who_authorised_it
# voided_by_the_last: the run that the last one stands in for, as its record says.
voided_by_the_last() {
	tail -1 "$DAVY_STATE/records/records.jsonl" | python3 -c '
import sys, json, base64
p = json.loads(sys.stdin.read())["payload"]
r = json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))["mse:run"]
print(r["mse:retest"].get("mse:voids", "nothing"))'
}

an_error_of_the_bench_is_void_and_nothing_else() {
	local spoilt again=(--retest bench-error --why "its controller said nothing" --authorised-by 0003)
	within 60 "$davy" run "$tree/scripts/tiny.lua" --sim=controller.mute --dut serial=SN-E --dut ma=MFC1 >"$scratch/out"
	[ $? = 3 ] && spoilt=$(last_run) && test_specimen SN-E "${again[@]}" && [ "$(voided_by_the_last)" = "$spoilt" ] &&
		test_specimen SN-E "${again[@]}" && [ "$(voided_by_the_last)" = nothing ]
}
claim "a run that the bench has spoilt is void once it is done again; no other is" an_error_of_the_bench_is_void_and_nothing_else
claim "davy verify believes all that was admitted" "$davy" verify --all
claims_end
