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
		says "29 decided, 89.7 % of them PASS" && says "of the failed runs" && says "(as found)" && says "(as left)" &&
		says "fewer than 25" && says "Ppk (95 %)" &&
		LC_ALL=zh_CN.UTF-8 within 60 "$davy" stats --by slot --state "$state" >"$scratch/out" && says "工位 1" && says "合格率"
}

refused() {
	within 60 "$davy" stats --by colour --state "$state" >"$scratch/out" 2>&1
	[ $? = 2 ] && says "protocol, version, maker or slot, not 'colour'"
}

empty() { within 60 "$davy" stats --state "$scratch/none" >"$scratch/out" 2>&1 && says "no run is recorded"; }

claim "good and bad rehearsals are recorded" begin
claim "yield, failing measures and indices are those of another program, by protocol" told protocol 8
claim "… by version" told version 8
claim "… by maker" told maker
claim "… and by slot" told slot 8
claim "real and simulated runs are never in one group" called_real
claim "a page says them in both languages, and where there are too few values" sentences
claim "what it cannot group by is refused, with what it can" refused
claim "a bench without records has none" empty
claims_end
