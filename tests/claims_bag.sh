#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records come home on a stick: carried, received and signed for, and delivered by what was signed, each once, whatever is
# killed, pulled, full, damaged or forged on the way.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
. tests/outbox.sh
. tests/bag.sh
trap 'unplug; rm -rf "$scratch"' EXIT

# ---- there and back ----

carries() {
	plug 32
	destination first
	simulate && keep A1 && push && says "2 records are on it" && is carried 2 && is delivered 0 &&
		within 60 "$davy" verify "$(bags)" --no-replay >"$scratch/out" && says "everything fits" || return
	[ -z "$(find "$stick" -name '*.part')" ] && [ -z "$(find "$stick" | LC_ALL=C grep '[^ -~]')" ] &&
		push && says "nothing is due" && [ "$(bags | wc -l)" = 1 ]
}

receives() {
	receive "$(bags)" first && says "3 records and the journals of 1 runs" && [ "$(find "$lab/records" -name '*.json' | wc -l)" = 3 ] &&
		find "$lab" "$stick" -type f -exec sha256sum {} + | sort >"$scratch/before" &&
		receive "$(bags)" first && says "not kept twice" &&
		find "$lab" "$stick" -type f -exec sha256sum {} + | sort | diff "$scratch/before" - &&
		is carried 2 && is delivered 0
}

delivers() {
	push && says "first has received 3 records" && is delivered 2 && is carried 0 &&
		"$davy" outbox show 2 >"$scratch/out" && says "stick delivered" &&
		receipts "$stick" && says "count once" && "$davy" outbox rebuild >/dev/null && is delivered 2 &&
		within 60 "$davy" verify --no-replay >"$scratch/out" && says "everything fits"
}

# ---- sticks ----

# Nothing is there of a bag, and everything waits: SENTENCE 一句中文
carries_nothing() {
	push && return 1
	says "$1" && LC_ALL=zh_CN.UTF-8 within 60 "$davy" push stick >"$scratch/zh" 2>&1
	says "$2" zh && is new 1 && is carried 0
}

missing() {
	keep B1 || return
	mv "$stick" "$stick.away" 2>/dev/null || { unplug; rmdir "$stick"; }
	carries_nothing "is not there" "未带走任何记录" && mkdir -p "$stick" &&
		carries_nothing "on the bench's own disk" "未挂载存储盘"
}

read_only() {
	plug 32
	mount -o remount,ro "$stick" && carries_nothing "mounted read-only" "只读"
}

too_small() {
	simulate && plug 1 || return
	push && return 1
	says "is full, or too small for what is due (2 records)" && is new 2 && is carried 0 && [ -z "$(ls -A "$stick")" ]
}

# At whatever moment: it is carried whole, or it is not carried. Most are early: a quick machine is done within 30 ms.
pulled() {
	local pulls=0 delay
	for delay in 0.005 0.01 0.014 0.018 0.02 0.022 0.024 0.026 0.028 0.03 0.033 0.036 0.04 0.05 0.07 0.1 0.14 0.2; do
		plug 32
		push &
		sleep "$delay"
		umount -l "$stick"
		if wait $!; then
			within 60 "$davy" outbox release --to stick --why "the stick was lost" >/dev/null && is new 2 || return
		else
			grep -q "was pulled\|own disk" "$scratch/out" || { cat "$scratch/out"; return 1; }
			is new 2 && [ -z "$(ls -A "$stick")" ] || return
			pulls=$((pulls + 1))
		fi
	done
	[ "$pulls" -gt 0 ]
}

# Between the look at the stick and the first byte of the bag: a controller that answers late leaves time for it.
pulled_at_once() {
	local controller push
	controller=$(cat "$state/controller.lock") || return
	plug 32
	kill -STOP "$controller"
	push &
	push=$!
	sleep "${SLOWNESS:-1}"
	umount -l "$stick"
	kill -CONT "$controller"
	wait "$push" && return 1
	says "was pulled" && is new 2 && is carried 0 && [ -z "$(ls -A "$stick")" ]
}

# ---- kills ----

# Each record of the log that went out is at the laboratory once, byte for byte, and nothing else is.
once() {
	node -e '
		const fs = require("fs"), [log, there] = process.argv.slice(1);
		const lines = fs.readFileSync(log, "utf8").split("\n").filter(Boolean);
		const name = (line) => { const says = JSON.parse(Buffer.from(JSON.parse(line).payload, "base64url")); return (says.eventID ?? says.id).split(":").pop(); };
		const ours = new Map(lines.map((line) => [name(line), line]));
		const theirs = fs.readdirSync(there);
		for (const file of theirs)
			if (fs.readFileSync(`${there}/${file}`, "utf8") !== ours.get(file.replace(".json", ""))) { console.log(`${file} is another record`); process.exit(1); }
		const events = lines.filter((line) => JSON.parse(Buffer.from(JSON.parse(line).payload, "base64url")).eventID);
		const lacks = events.filter((line) => !theirs.includes(`${name(line)}.json`));
		if (lacks.length) { console.log(`${lacks.length} events are not there`); process.exit(1); }
	' "$state/records/records.jsonl" "$lab/records"
}

killed() {
	local delay bag
	plug 64
	for delay in 0.01 0.03 0.05 0.07 0.09 0.11 0.13 0.16 0.2; do
		timeout -s KILL "$delay" "$davy" push stick >/dev/null 2>&1
		keep "K$delay" || return
	done
	push || return
	for bag in $(bags); do
		for delay in 0.02 0.06 0.1 0.14 0.18 0.22; do
			timeout -s KILL "$delay" "$davy" receive "$bag" --into "$lab" --by first --key "$scratch/first.pem" "${word[@]}" >/dev/null 2>&1
		done
		receive "$bag" first || { cat "$scratch/out"; return 1; }
	done
	for delay in 0.01 0.02 0.03 0.04 0.06; do
		timeout -s KILL "$delay" "$davy" outbox receipts --to stick >/dev/null 2>&1
	done
	receipts && is new 0 && is carried 0 && once && [ -z "$(find "$stick" "$lab" -name '*.part')" ] &&
		within 60 "$davy" verify --no-replay >"$scratch/out" && says "everything fits"
}

# The outbox of a state folder of before has no word for what is carried.
older() {
	local there
	there=$(counts delivered)
	stop_controller "$state" || return
	python3 - "$state/records/records.db" <<-'END' || return
		import sqlite3, sys
		database = sqlite3.connect(sys.argv[1])
		(made,) = database.execute("SELECT sql FROM sqlite_schema WHERE name = 'outbox'").fetchone()
		assert "'carried'," in made
		database.executescript(f"DROP TABLE outbox; {made.replace(chr(39) + 'carried' + chr(39) + ',', '')};")
	END
	is delivered "$there" && plug 32 && keep O1 && push && is carried 1 && receive "$(bags)" first && receipts && is carried 0
}

# ---- what is not right ----

fresh() {
	plug 32
	destination first
	keep "$1" && push && bag=$(bags)
}

damaged() {
	local journal
	simulate && fresh C1 || return
	journal=$(cd "$bag" && find data/runs -name journal | head -1)
	printf X | dd of="$bag/$journal" bs=1 seek=1000 conv=notrunc 2>/dev/null
	receive "$bag" first "$scratch/other-lab" && return 1
	says "$journal" && says "nothing of it is received" && [ -z "$(ls -A "$scratch/other-lab/bags")" ] &&
		[ ! -e "$scratch/other-lab/records" ] && [ -z "$(find "$stick" -name 'receipts-*')" ]
}

two_at_once() {
	(
		flock 9
		receive "$bag" first
		[ $? = 3 ] && says "another davy receive is at work"
	) 9>>"$lab/lock"
}

# From one bag one statement, changed and signed anew by EXPRESSION of `says` and KEY ("" leaves the old signature)
forge() {
	local folder
	folder=$(find "$stick" -maxdepth 1 -name 'receipts-*')
	node -e '
		const fs = require("fs"), crypto = require("crypto"), [file, change, key, word] = process.argv.slice(1);
		const jws = JSON.parse(fs.readFileSync(file, "utf8")), says = JSON.parse(Buffer.from(jws.payload, "base64url"));
		eval(change);
		const payload = Buffer.from(JSON.stringify(says)).toString("base64url"), [one] = jws.signatures;
		let { protected: header, signature } = one;
		if (key)
			signature = crypto.sign(null, Buffer.from(`${header}.${payload}`), crypto.createPrivateKey({ key: fs.readFileSync(key), passphrase: word })).toString("base64url");
		fs.writeFileSync(file, JSON.stringify({ payload, signatures: [{ protected: header, signature }] }));
	' "$folder/data/receipts/001.json" "$1" "$2" "a passphrase" && rebag "$folder"
}

# refused SENTENCE: and everything stands as before
refused() {
	receipts
	[ $? = 3 ] && says "$1" && is carried "$waits" && is delivered "$before"
}

forged() {
	receive "$bag" first "$scratch/$1" || return
	forge "$2" "$3" && refused "$4" || return
	rm -rf "$stick"/receipts-*
}

damaged_receipts() {
	receive "$bag" first "$scratch/l4" || return
	printf X | dd of="$(find "$stick" -name 001.json)" bs=1 seek=50 conv=notrunc 2>/dev/null
	refused "data/receipts/001.json" && rm -rf "$stick"/receipts-*
}

foreign() {
	receive "$bag" stranger "$scratch/l5" && refused "which is no receiver's of 'stick'" && rm -rf "$stick"/receipts-*
}

another_bench() {
	receive "$bag" first "$scratch/l6" || return
	(
		export DAVY_STATE=$scratch/other
		mkdir -p "$DAVY_STATE" && cp "$state/destinations.json" "$DAVY_STATE/" && keep Z1 && receipts
		[ $? = 3 ] && says "the receipts are for the records of" && is new 1 && is delivered 0
	)
}

# The receipts of one bag leave what went in another one waiting, which can be carried again.
partial() {
	local last
	plug 32
	destination first
	within 60 "$davy" outbox release --to stick --why "the stick was lost" >/dev/null
	keep P1 && push && receive "$(bags)" first && keep P2 && last=$seq && push && is carried 1 &&
		"$davy" outbox show "$last" >"$scratch/out" && says carried &&
		within 60 "$davy" outbox release "$last" --to stick --why "the bag was lost" >"$scratch/out" && says "1 released" &&
		push && is carried 1 && receive "$(bags | tail -1)" first && says "were here from an earlier bag" && receipts && is carried 0 && is new 0 && once
}

key_of first && key_of stranger || exit 1
plug 32
echo "        the stick is a $stick_kind"
[ "$stick_kind" = vfat ] || claim_skip "the stick is a FAT file system" "this machine cannot make or mount one"
claim "what is due goes onto a stick as one bag, and stands as carried" carries
claim "a laboratory keeps it once and signs for it, however often it is told to" receives
claim "what was signed for is delivered, and counts once" delivers
if [ "$stick_kind" = folder ]; then
	for what in missing read-only "too small" pulled; do claim_skip "a stick that is $what carries nothing" "nothing can be mounted here"; done
else
	claim "a stick that is not there carries nothing, nor does the folder that it is not mounted on" missing
	claim "a stick that is read-only carries nothing" read_only
	claim "a stick that is too small carries nothing, and is left as it was" too_small
	claim "a stick that is pulled carries all of it or nothing" pulled
	claim "a stick that is pulled before its bag is begun leaves no bag on the bench's own disk" pulled_at_once
fi
claim "killed at any moment on either side, every record arrives once" killed
if command -v python3 >/dev/null; then
	claim "the outbox of a state folder of before is made again, and carries" older
else
	claim_skip "the outbox of a state folder of before is made again" "python3 is not here"
fi
claim "a damaged bag is received not at all, and its damaged file is named" damaged
simulate && fresh C2 || exit 1
before=$(counts delivered) waits=$(counts carried)
claim "two never receive into one folder at once" two_at_once
claim "receipts that were changed are forged" forged l1 'says.records[0].id += "0"' "" "forged or damaged"
claim "receipts for a record by another digest are refused" forged l2 'says.records[1].sha256 = "00" + says.records[1].sha256.slice(2)' "$scratch/first.pem" "by another id or digest"
claim "receipts for a journal by another digest are refused" forged l3 'const run = says.records.find((one) => one.journal).journal; run["mse:sha256"] = "00" + run["mse:sha256"].slice(2)' "$scratch/first.pem" "it is not that journal"
claim "receipts that are damaged are refused, and the file is named" damaged_receipts
claim "receipts by somebody whom nobody has pinned are refused" foreign
claim "receipts for another bench are refused" another_bench
claim "what is named by no receipt stays carried, and can be carried again" partial
claims_end
