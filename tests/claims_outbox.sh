#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records reach their receiver: a real one, over TLS with certificates of both sides, that holds each event against the GS1
# schema where npm can fetch it, and that is told to misbehave in every way of the table in push/outcome.h.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
. tests/outbox.sh
. tests/receiver.sh
state=$scratch/state there=$scratch/there
trap 'stop_relay; stop; rm -rf "$scratch"' EXIT
export DAVY_STATE=$state

# destinations MEMBERS: one called platform, of kind epcis, with these members besides
destinations() {
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"platform","kind":"epcis","url":"https://127.0.0.1:${WAY:-$(cat "$there/port")}","ca":"$there/ca.pem",
		"certificate":"$there/bench.pem","key":"$there/bench.key","patience":1,"simulated":true$1}]}
	END
}

# ---- records ----

# Whatever was accepted or is to be tried again: a drain goes one step further, and waits for nothing that takes long.
settle() {
	for _ in 1 2 3 4; do
		drain && is accepted 0 >/dev/null && is retry 0 >/dev/null && return
	done
	is accepted 0 && is retry 0
}

# Each event once, whatever happened on the way, and none is missing: those of the log and those at the receiver.
once() {
	node -e '
		const fs = require("fs");
		const [log, there] = process.argv.slice(1);
		const lines = (path) => fs.readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
		const ours = lines(log).map((line) => JSON.parse(Buffer.from(line.payload, "base64url"))).filter((event) => event.eventID)
			.map((event) => event.eventID).sort();
		const theirs = lines(there).filter((event) => !event.errorDeclaration).map((event) => event.eventID).sort();
		if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
			console.log(`${ours.length} events in the log, ${theirs.length} at the receiver, ${new Set(theirs).size} of them different`);
			process.exit(1);
		}
	' "$state/records/records.jsonl" "$there/stored.jsonl"
}

# ---- claims ----

delivers() {
	mode ok
	record A1 && record A2 && is new 2 && drain && is delivered 2 && is new 0 && once &&
		grep -q '"gs1-extensions":"mse=urn:uuid' "$there/requests.jsonl" &&
		"$davy" outbox show 2 >"$scratch/out" && says "HTTP 201" &&
		"$davy" outbox show 2 --json >"$scratch/out" && says '"peerSha256":"'"$(openssl x509 -in "$there/good.pem" -outform DER | sha256sum | cut -c1-64)"'"' &&
		"$davy" verify >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
}

# Of one record that a receiver answers so: MODE STATE "a sentence in English" "一句中文"
answered() {
	local seq
	mode "$1"
	seq=$(record "B$RANDOM$RANDOM") || return
	drain
	LANG=C LC_ALL=C "$davy" outbox list >"$scratch/out"
	LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh"
	says "$3" && says "$4" zh || return
	case $2 in
	parked)
		is parked 1 && "$davy" outbox show "$seq" >"$scratch/out" && mode ok &&
			within 60 "$davy" outbox release "$seq" --to platform --why "put right" >"$scratch/out" && drain && is parked 0 && once
		;;
	paused)
		says "PAUSED" && is parked 0 && mode ok && drain && "$davy" outbox list >"$scratch/out" && is new 0 && is retry 0 && once
		;;
	retry)
		is retry 1 && is parked 0 && mode ok && drain && is retry 0 && once
		;;
	esac
}

# The receiver shows a certificate that is none.
shows() {
	stop
	start "$1"
	destinations "$3"
	mode ok
	record "C$RANDOM$RANDOM" >/dev/null || return
	drain
	"$davy" outbox list >"$scratch/out"
	LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh"
	says "PAUSED" && says "$2" && says "$4" zh || return
	stop
	start good
	destinations ""
	drain && is new 0 && is retry 0 && once
}

shows_another_ca() {
	destinations ",\"name2\":\"\""
	sed -i "s,$there/ca.pem,$there/other-ca.pem," "$state/destinations.json"
	record D1 >/dev/null && drain
	"$davy" outbox list >"$scratch/out"
	says "PAUSED" && says "not of the CA that was pinned" || return
	destinations ""
	drain && is retry 0 && once
}

own_files_missing() {
	destinations ""
	sed -i "s,$there/bench.pem,$there/nowhere.pem," "$state/destinations.json"
	record D2 >/dev/null && drain
	"$davy" outbox list >"$scratch/out"
	says "PAUSED" && says "cannot be used" && says nowhere.pem || return
	destinations ""
	drain && is retry 0 && once
}

jobs() {
	mode job
	record E1 >/dev/null && drain && is new 0 && is accepted 0 && is parked 0 && once || return
	mode job-nameless
	record E2 >/dev/null && drain && is accepted 0 && once || return
	mode job-fail
	record E3 >/dev/null && drain
	is parked 1 && "$davy" outbox list >"$scratch/out"
	says "refused it afterwards" || return
	"$davy" outbox show "$("$davy" outbox list --json | sed -n 's/.*"waiting":\[.*"seq":\([0-9]*\).*"state":"parked".*/\1/p')" >"$scratch/out"
	says "no such equipment" || return
	mode ok
	within 60 "$davy" outbox release --to platform --why "equipment entered there" >/dev/null && drain && is parked 0 && once || return
	# a job that answers nothing when it is asked says nothing of the event
	mode job-lost
	destinations ',"jobTries":0'
	record E5 >/dev/null && drain
	mode ok
	settle && once || return
	mode job-forever
	destinations ',"jobTries":1'
	record E4 >/dev/null && drain
	"$davy" outbox list >"$scratch/out"
	mode ok
	destinations ""
	settle && once
}

# asked METHOD PATH: how often, since $asked_from
asked() { tail -n "+$((asked_from + 1))" "$there/requests.jsonl" | grep -c '"method":"'"$1"'","path":"'"$2"; }

# It is asked as often as destinations.json says, and no more; then it is looked for, and sent anew, perhaps at once already,
# and asked once for each time after that. It waits all the while, and alone: nobody waits with it, and it is never parked,
# since nothing is wrong with it.
never_ends() {
	local asked_from other sent
	rm -f "$there/ends"
	asked_from=$(wc -l <"$there/requests.jsonl")
	mode job-endless:ENDLESS
	destinations ',"jobTries":3'
	record ENDLESS >/dev/null || return
	for _ in 1 2 3 4 5; do
		drain && is accepted 0 >/dev/null && break
	done
	is retry 1 && is parked 0 && LANG=C LC_ALL=C "$davy" outbox list >"$scratch/out" && LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh" || return
	says "working on it for too long: it is sent again" && says "处理过久没有结果" zh || return
	sent=$(asked POST /events)
	[ "$(asked GET /capture/) $(asked GET /events/)" = "$((2 + sent)) $sent" ] || {
		echo "sent, asked for its job, looked for: $sent, $(asked GET /capture/), $(asked GET /events/) times"
		return 1
	}
	other=$(record BEHIND) && drain && drain || return
	"$davy" outbox show "$other" >"$scratch/out"
	says "HTTP 201" && is parked 0 && is new 0 && [ "$(asked POST /events)" -ge 3 ] || return
	! once >/dev/null || { echo "it is there, and its job has not ended"; return 1; }
	: >"$there/ends"
	settle && is parked 0 && once && "$davy" verify >"$scratch/out" 2>&1 || return
	mode ok
	destinations ""
}

forgotten() {
	destinations ',"confirm":true'
	mode forget
	record F1 >/dev/null && drain
	is retry 1 && "$davy" outbox list >"$scratch/out"
	says "does not have it" || return
	mode job-forget
	for _ in 1 2 3; do
		drain # the job is asked for after a while that nobody knows
		is accepted 0 >/dev/null && break
	done
	"$davy" outbox list >"$scratch/out"
	says "does not have it" || return
	mode ok
	settle && once || return
	destinations ""
}

# The answer is lost: it is sent again, and is there already. Then somebody else has our ID.
there_already() {
	local seq
	mode late-cut
	record G1 >/dev/null && drain
	mode ok
	drain && is retry 0 && once || return
	stop
	seq=$(record G2) && cp "$there/stored.jsonl" "$there/kept.jsonl" || return
	node -e '
		const fs = require("fs");
		const [log, there] = process.argv.slice(1);
		const last = fs.readFileSync(log, "utf8").trim().split("\n").at(-1);
		const event = JSON.parse(Buffer.from(JSON.parse(last).payload, "base64url"));
		fs.appendFileSync(there, JSON.stringify({ ...event, disposition: "expired" }) + "\n");
	' "$state/records/records.jsonl" "$there/stored.jsonl"
	start good && drain
	is parked 1 && "$davy" outbox list >"$scratch/out"
	says "another event under this event's ID" || return
	stop
	mv "$there/kept.jsonl" "$there/stored.jsonl" && start good &&
		within 60 "$davy" outbox release "$seq" --to platform --why "taken away there" >/dev/null && drain && is parked 0 && once
}

job_elsewhere() {
	mode job-elsewhere
	record H1 >/dev/null && drain
	"$davy" outbox list >"$scratch/out"
	says "which is not followed" || return
	mode ok
	drain && is retry 0 && once
}

# The wrong event is parked, so its declaration waits, and nothing else does.
dependants() {
	local wrong right
	administrator && person 0009 reviewer || return
	mode status:400
	wrong=$(record I1) && drain
	mode ok
	right=$(record I2) && within 60 "$davy" correct "$wrong" --reason incorrect_data --why "another serial" --corrective "$right" \
		--key "$scratch/0009.pem" "${word[@]}" >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err"; return 1; }
	drain
	is parked 1 && is new 1 && "$davy" outbox list >"$scratch/out"
	says "behind record $wrong" && within 60 "$davy" outbox release "$wrong" --to platform --why "now it may" >/dev/null && drain &&
		is parked 0 && is new 0 && once || return
	node -e '
		const lines = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map((line) => JSON.parse(line));
		const at = lines.findIndex((event) => event.errorDeclaration);
		const before = lines.slice(0, at).map((event) => event.eventID);
		const { eventID, errorDeclaration } = lines[at];
		process.exit(before.includes(eventID) && before.includes(errorDeclaration.correctiveEventIDs[0]) ? 0 : 1);
	' "$there/stored.jsonl" && grep '"path":"/capture"' "$there/requests.jsonl" >/dev/null
}

json_platform() {
	local seq
	mode ok
	seq=$(record J1) || return
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"web","kind":"json","url":"https://127.0.0.1:$(cat "$there/port")/json","ca":"$there/ca.pem",
		"certificate":"$there/bench.pem","key":"$there/bench.key","patience":1,"from":$seq,"headers":{"X-Lab":"L1"},
		"fields":{"sn":"/content/epcList/0","step":"/content/bizStep","no":"/record/seq"},"constants":{"lab":"B07"},
		"required":["sn"]}]}
	END
	drain && is delivered 1 && grep -q '"step":"receiving"' "$there/web.jsonl" && grep -q '"x-lab":"L1"' "$there/requests.jsonl" || return
	sed -i 's/"required":\["sn"\]/"required":["model"]/' "$state/destinations.json"
	record J2 >/dev/null && drain
	"$davy" outbox list >"$scratch/out"
	says "lacks what the destination's mapping requires" && says "nothing for 'model'" || return
	destinations ""
	drain && is new 0 && once
}

# The controller of this state folder, while there is one.
controller_of() { flock -n "$state/controller.lock" true || cat "$state/controller.lock"; }

rebuilt() {
	local before
	mode status:422
	record K1 >/dev/null && drain
	mode ok
	record K2 >/dev/null
	is parked 1 && is new 1 || return
	before=$(counts delivered)
	while [ -n "$(controller_of)" ]; do sleep 0.1; done
	python3 -c '
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for table in ("outbox", "outbox_after", "outbox_destination"):
    db.execute("DROP TABLE " + table)
db.commit()
' "$state/records/records.db" && is parked 1 && is new 1 && is delivered "$before" || return
	"$davy" outbox rebuild >/dev/null
	is parked 1 && is new 1 && is delivered "$before" && "$davy" verify >"$scratch/out" 2>&1 &&
		within 60 "$davy" outbox release --to platform --why "put right" >/dev/null && drain && once
}

# What is started in the background ends with this shell.
killed() {
	local i pid
	mode ok
	for i in $(seq 12); do
		"$davy" push platform >/dev/null 2>&1 &
		pid=$!
		record "L$i" >/dev/null 2>&1 || :
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		case $((i % 3)) in
		0) kill -9 "$pid" ;;
		1) stop && start good ;;
		2) kill -9 "$(controller_of)" 2>/dev/null ;;
		esac
		record "M$i" >/dev/null 2>&1 || :
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	drain && is new 0 && is retry 0 && once && "$davy" verify >"$scratch/out" 2>&1
}

# The way is cut at each piece, wherever that falls: handshake, request, answer.
cut_everywhere() {
	local how piece WAY done=0
	start_relay "$(cat "$there/port")" && mode ok || return
	WAY=$(cat "$there/relay_port")
	destinations ""
	for how in cut cut-answer; do
		for piece in $(seq 0 "$([ "$how" = cut ] && echo 13 || echo 6)"); do
			echo through >"$there/relay"
			record "$how$piece" >/dev/null && record "$how$piece-2" >/dev/null || return
			echo "$how $piece" >"$there/relay"
			drain
			echo through >"$there/relay"
			settle && is new 0 && once || {
				echo "$how $piece"
				done=1
				break 2
			}
		done
	done
	WAY='' destinations ""
	stop_relay
	return "$done"
}

# As many as one report may have, each with an answer that takes six times its bytes in JSON.
loud() {
	local i
	mode escapes
	for i in $(seq 17); do
		record "O$i" >/dev/null || return
	done
	drain
	is parked 17 && mode ok && within 60 "$davy" outbox release --to platform --why "quiet now" >/dev/null && drain && is parked 0 && once
}

offline() {
	local i
	stop
	for i in $(seq 60); do
		record "N$i" >/dev/null || return
	done
	drain
	is retry 1 && is new 59 && start good && drain && is new 0 && once
}

if ! command -v node >/dev/null || ! command -v openssl >/dev/null; then
	claim_skip "records reach their receiver" "no node and openssl to make one with"
	claims_end
fi
mkdir -p "$state"
make_certificates || echo "no certificates"
mode ok
start good
destinations ""
[ -n "$packages" ] || claim_skip "each event that arrives is held against the GS1 schema" "tests/claims_event.sh has not fetched it"
claim "two records reach a receiver with certificates of both sides, once each, and their receipts stand in the log" delivers
while IFS='|' read -r what how english chinese; do
	claim "a receiver that answers $what: $english" answered "$what" "$how" "$english" "$chinese"
done <<'END'
status:400|parked|refuses its content|拒收其内容
status:406|parked|refuses its content|拒收其内容
status:413|parked|more than the receiver takes|超过对方一次接收的上限
status:415|parked|refuses its content|拒收其内容
status:422|parked|refuses its content|拒收其内容
status:418|parked|neither yes nor no|既非接受也非拒绝
status:401|paused|does not let this bench in|不允许本检验台接入
status:403|paused|does not let this bench in|不允许本检验台接入
status:404|paused|nothing at this address|此地址不存在
redirect:https://127.0.0.1:1/|paused|which is not followed|未予跟随
status:408|retry|cannot take it now|暂时无法接收
status:425|retry|cannot take it now|暂时无法接收
status:429,7|retry|cannot take it now|暂时无法接收
status:500|retry|failed inside|内部出错
status:503,7|retry|cannot take it now|暂时无法接收
mute|retry|did not answer in time|未在规定时间内应答
slow|retry|trickles too slowly|应答过慢
cut|retry|cut in the middle|连接中途断开
big:500|retry|larger than 1048576 bytes|内部出错
big:400|parked|larger than 1048576 bytes|拒收其内容
escapes|parked|refuses its content|拒收其内容
noise|parked|refuses its content|拒收其内容
END
while IFS='|' read -r what members english chinese; do
	claim "a receiver whose certificate is $what: $english" shows "$what" "$english" "$members" "$chinese"
done <<END
old||has run out|证书已过期
elsewhere||for another name|名称与网址不符
revoked|,"crl":"$there/crl.pem"|was revoked|已被吊销
END
claim "a receiver whose CA is not the one that was pinned: it may be somebody else" shows_another_ca
claim "our own certificate that is not there: a sentence that names it" own_files_missing
claim "a job is asked until it has ended; one that fails is parked with what it says" jobs
claim "a job that never ends: asked as often as was said, then sent again, without end, and once when at last it ends" never_ends
claim "what was accepted and forgotten is sent again: the receiver's word is not enough where --confirm is set" forgotten
claim "the same event that is there already is delivered; another one under its ID is parked, and loudly" there_already
claim "a job at another host is not asked" job_elsewhere
claim "a person's correction goes behind its event and the right one, by /capture; parked ones block their dependants alone" dependants
claim "a JSON platform gets the fields of its mapping, and what lacks one is parked" json_platform
claim "the outbox can be deleted: records and receipts make it again, parked ones among it" rebuilt
claim "the process is killed at any moment, and so are receiver and controller: each event is there once" killed
claim "the way is cut at each piece of a delivery: each event is there once" cut_everywhere
claim "what receivers say never keeps the bench from writing down that they said it" loud
claim "sixty records wait for a network, and are brought at once when it is there" offline
claims_end
