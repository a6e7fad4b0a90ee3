#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy stats: what it says of a log's runs is what Python's own statistics say of the lines of records.jsonl.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
davy=${DAVY:-$PWD/build/davy}
state=$scratch/state
export LC_ALL=C

# ran PROTOCOL WORLD SEED [OPTIONS…]
ran() {
	local protocol=$1 world=$2 seed=$3
	shift 3
	within 120 "$davy" run "scripts/$protocol.lua" "--sim$world" --seed "$seed" --limits scripts/limits/example.json \
		--state "$state" "$@" >"$scratch/out" 2>&1 </dev/null
	[ $? -le 1 ] || { cat "$scratch/out"; return 1; }
}

begin() {
	local seed
	for seed in $(seq 26); do
		ran gas/methane_bump "" "$seed" --dut "ma=MFC$((seed % 2))" || return
	done
	for seed in 1 2 3; do
		ran gas/methane_bump =slow_sensor "$seed" && ran gas/methane_adjustment =zero_drift "$seed" || return
	done
}

# told BY [JUDGED]: both say the same
told() {
	within 60 "$davy" stats --by "$1" --json --state "$state" >"$scratch/told" &&
		python3 tests/stats_reference.py "$state/records/records.jsonl" "$1" "$scratch/told" "${2:-0}"
}

# Half of the runs said to be real, as no signature would let them pass in davy verify.
called_real() {
	mkdir -p "$scratch/mixed/records" && python3 - "$state/records/records.jsonl" >"$scratch/mixed/records/records.jsonl" <<-'END'
		import base64, json, sys
		for number, line in enumerate(open(sys.argv[1])):
		    record = json.loads(line)
		    payload = base64.urlsafe_b64decode(record["payload"] + "=" * (-len(record["payload"]) % 4))
		    if number % 3 == 0:
		        payload = payload.replace(b'"mse:simulated":true', b'"mse:simulated":false')
		    record["payload"] = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
		    print(json.dumps(record, separators=(",", ":"), ensure_ascii=False))
	END
	state=$scratch/mixed told protocol && python3 -c '
import json, sys
groups = json.load(open(sys.argv[1]))
sys.exit(sorted((g["of"], g["simulated"]) for g in groups) != sorted((p, s) for p in {g["of"] for g in groups} for s in (False, True)))' "$scratch/told"
}

sentences() {
	within 60 "$davy" stats --state "$state" >"$scratch/out" && says "SIMULATED 仿真  gas_detector.methane_bump: 29 runs" &&
		says "29 decided, 89.7 % of them PASS" && says "of the failed runs" && says "cumulative" && says "(as found)" && says "(as left)" &&
		says "fewer than 25" && says "Ppk (95 %)" &&
		LC_ALL=zh_CN.UTF-8 within 60 "$davy" stats --by slot --state "$state" >"$scratch/out" && says "工位 1" && says "合格率"
}

one_run() {
	state=$scratch/single ran gas/methane_bump "" 1 && within 60 "$davy" stats --state "$scratch/single" >"$scratch/out" &&
		says "gas_detector.methane_bump: one run" && LC_ALL=zh_CN.UTF-8 within 60 "$davy" stats --state "$scratch/single" >"$scratch/out" &&
		says "gas_detector.methane_bump:1 次检验"
}

# Rows, as Python's own reader has them, say what the same groups say as JSON, those of states that failed among them.
rows() {
	within 60 "$davy" stats --by maker --csv --state "$state" >"$scratch/rows" && within 60 "$davy" stats --by maker --json --state "$state" >"$scratch/told" &&
		python3 - "$scratch/rows" "$scratch/told" <<-'END'
			import csv, json, sys
			rows, expected = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline=""))), []
			for group in json.load(open(sys.argv[2])):
			    named = [(m, m["failed"]) for m in group["measures"]] + [(f, f["count"]) for f in group["failing"] if not f["n"]]
			    for measure, failed in named or [({}, None)]:
			        expected.append({**{k: group.get(k) for k in ("simulated", "runs", "voided", "decided", "yield")}, "group": group["of"],
			                         **{k: v for k, v in measure.items() if k not in ("count", "share", "cumulative")}, "failed": failed})
			def said(value):
			    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)
			def same(row, one):
			    return all((row[k] == said(one.get(k))) or (isinstance(one.get(k), float) and float(row[k]) == one[k]) or (k == "n" and not row[k])
			               for k in row)
			wrong = [(r, e) for r, e in zip(rows, expected) if not same(r, e) or set(e) - set(r)]
			print(len(rows), "rows,", len(expected), "expected", *wrong[:2], sep="\n")
			sys.exit(len(rows) != len(expected) or bool(wrong) or len(rows) < 8 or open(sys.argv[1], "rb").read().count(b"\r\n") != len(rows) + 1)
		END
}

# What no record of these claims has: names with everything that CSV is quoted for, a group without a name, a state that failed.
quoted() {
	mkdir -p "$scratch/quoted/records" && python3 - "$state/records/records.jsonl" >"$scratch/quoted/records/records.jsonl" <<-'END' &&
		import base64, json, sys
		for number, line in enumerate(open(sys.argv[1])):
		    record = json.loads(line)
		    event = json.loads(base64.urlsafe_b64decode(record["payload"] + "=" * (-len(record["payload"]) % 4)))
		    if "mse:run" in event:
		        event["mse:run"]["mse:dut"] = [{"mse:name": "maker", "mse:value": 'Maker "A", Ltd\n戴维'}] if number % 2 else []
		        item = event["sensorElementList"][0]["sensorReport"][0]["mse:item"]
		        item.pop("mse:value", None)
		        item["mse:verdict"] = "FAIL"
		    payload = base64.urlsafe_b64encode(json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
		    record["payload"] = payload.rstrip(b"=").decode()
		    print(json.dumps(record, separators=(",", ":"), ensure_ascii=False))
	END
		state=$scratch/quoted rows && grep -q '^"Maker ""A"", Ltd' "$scratch/rows" && grep -q '^,true,' "$scratch/rows"
}

both() {
	within 60 "$davy" stats --csv --json --state "$state" >"$scratch/out" 2>&1
	[ $? = 2 ] && says "not both"
}

refused() {
	within 60 "$davy" stats --by colour --state "$state" >"$scratch/out" 2>&1
	[ $? = 2 ] && says "protocol, version, maker, slot or bench, not 'colour'"
}

empty() { within 60 "$davy" stats --state "$scratch/none" >"$scratch/out" 2>&1 && says "no run is recorded"; }

claim "good and bad rehearsals are recorded" begin
claim "yield, failing measures and indices are those of another program, by protocol" told protocol 8
claim "… by version" told version 8
claim "… by maker" told maker
claim "… and by slot" told slot 8
claim "… and by bench, of which there is one" told bench 8
claim "rows of CSV say what JSON says" rows
claim "… also of names that must be quoted, of none, and of what has failed without a value" quoted
claim "rows and JSON together are refused" both
claim "real and simulated runs are never in one group" called_real
claim "a page says them in both languages, and where there are too few values" sentences
claim "one run is one, and not one runs" one_run
claim "what it cannot group by is refused, with what it can" refused
claim "a bench without records has none" empty
claims_end
