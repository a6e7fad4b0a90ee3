#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy audit over runs that an independent generator made (tests/audit_forger.py): the honest ones are left in peace, the forged ones
# are named with their evidence, and nothing is changed.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
davy=${DAVY:-$PWD/build/davy}
state=$scratch/state
export LC_ALL=C

# simulate PROTOCOL [FAULT]
simulate() {
	within 120 "$davy" run "scripts/$1.lua" "--sim${2:+=$2}" --limits scripts/limits/example.json --state "$scratch/simulated" \
		>"$scratch/out" 2>&1 </dev/null
	[ $? -le 1 ] || { cat "$scratch/out"; return 1; }
}

begin() {
	local protocol
	for protocol in gas/{methane_{adjustment,bump,transmitter},four_gas_bump,transmitter_field_check,gas_bench_check} \
		self_rescuer/{breathing_bench_check,acceptance_{chemical,oxygen,filter},starter} lamp/cap_lamp_check battery/cell_overcharge; do
		simulate "$protocol" || return
	done
	simulate gas/methane_transmitter slow_sensor && simulate gas/methane_bump slow_sensor && simulate lamp/cap_lamp_check tired_cell
}

forge() { python3 tests/audit_forger.py "$scratch"/simulated/runs/sim-methane_transmitter.adjustment-*/journal "$state" "$@"; }

# audit CODE [OPERANDS…]
audit() {
	local code=$1
	shift
	within 300 "$davy" audit --state "$state" "$@" >"$scratch/out" 2>&1
	[ $? = "$code" ] || { cat "$scratch/out"; return 1; }
}

# counted EXPRESSION: of the JSON that was printed, as `found`, a list of (flag, run, other)
counted() {
	python3 - "$scratch/out" "$1" <<-'END'
		import json, sys
		told = json.load(open(sys.argv[1]))
		found = [(f["flag"], f["run"].split("-")[0], f.get("other", {}).get("run", "").split("-")[0]) for f in told["findings"]]
		names = {f["run"] for f in told["findings"]}
		if not eval(sys.argv[2]):
		    print(sys.argv[2], "does not hold:", *told["findings"], sep="\n  ")
		    sys.exit(1)
	END
}

rehearsals() {
	within 60 "$davy" audit --state "$scratch/simulated" >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
	says "nothing implausible was found" && says "virtual and scaled time is exact by right"
}

honest() { forge honest 40 1 && audit 0 --json && counted 'not found and len(told["runs"]) == 40'; }

# Of the bench that declares how long its sampling lines take.
early() {
	local kind seed=3
	rm -rf "$state"
	for kind in early late; do
		python3 tests/audit_forger.py "$scratch"/simulated/runs/sim-self_rescuer.breathing_bench_check-*/journal "$state" \
			$kind 1 $((seed++)) || return
	done
	audit 1 --json && counted "[f[:2] for f in found] == [('before_the_gas', 'early')]" &&
		counted 'not [u for r in told["runs"] for u in r["unjudged"] if u["why"] == "no_transit"]' && audit 1 &&
		says "0.219 s, and the sampling line takes 0.220 s or more"
}

# forged KIND FLAG: ten of a kind among the honest, each named by that flag, and no honest one by any
forged() {
	rm -rf "$state" && forge honest 12 1 && forge "$1" 10 2 && audit 1 --json &&
		counted "len([f for f in found if f[:2] == ('$2', '$1')]) == 10 and not [f for f in found if f[1] == 'honest' and f[2] != '$1']"
}

digits() {
	rm -rf "$state" && forge honest 12 1 40 && forge digits 10 2 40 && audit 1 --json &&
		counted "len([f for f in found if f[:2] == ('terminal_digits', 'digits')]) == 10 and not [f for f in found if f[1] == 'honest']"
}

sets() {
	rm -rf "$state" && forge sets 60 5 && audit 1 --json && counted \
		"{f[1] for f in found} == {'again'} and len(names) == len([r for r in told['runs'] if r['run'].startswith('again')])" &&
		counted "print('      of 60 records from fifty sets, the first that was noticed is number', 1 + min(int(n[-3:]) for n in names), 'of', len(names)) is None"
}

sentences() {
	rm -rf "$state" && forge honest 12 1 && forge disguised 1 2 && audit 1 && says "disguised-000: the same noise in two runs" &&
		says "flow 0:0" && says "honest-000" && says "by chance at most 1 in 10^" && says "correlation 0.9" &&
		says "look: look at both curves beside each other" && says "a flag is no verdict" &&
		LC_ALL=zh_CN.UTF-8 audit 1 && says "两次检验的波动相同" && says "提示不是判定"
}

by_name() {
	audit 0 honest-005 && says "nothing implausible" && audit 1 honest-000 && says "disguised-000" &&
		audit 2 honest-000 --store && says "not both" && audit 2 nothing-like-it
}

unchanged() {
	(cd "$state" && find . -type f -exec sha256sum {} + | sort) >"$scratch/before"
	audit 1 && (cd "$state" && find . -type f -exec sha256sum {} + | sort) | cmp - "$scratch/before"
}

# A rehearsal of ten minutes, called a real run: its record was signed a second after its beginning.
rehearsed() {
	rm -rf "$state" && forge honest 1 1 && cp "$scratch"/simulated/runs/sim-methane_transmitter.adjustment-*/record.json "$state/runs/honest-000/" &&
		audit 0 && python3 - "$state" <<-'END' && audit 1 && says "took more time than had passed"
			import base64, hashlib, json, re, sys
			folder = sys.argv[1] + "/runs/honest-000/"
			text = open(folder + "record.json").read()
			payload = json.loads(text)["payload"]
			wall = re.search(rb'"mse:wall":"([^"]+)"', base64.urlsafe_b64decode(payload + "==")).group(1).decode()
			import datetime
			at = datetime.datetime.fromisoformat(wall.replace("Z", "+00:00")).timestamp()
			chain, out, data = hashlib.sha256(b"davy journal 1").digest(), b"", open(folder + "journal", "rb").read()
			while data:
			    line, data = data.split(b"\n", 1)
			    said, raw = json.loads(line[:-65]), b""
			    if said["k"] == "anchor":
			        said["ns"] = int(at * 1000) * 10**6 - 10**9
			    if said["k"] == "segment":
			        raw, data = data[:said["bytes"]], data[said["bytes"] + 1:]
			    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
			    chain = hashlib.sha256(chain + text + raw).digest()
			    out += text + b" " + chain.hex().encode() + b"\n" + (raw + b"\n" if raw else b"")
			open(folder + "journal", "wb").write(out)
		END
}

nonsense() { rm -rf "$state" && forge honest 12 1 && forge nonsense 3 4 && audit 0 && says "15 runs were looked at"; }

damaged() {
	rm -rf "$state" && forge honest 2 1 && printf x | dd of="$state/runs/honest-001/journal" bs=1 seek=20000 conv=notrunc 2>/dev/null
	audit 5 && says "NOT READ: honest-001" && says "one run was looked at"
}

# What was read is kept in a file meanwhile; where there is no place for it, that is said.
no_room() {
	rm -rf "$state" && forge honest 2 1 && TMPDIR=$scratch/none audit 3 && says "cannot be kept there meanwhile" &&
		(ulimit -f 40 && trap '' XFSZ && audit 3) && says "make room" && audit 0
}

# ---- bundles ----

exported() {
	rm -rf "$scratch/bundle" && within 60 "$davy" export "$(cd "$scratch/simulated/runs" && echo sim-methane_transmitter.adjustment-*)" \
		--to "$scratch/bundle" --state "$scratch/simulated" >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
	run=$(ls "$scratch/bundle/data/runs") && [ -n "$run" ]
}

# Of a bench that has no store of its own, and of the very bench that has exported it: there it is one run and not two.
bundles() {
	exported && state=$scratch/none audit 0 "$scratch/bundle/" && says "one run was looked at" && says "davy verify says" &&
		state=$scratch/simulated audit 0 "$scratch/bundle" && says "one run was looked at" &&
		LC_ALL=zh_CN.UTF-8 state=$scratch/none audit 0 "$scratch/bundle" && says "由 davy verify 验证"
}

# brought KIND: the bundle has a journal that was forged of the honest runs of this store, under the name of its run
brought() {
	rm -rf "$state" "$scratch/forged" && forge honest 12 1 && cp -r "$state" "$scratch/forged" && state=$scratch/forged forge "$1" 1 2 && exported &&
		cp "$scratch/forged/runs/$1-000/journal" "$scratch/bundle/data/runs/$run/journal"
}

copied_there() {
	brought copy && audit 1 "$scratch/bundle" && says "bundle: $run: the same noise in two runs" && says "honest-000" &&
		audit 1 "$scratch/bundle" --json && counted "{f[0] for f in found} <= {'same_noise', 'faster_than_time'} and len(told['runs']) == 1" && audit 0
}

# Two benches have a slot 1 each; a specimen is only at one of them.
two_places() {
	brought slot && audit 0 "$scratch/bundle" && brought specimen && audit 1 "$scratch/bundle" && says "one serial number in two runs at the same time"
}

incomplete() {
	exported && rm -r "$scratch/bundle/data/runs/$run" && state=$scratch/none audit 5 "$scratch/bundle" && says "NOT READ" && says "have left the bench" &&
		exported && for record in "$scratch"/bundle/data/records/*; do echo x >"$record"; done && state=$scratch/none audit 5 "$scratch/bundle" && says "NOT READ" &&
		audit 2 "$scratch/bundle/data"
}

# ---- equipment ----

# looked SERIAL MAKER TAG
looked() {
	within 60 "$davy" identify --class gas_detector --plate ma=MFA150001 --plate serial="$1" --plate maker="$2" --tag uid="$3" --state "$state" \
		>"$scratch/looked" 2>&1 </dev/null
	[ $? -le 5 ] || { cat "$scratch/looked"; return 1; }
}

pieces() {
	rm -rf "$state" && looked T1 "Maker A" "E200 3412" && looked T1 "maker a" "E2003412" && looked T2 "Maker A" "E200 9999" && audit 0 || return
	looked T3 "Maker B" "e2:00:34:12" && audit 1 && says "the same tag was read on two pieces" && says "what is read on it differs — maker: Maker A / Maker B" &&
		says "MA/MFA150001/SN/T1" && says "SN/T3" && says "may be a clone" && audit 1 --json &&
		python3 -c 'import json, sys; sys.exit(sorted((f["flag"], f.get("field")) for f in json.load(open(sys.argv[1]))["findings"]) != [
			("identity_differs", "maker"), ("identity_differs", "serial"), ("tag_twice", None)])' "$scratch/out" &&
		LC_ALL=zh_CN.UTF-8 audit 1 && says "同一电子标签出现在两件设备上" && says "检验台"
}

claim "rehearsals of good and of bad products are made, of which two lend their first lines" begin
claim "rehearsals of the repository are left in peace, and what cannot be judged of them is said" rehearsals
claim "forty honest runs on wires are left in peace" honest
claim "a copied series is named, ten of ten" forged copy same_noise
claim "… one that was moved, scaled, begun later and made noisier, too" forged disguised same_noise
claim "… and one of which every second value was kept" forged thinned same_noise
claim "an instrument that stands still amid its noise is named" forged flat flat_line
claim "a straight line is named where the instrument has noise" forged straight smooth_line
claim "a formula is named where it levels out and the instrument has noise" forged formula flat_line
claim "digits that a person chose are named" digits
claim "time stamps on a grid are named, of runs in real time" forged grid regular_times
claim "the same intervals as in another run are named" forged intervals same_intervals
claim "time stamps that run backwards are named" forged backwards times_backwards
claim "a wait that was not waited is named" forged hurried short_wait
claim "two runs on one slot at a time are named" forged slot slot_twice
claim "a serial number in two slots at a time is named" forged specimen specimen_twice
claim "a gap of a stream is named" forged gap gap
claim "a wire that was lost is named" forged lost link_lost
claim "an instrument that was silent while it was traced is named" forged silent silence
claim "a response that came before the gas is named, where the bench declares its transit" early
claim "each record that is drawn from fifty sets a second time is named, and none that is drawn first" sets
claim "a sentence says which runs, which channel, from when to when, and how improbable; in Chinese, too" sentences
claim "a run that is named is held against all others, and alone is told" by_name
claim "nothing that was recorded is changed by it" unchanged
claim "a rehearsal that is passed off as real took longer than time had passed" rehearsed
claim "values that are no numbers, and times that are none, are left out" nonsense
claim "a journal that cannot be read is said, and ends it with 5" damaged
claim "where what was read cannot be kept meanwhile, that is said, and nothing is concluded" no_room
claim "the runs of a bundle are looked at, at a bench that has none and at the one that exported it" bundles
claim "… and held against this store: a series that came from there is named, with its bundle" copied_there
claim "two benches' slots are two, and a specimen is at one of them" two_places
claim "a bundle without its series, and one whose records cannot be read, are said, and end it with 5" incomplete
claim "a tag that was read on two pieces of equipment is named with its two records, and one that was read twice is not" pieces
claims_end
