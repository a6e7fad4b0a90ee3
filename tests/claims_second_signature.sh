#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A bench that signs by SM2, too, as its laboratory asks for it.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
. tests/people.sh
mkdir -p "$DAVY_STATE"
echo '{"base":"https://lab.example.cn/","bench":"B07","sm2":true}' >"$DAVY_STATE/laboratory.json"

# stored SERIAL: the number of the record that says so.
stored() { within 60 "$davy" record storing --dut ma=MFC1 --dut serial="$1" --json | sed 's/.*"seq":\([0-9]*\).*/\1/'; }

# by_sm2 NUMBER: does the record behind this one carry a signature by SM2 under it?
by_sm2() {
	python3 - "$DAVY_STATE/records/records.jsonl" "$1" <<-'PY'
	import sys, json, base64
	read = lambda text: json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
	lines = open(sys.argv[1]).read().splitlines()
	number = int(sys.argv[2])
	entry = read(json.loads(lines[number])["payload"]) if number < len(lines) else {}
	says = entry.get("says", {})
	head = read(says["signature"]["protected"]) if entry.get("kind") == "signature" else {}
	sys.exit(not (says.get("seq") == number and head.get("alg") == "urn:oid:1.2.156.10197.1.501" and head.get("role") == "bench"))
	PY
}

a_key_is_made_and_signs_nothing_yet() {
	local number
	number=$(stored SN-1) && [ -n "$number" ] && ! by_sm2 "$number" &&
		[ "$(stat -c %a "$DAVY_STATE/keys/bench-sm2.pem")" = 600 ] &&
		openssl pkey -in "$DAVY_STATE/keys/bench-sm2.pem" -noout -text | grep -q SM2
}

an_enrolled_key_signs_every_event() {
	local number
	administrator && enrol B07 bench "$DAVY_STATE/keys/bench-sm2.pem.public" && number=$(stored SN-2) && by_sm2 "$number" &&
		number=$(stored SN-3) && by_sm2 "$number"
}

people_sign_behind_it() {
	local number
	person 0017 sampler && person 0021 sampler && number=$(stored SN-4) && sign "$number" sampler 0017 >"$scratch/out" &&
		sign "$number" sampler 0021 >"$scratch/out" && [ "$(grep -c '^signed .*bench' "$scratch/out")" = 2 ]
}

what_is_simulated_has_none() {
	within 60 "$davy" run gas/methane_transmitter --sim --only Zero >/dev/null
	! by_sm2 "$(wc -l <"$DAVY_STATE/records/records.jsonl")" && ! by_sm2 "$(($(wc -l <"$DAVY_STATE/records/records.jsonl") - 1))"
}

it_is_proved() { within 60 "$davy" verify >"$scratch/out" && says "everything fits"; }

# shellcheck disable=SC2046 # a number per word
it_is_proved_elsewhere() {
	within 60 "$davy" export $(seq 1 "$(wc -l <"$DAVY_STATE/records/records.jsonl")") --to "$scratch/bundle" >"$scratch/out" 2>&1 ||
		{ cat "$scratch/out"; return 1; }
	within 60 "$davy" verify "$scratch/bundle" >"$scratch/out" && says "everything fits" || return 1
	command -v node >/dev/null || return 0
	node tests/verify_page.mjs check "$scratch/bundle" | grep -q '"good":true'
}

# The log has it open from its start on.
without_being_asked_it_signs_once() {
	local number
	sed -i 's/,"sm2":true//' "$DAVY_STATE/laboratory.json"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.3
		number=$(stored SN-9) && ! by_sm2 "$number" && return
	done
	return 1
}

claim "where it is asked for, a key of SM2 is made, which signs nothing before it is enrolled" a_key_is_made_and_signs_nothing_yet
claim "once it is enrolled as the bench's each event has a second signature" an_enrolled_key_signs_every_event
claim "persons sign behind both" people_sign_behind_it
claim "what is simulated has none" what_is_simulated_has_none
claim "davy verify goes through them" it_is_proved
claim "so it does in a bundle, and the page leaves them aside" it_is_proved_elsewhere
claim "a laboratory that does not want it any more has no more of them" without_being_asked_it_signs_once
claims_end
