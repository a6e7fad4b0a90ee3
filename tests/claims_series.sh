#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The raw series of a run leave the bench when two different receivers have signed for them, and not before; what stays proves
# all but what they say, and a copy comes back only as the file that was recorded.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
. tests/outbox.sh
. tests/bag.sh
trap 'unplug; rm -rf "$scratch"' EXIT

# A run that has photos.
simulate() { within 120 "$davy" run scripts/self_rescuer/acceptance_chemical.lua --sim --limits scripts/limits/example.json --brief >/dev/null; }

# asks for DAYS of retention
retention() { sed -i "s/\"ownDisk\"/\"retentionDays\":$1,\"ownDisk\"/" "$state/destinations.json"; }

# kept KEY DAYS: this receiver receives all bags, and his receipts come home
kept() {
	local bag
	rm -rf "$stick"/receipts-* "$scratch/lab-$1-$2"
	for bag in $(bags); do
		within 120 "$davy" receive "$bag" --into "$scratch/lab-$1-$2" --by "$1" --key "$scratch/$1.pem" "${word[@]}" \
			--keep-days "$2" >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
	done
	receipts || { cat "$scratch/out"; return 1; }
}

release() { within 60 "$davy" series release "$@" --by 0017 --why "the disk is filling up" >"$scratch/out" 2>&1; }

# stays SENTENCE
stays() {
	release "$run" && return 1
	says "$run stays" && says "$1" && [ -e "$state/runs/$run/journal" ]
}

begin() {
	plug 32
	destination first second third
	simulate && run=$(ls "$state/runs") && push && stays "nobody has signed for its journal"
}

one_alone() {
	kept first 3000 && stays "first alone has signed" && kept first 2999 && stays "first alone has signed"
}

not_long_enough() {
	kept second 30 && stays "does not say for how long" && retention 2000 && stays "has undertaken to keep it for 30 days" &&
		kept third 2000 >/dev/null
}

nobody_asks() {
	within 60 "$davy" series release "$run" --by 0017 >"$scratch/out" 2>&1
	[ $? = 2 ] && says "--why" && [ -e "$state/runs/$run/journal" ]
}

changed_here() {
	cp -p "$state/runs/$run/journal" "$scratch/journal"
	printf X | dd of="$state/runs/$run/journal" bs=1 seek=900 conv=notrunc 2>/dev/null
	release "$run" && return 1
	says "is not the journal that was recorded" && [ -e "$state/runs/$run/journal" ] && cp -p "$scratch/journal" "$state/runs/$run/journal"
}

leaves() {
	release "$run" && says "have left the bench" && [ ! -e "$state/runs/$run/journal" ] && [ -e "$state/runs/$run/record.json" ] &&
		grep -q away.json <<<"$(ls "$state/runs/$run")" && "$davy" series list >"$scratch/out" && says "left the bench" && says "first (" && says "third ("
}

# What is not here is not proved, and all else is.
verifies() {
	within 60 "$davy" verify >"$scratch/out" || { cat "$scratch/out"; return 1; }
	says "everything fits" && says "they are not here, and were not looked at" && says "with first (record" && says "two receivers' receipts" || return
	! grep -q "journals (1)\|runs done again" "$scratch/out" &&
		LC_ALL=zh_CN.UTF-8 "$davy" verify >"$scratch/zh" && says "未予查看" zh
}

# Its photos stay, and are looked at all the same, here and in a bundle.
photos_stay() {
	local photos=$state/runs/$run/photos
	[ -d "$photos" ] && within 60 "$davy" verify >"$scratch/out" && says "photos (2)" && mv "$photos" "$scratch/photos" || return
	within 60 "$davy" verify >"$scratch/out"
	[ $? = 3 ] && says "its photo 'seal' is missing" && mv "$scratch/photos" "$photos" && within 60 "$davy" export "$run" --to "$scratch/with" >/dev/null &&
		within 60 "$davy" verify "$scratch/with" >"$scratch/out" && says "photos (2)" && [ ! -e "$scratch/with/data/runs/$run/journal" ]
}

asks() {
	local one
	for one in "show $run" "replay $run" "why $run" "show last"; do
		# shellcheck disable=SC2086 # its words
		within 60 "$davy" $one >"$scratch/out" 2>&1 && { echo "davy $one succeeds"; return 1; }
		says "are not here: they are since" && says "davy series fetch" || return
	done
	within 60 "$davy" list runs >"$scratch/out" 2>&1 && says "series not here" &&
		within 60 "$davy" export 2 --to "$scratch/bundle" >"$scratch/out" 2>&1 && says "the series of $run are not in it" &&
		in_bundle
}

# rebag: the manifests of a bundle say what is in it now
rebag() {
	(cd "$scratch/bundle" && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt &&
		sed -i "s/^Payload-Oxum:.*/Payload-Oxum: $(find data -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum "." NR }')/" bag-info.txt &&
		sha256sum bag-info.txt manifest-sha256.txt bagit.txt >tagmanifest-sha256.txt)
}

# The bundle has the record of the release and the receipts it rests on, each proved to be in the log: it says who has the
# series. With one receipt alone the release is not believed; without either only the journal is missing.
in_bundle() {
	local bundle=$scratch/bundle release receipt
	within 60 "$davy" verify "$bundle" >"$scratch/out" 2>&1 && says "everything fits" && says "and were not looked at" && says "with first (record" &&
		says "third (record" || { cat "$scratch/out"; return 1; }
	release=$(in_records series-release)
	[ "$(wc -w <<<"$release") $(in_records receipt | wc -l)" = "1 3" ] || { echo "releases: $release"; in_records receipt; return 1; }
	for receipt in $(in_records receipt | head -2); do
		rm "$bundle/data/records/$receipt.json" "$bundle/data/proofs/$receipt.tlog-proof" || return
	done
	rebag
	within 60 "$davy" verify "$bundle" >"$scratch/out" 2>&1
	[ $? = 3 ] && says "not two receivers have signed for them" && ! grep -q manifest "$scratch/out" || return
	rm "$bundle/data/records/$release.json" "$bundle/data/proofs/$release.tlog-proof" && rebag &&
		within 60 "$davy" verify "$bundle" >"$scratch/out" 2>&1 && says "its journal is not in the bundle"
}

# in_records KIND: the numbers of the bundle's records of this kind
in_records() {
	node -e '
		const fs = require("fs");
		const [folder, kind] = process.argv.slice(1);
		for (const name of fs.readdirSync(folder).sort()) {
			const payload = JSON.parse(Buffer.from(JSON.parse(fs.readFileSync(`${folder}/${name}`)).payload, "base64url"));
			if (payload["davy:kind"] === kind || payload.kind === kind) console.log(name.replace(".json", ""));
		}
	' "$scratch/bundle/data/records" "$1"
}

# What lies beside a run is no evidence: only a record is, that rests on two receipts.
removed_by_hand() {
	local other
	simulate
	other=$(find "$state/runs" -name journal -printf '%h\n' | xargs -n 1 basename)
	mv "$state/runs/$other/journal" "$scratch/kept"
	cp "$state/runs/$run/away.json" "$state/runs/$other/"
	within 60 "$davy" verify --no-replay >"$scratch/out"
	[ $? = 3 ] && says "$other" && mv "$scratch/kept" "$state/runs/$other/journal" && rm "$state/runs/$other/away.json" &&
		within 60 "$davy" verify --no-replay >"$scratch/out" && says "everything fits"
}

another_copy() {
	local bag=$scratch/other-bag
	cp -r "$(bags | head -1)" "$bag"
	printf X | dd of="$bag/data/runs/$run/journal" bs=1 seek=900 conv=notrunc 2>/dev/null
	within 60 "$davy" series fetch "$bag" "$run" >"$scratch/out" 2>&1
	[ $? = 3 ] && says "is not the one that was recorded" && [ ! -e "$state/runs/$run/journal" ] && [ ! -e "$state/runs/$run/fetched.part" ]
}

comes_back() {
	within 60 "$davy" series fetch "$(find "$scratch/lab-first-3000/bags" -maxdepth 1 -name 'davy-*')" >"$scratch/out" && says "its journal is back" &&
		cmp "$scratch/journal" "$state/runs/$run/journal" && within 120 "$davy" verify "$run" >"$scratch/out" && says "journals (1)" && says "runs done again" &&
		within 60 "$davy" show "$run" >/dev/null && release "$run" && [ ! -e "$state/runs/$run/journal" ] &&
		cp -p "$scratch/journal" "$state/runs/$run/journal" && within 120 "$davy" verify "$run" >"$scratch/out" && says "journals (1)"
}

# Killed wherever it is: the journal is here, or a record says who has it.
killed() {
	local delay kills=0 # ms
	for delay in 5 10 15 20 25 30 40 50; do
		[ -e "$state/runs/$run/journal" ] || cp -p "$scratch/journal" "$state/runs/$run/journal"
		"$davy" series release "$run" --by 0017 --why "once more" >/dev/null 2>&1 &
		sleep "$(printf '%d.%03d' $((delay * ${SLOWNESS:-1} / 1000)) $((delay * ${SLOWNESS:-1} % 1000)))"
		kill -9 "$(controller_of)" 2>/dev/null && kills=$((kills + 1))
		wait
		within 60 "$davy" verify "$run" --no-replay >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
		says "everything fits" || return
	done
	! grep "cannot be ended" "$state/controller.log" && [ "$kills" -gt 0 ]
}

controller_of() { flock -n "$state/controller.lock" true || cat "$state/controller.lock"; }

for who in first second third; do key_of "$who"; done
begin >"$scratch/begun" 2>&1
begun=$?
echo "        the stick is a $stick_kind"
claim "nothing leaves that nobody has signed for" test "$begun" = 0
claim "one receiver is not enough, however often he signs" one_alone
claim "two are not enough where they do not keep it for as long as the laboratory asks" not_long_enough
claim "who lets series go says who and why" nobody_asks
claim "what is here and is not what was recorded stays" changed_here
claim "with two receivers the journal leaves, and its record stays" leaves
claim "verify says what is not here and who has it, and proves all else" verifies
claim "the photos of a run stay when its series leave, and are proved without them" photos_stay
claim "show, why, replay, list and export say where the series are" asks
claim "a journal that was merely removed is missing" removed_by_hand
claim "a copy that is another file is not taken back" another_copy
claim "the copy that was recorded comes back, by fetch or by hand" comes_back
claim "killed at any moment, the journal is here or a record says who has it" killed
claims_end
