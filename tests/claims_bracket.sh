#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A fixture that is checked before and after a batch: what the runs between two checks stand as.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
davy=$PWD/build/davy
limits=$PWD/scripts/limits/example.json
check=$PWD/scripts/self_rescuer/acceptance_bench_check.lua
product=$PWD/scripts/self_rescuer/acceptance_chemical.lua
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
mkdir "$scratch/desk"
cp -r fixtures "$scratch/desk/fixtures"

# runs CODE FILE OPTIONS…
runs() {
	local code=$1
	shift
	within 60 "$davy" run "$@" --limits "$limits" >"$scratch/out" 2>"$scratch/err"
	local ended=$?
	[ "$ended" = "$code" ] || { cat "$scratch/out" "$scratch/err"; echo "# ended with $ended, not $code"; return 1; }
}

shows() {
	"$davy" show "$1" >"$scratch/out" 2>&1 && says "$2"
}

# of the last run
name() {
	"$davy" show last --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])'
}

unchecked() {
	runs 0 "$product" --sim --dut serial=A1 && shows last 'no check of the fixture had passed right before it' &&
		runs 0 "$check" --sim && runs 0 "$product" --sim --dut serial=A2 &&
		shows last 'awaits the check of the fixture after it'
}

good() {
	runs 0 "$product" --sim --dut serial=A3 || return
	run=$(name)
	runs 0 "$check" --sim && shows "$run" 'between two good checks of its fixture' &&
		"$davy" list dut A1 >"$scratch/out" && says 'no check of the fixture had passed'
}

spoilt() {
	runs 1 "$product" --sim=leaking_case --dut serial=A4 || return
	run=$(name)
	echo "$run" >"$scratch/spoilt_run"
	runs 3 "$check" --sim=no_supply && shows "$run" 'awaits the check' && runs 1 "$check" --sim=bench_leaks || return
	failed=$(name)
	shows "$run" "stands as INCONCLUSIVE, since the check of the fixture after it failed ($failed)" &&
		LANG=zh_CN.UTF-8 "$davy" show "$run" >"$scratch/out" 2>&1 && says '按无法判定处理:检验后工装核查不合格' &&
		"$davy" list runs >"$scratch/out" && says "($failed)" && "$davy" show "$run" --json >"$scratch/out" &&
		says '"standing":"spoilt"' && says '"verdict":"FAIL"'
}

not_healed() {
	runs 0 "$check" --sim && shows "$(cat "$scratch/spoilt_run")" 'stands as INCONCLUSIVE' && runs 0 "$product" --sim --dut serial=A5 || return
	run=$(name)
	runs 0 "$check" --sim && shows "$run" 'between two good checks'
}

another_file() {
	runs 0 "$product" --sim --dut serial=A6 || return
	run=$(name)
	echo '-- another' >>"$scratch/desk/fixtures/acceptance_bench/fixture.lua"
	cp "$check" "$scratch/desk/check.lua"
	(cd "$scratch/desk" && runs 0 check.lua --sim) && shows "$run" 'awaits the check' && runs 0 "$check" --sim &&
		shows "$run" 'between two good checks'
}

its_record() {
	python3 - "$DAVY_STATE" <<'PY'
import base64, json, pathlib, sys
line = (pathlib.Path(sys.argv[1]) / "records/records.jsonl").read_text().splitlines()[-1]
part = json.loads(line)["payload"]
event = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
checks = event["mse:run"]["mse:checks"]
assert event["epcList"] == [checks["mse:place"]], event["epcList"]
assert checks["mse:place"].endswith("/fixture/acceptance_bench/slot/1"), checks
assert len(checks["mse:fixture"]) == 64, checks
PY
}

# What the run's journal and its record name is the check before it, by number, id and digest of its record.
named_in_its_journal() {
	runs 0 "$check" --sim && runs 0 "$product" --sim --dut serial=A10 || return
	python3 - "$DAVY_STATE" "$(name)" <<'PY' && within 60 "$davy" replay last >"$scratch/out" 2>&1 && within 60 "$davy" verify >"$scratch/out" 2>&1
import base64, hashlib, json, pathlib, sys
state = pathlib.Path(sys.argv[1])
payloads = []
for line in (state / "records/records.jsonl").read_text().splitlines():
    part = json.loads(line)["payload"]
    payloads.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
events = [json.loads(p) for p in payloads]
def run_of(event): return event.get("mse:run", {})
seq = max(i for i, e in enumerate(events) if "mse:checks" in run_of(e))
run = next(e for e in events if run_of(e).get("mse:run") == sys.argv[2])
named = run_of(run)["mse:bracket"]["mse:check"]
assert named == {"mse:seq": seq + 1, "mse:id": events[seq]["eventID"],
                 "mse:sha256": hashlib.sha256(payloads[seq]).hexdigest()}, named
journal = (state / "runs" / sys.argv[2] / "journal").read_bytes()
assert b"bracket_check" in journal and named["mse:sha256"].encode() in journal
first = next(run_of(e) for e in events if "mse:bracket" in run_of(e))
assert "mse:check" not in first["mse:bracket"], first
PY
}

verified() {
	within 60 "$davy" verify >"$scratch/out" 2>&1 && within 60 "$davy" replay last >"$scratch/out" 2>&1 &&
		says 'replayed, bit for bit'
}

# refused SED PART: of the check's header
refused() {
	sed "$1" "$check" >"$scratch/desk/wrong.lua" && ! cmp -s "$check" "$scratch/desk/wrong.lua" || return
	"$davy" run "$scratch/desk/wrong.lua" --sim >"$scratch/out" 2>"$scratch/err"
	[ $? = 2 ] && says "$2" err
}

wrong_headers() {
	refused 's/checks   = "acceptance_bench"/checks = "cap_lamp"/' "checks names the fixture on which it runs" &&
		refused 's/checks   = .*/&\n  class = "self_rescuer",/' 'what it checks is the fixture itself' &&
		refused 's/checks   = .*/bracket = "self_rescuer.acceptance_bench_check",/' 'bracket names another protocol'
}

# refused_bracket COMMAND ID PART: the product's protocol with another bracket
refused_bracket() {
	sed "s/bracket  = .*/bracket = \"$2\",/" "$product" >"$scratch/desk/product.lua"
	! cmp -s "$product" "$scratch/desk/product.lua" || return
	# shellcheck disable=SC2086
	within 60 "$davy" $1 "$scratch/desk/product.lua" --limits "$limits" >"$scratch/out" 2>"$scratch/err"
	[ $? = 2 ] && says "$3" err
}

named_check_is_there() {
	local runs=$("$davy" list runs --json | grep -o '"run":' | wc -l)
	refused_bracket check self_rescuer.no_such_check 'no protocol has the id self_rescuer.no_such_check that its bracket names' &&
		refused_bracket "run --sim" self_rescuer.no_such_check 'put that one beside it or below' &&
		refused_bracket "run --sim" self_rescuer.breathing_bench_check 'checks the fixture breathing_bench, and not acceptance_bench' &&
		refused_bracket check self_rescuer.acceptance_oxygen 'checks no fixture, and not acceptance_bench' || return
	[ "$runs" = "$("$davy" list runs --json | grep -o '"run":' | wc -l)" ] || return
	sed "s/id       = .*/id = \"own.check\",/" "$check" >"$scratch/desk/check.lua" || return
	sed "s/bracket  = .*/bracket = \"own.check\",/" "$product" >"$scratch/desk/product.lua"
	runs 0 "$scratch/desk/product.lua" --sim --dut serial=A9
}

claim "a run without a good check before it is undecided, and one after it awaits the next" unchecked
claim "between two good checks a run counts" good
claim "a check that fails makes the run before it INCONCLUSIVE, and its record stays; one that decides nothing does not" spoilt
claim "no later PASS heals it, and the next batch begins anew" not_healed
claim "a check of another fixture's file does not count" another_file
claim "a check's record is of the fixture in its slot" its_record
claim "a run's journal and record name the check that it rests on, and the first run, which has none, names none" named_in_its_journal
claim "the log verifies, and a check is replayed" verified
claim "a header that says something else is refused" wrong_headers
claim "a bracket whose check is not there, or is of another fixture, is refused before anything is begun" named_check_is_there
claims_end
