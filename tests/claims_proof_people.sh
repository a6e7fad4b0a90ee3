#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What davy verify proves of people: who may sign is followed through the log, and every signature is judged in its place.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy state=$scratch/state
export DAVY_STATE=$state LC_ALL=C
umask 077
echo "long enough to be one" >"$scratch/pass"
with=(--passphrase-file "$scratch/pass")

run() { "$davy" run scripts/gas/methane_transmitter.lua --sim --limits scripts/limits/example.json --brief >/dev/null; }
make() { "$davy" keys make --key "$scratch/$1.pem" "${with[@]}" >/dev/null; }
enrol() {
	"$davy" keys enrol "$1" --name "$1" --roles "$2" --public "$3" --key "$scratch/admin.pem" "${with[@]}" --to 2099-12-31 >/dev/null
}
sign() { "$davy" sign last --as "$1" --key "$scratch/$2.pem" "${with[@]}" >/dev/null; }
verify() { "$davy" verify "$@" >"$scratch/out" 2>&1; }
says() { grep -qF -- "$1" "$scratch/out" || { cat "$scratch/out"; return 1; }; }

a_signed_record() {
	run && "$davy" keys init --key "$scratch/admin.pem" "${with[@]}" >/dev/null && make t && make r &&
		enrol 0017 tester "$scratch/t.pem.public" && enrol 0009 reviewer "$scratch/r.pem.public" &&
		sign tester t && sign reviewer r && verify --all && says "2 signatures of persons" && says "everything fits"
}

an_exported_one() {
	"$davy" export last --to "$scratch/bundle" >/dev/null && verify "$scratch/bundle" && says "2 signatures of persons" &&
		says "everything fits"
}

a_vouched_bench() {
	local bench
	! verify --all --administrator "$scratch/admin.pem.public" && says "never enrolled the bench's key" || return
	bench=$("$davy" verify --all --json | sed 's/.*"bench":"\([^"]*\)".*/\1/') &&
		enrol "$bench" bench "$state/keys/bench.pem.public" && verify --all --administrator "$scratch/admin.pem.public" &&
		says "the administrator has enrolled the bench's key"
}

another_administrator() {
	! verify --all --administrator "$scratch/t.pem.public" && says "never been the administrator of this log"
}

a_changed_signature() {
	local file
	rm -rf "$scratch/changed" && cp -r "$scratch/bundle" "$scratch/changed" || return
	file=$(grep -l '"payload"' "$scratch"/changed/data/records/*.json | tail -n 1)
	sed -i 's/A/B/5' "$file"
	! verify "$scratch/changed" && says "NOT as it was recorded"
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
