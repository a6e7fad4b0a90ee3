#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What davy verify proves of people: who may sign is followed through the log, and every signature is judged in its place.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh

state=$scratch/state
export DAVY_STATE=$state LC_ALL=C

run() { within 60 "$davy" run scripts/gas/methane_transmitter.lua --sim --limits scripts/limits/example.json --brief >/dev/null; }
verify() { within 120 "$davy" verify "$@" >"$scratch/out" 2>&1; }

# refuses OPERANDS…: it was looked at, and does not fit.
refuses() {
	local status
	verify "$@"
	status=$?
	[ $status = 3 ] && return
	cat "$scratch/out"
	echo "davy verify ended with $status, not 3"
	return 1
}

a_signed_record() {
	run && administrator && person 0017 tester && person 0009 reviewer && sign last tester 0017 >/dev/null &&
		sign last reviewer 0009 >/dev/null && verify --all && says "signatures of persons (2)" && says "everything fits"
}

an_exported_one() {
	within 60 "$davy" export last --to "$scratch/bundle" >/dev/null && verify "$scratch/bundle" && says "signatures of persons (2)" &&
		says "everything fits"
}

a_vouched_bench() {
	local bench
	refuses --all --administrator "$scratch/boss.pem.public" && says "never enrolled the bench's key" || return
	bench=$("$davy" verify --all --json | sed 's/.*"bench":"\([^"]*\)".*/\1/') &&
		enrol "$bench" bench "$state/keys/bench.pem.public" && verify --all --administrator "$scratch/boss.pem.public" &&
		says "the administrator has enrolled the bench's key"
}

another_administrator() {
	refuses --all --administrator "$scratch/0017.pem.public" && says "never been the administrator of this log"
}

a_changed_signature() {
	local file
	rm -rf "$scratch/changed" && cp -r "$scratch/bundle" "$scratch/changed" || return
	file=$(grep -l '"payload"' "$scratch"/changed/data/records/*.json | tail -n 1)
	sed -i 's/A/B/5' "$file"
	refuses "$scratch/changed" && says "NOT as it was recorded"
}

the_database_too() {
	for _ in {1..50}; do
		pgrep -f "davy controller --state $state" >/dev/null || break
		sleep 0.1
	done
	verify --all && says "✓ the database"
}

claim "a record that a tester and a reviewer have signed is proved with both signatures" a_signed_record
claim "so is it in a bundle" an_exported_one
claim "an administrator whom the reader knows must have enrolled the bench" a_vouched_bench
claim "another one's key proves nothing" another_administrator
claim "a changed record of a signature is found" a_changed_signature
claim "what the database finds records of people by is what they say" the_database_too
claims_end
