#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A bundle has whatever it takes to be verified, whichever record it was asked for; and who may say the time.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh

export DAVY_STATE=$scratch/state LC_ALL=C

a_signature_alone() {
	local seq
	within 60 "$davy" run scripts/gas/methane_transmitter.lua --sim --limits scripts/limits/example.json --brief >/dev/null &&
		administrator && person 0017 tester && seq=$(sign last tester 0017 --json | grep -o '"seq":[0-9]*' | grep -o '[0-9]*$') &&
		within 60 "$davy" export "$seq" --to "$scratch/bundle" >/dev/null && within 60 "$davy" verify "$scratch/bundle" >"$scratch/out" &&
		says "everything fits" && says "of persons"
}

# A minute ahead: whole seconds may lie before the moment at which 0017 was enrolled.
strangers_say_the_time() {
	within 60 "$davy" clock set "$(date -u -d "+1 min" +%Y-%m-%dT%H:%M:%S+00:00)" --source "GPS 12" --by 0017,nobody >"$scratch/out" 2>&1
	[ $? = 3 ] && says nobody
}

# What others send may have anything in a file's place: in a journal's, a record's, a manifest's.
no_file_in_its_place() {
	local file kind command code bundle=$scratch/whole
	within 60 "$davy" run scripts/gas/methane_bump.lua --sim --limits scripts/limits/example.json --brief >/dev/null &&
		within 60 "$davy" export last --to "$bundle" >/dev/null && within 60 "$davy" verify "$bundle" >/dev/null || return 1
	for kind in "mkfifo" "ln -s /dev/zero"; do
		for file in $(cd "$bundle" && find . -name journal -o -path '*/records/*.json' -o -name 'manifest*' -o -name checkpoint); do
			rm -rf "$scratch/hostile" && cp -r "$bundle" "$scratch/hostile" && rm "$scratch/hostile/$file" &&
				$kind "$scratch/hostile/$file" || return 1
			for command in verify audit replay; do
				within 20 "$davy" "$command" "$scratch/hostile" >"$scratch/out" 2>&1
				code=$?
				[ "$code" -le 5 ] || { echo "davy $command, $kind $file: ended with $code"; return 1; }
			done
			"$davy" verify "$scratch/hostile" >/dev/null 2>&1 && { echo "$kind $file: taken as good"; return 1; }
		done
	done
	return 0
}

claim "a pipe or a device in a file's place is waited for by nobody who looks at a bundle" no_file_in_its_place
nothing_to_fetch() {
	refused 2 "$scratch/nix: there are no runs in it" "$davy" series fetch "$scratch/nix" &&
		refused 2 "there are no runs in it" "$davy" series fetch tests/claims.sh &&
		within 20 "$davy" series fetch "$scratch/whole" >"$scratch/out" && says "no run in it has left this bench"
}

claim "davy series fetch says what is no bag, and when nothing in one had left" nothing_to_fetch
claim "a signature that is asked for by its number comes with what it signs" a_signature_alone
if "$davy" clock --json --state "$scratch/none" 2>/dev/null | grep -q '"synchronised":true'; then
	claim_skip "where people are enrolled two of them say the time" "a time server has synchronised this machine"
else
	claim "where people are enrolled two of them say the time" strangers_say_the_time
fi
claims_end
