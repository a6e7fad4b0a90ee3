#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records reach the laboratory's PostgreSQL: a real one on loopback, with the schema that is shipped, TLS and certificates
# of both sides, whose connections are cut, stalled and refused in every way that a laboratory's may be.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
. tests/outbox.sh
. tests/receiver.sh
. tests/postgres.sh
state=$scratch/state there=$scratch/there
trap 'stop_relay; stop_postgres; rm -rf "$scratch"' EXIT
export DAVY_STATE=$state
records='"records":["log","hand-over","key","event","declaration","signature"]'

# destinations MEMBERS: one called lab, with these members besides; CERTIFICATE, PORT, CA and SERVER are as they are set
destinations() {
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"lab","kind":"postgresql","simulated":true,"patience":1,"ca":"$there/${CA:-ca}.pem",
		"url":"postgresql://${ROLE:-$bench}@${SERVER:-127.0.0.1}:${PORT:-$(cat "$there/postgres_port")}/${DATABASE:-davy}",
		"certificate":"$there/${CERTIFICATE:-$bench}.pem","key":"$there/${CERTIFICATE:-$bench}.key",$records$1}]}
	END
}

# ---- records ----

# What the bench has recorded is there, each once and to the byte, but for its receipts, and nothing else of it is.
once() {
	node -e '
		const fs = require("fs");
		const said = (line) => JSON.parse(Buffer.from(JSON.parse(line).payload, "base64url"));
		const ours = fs.readFileSync(process.argv[1], "utf8").split("\n").filter((line) => line && said(line).kind !== "receipt");
		fs.writeFileSync(process.argv[2], ours.map((line) => line + "\n").join(""));
	' "$state/records/records.jsonl" "$scratch/ours"
	sql "SELECT convert_from(jws, 'UTF8') FROM davy.record WHERE bench = '$bench' ORDER BY seq" >"$scratch/theirs" || return
	cmp "$scratch/ours" "$scratch/theirs" || {
		echo "$(wc -l <"$scratch/ours") records here, $(wc -l <"$scratch/theirs") there"
		return 1
	}
}

# All is there, nothing waits.
all_there() { drain && is new 0 && is retry 0 && is parked 0 && once; }

# ---- claims ----

delivers() {
	local digest
	record A1 >/dev/null && record A2 >/dev/null && all_there && "$davy" outbox show 2 >"$scratch/out" && says "SQLSTATE 00000" || return
	digest=$(openssl x509 -in "$there/good.pem" -outform DER | sha256sum | cut -c1-64)
	"$davy" outbox show 2 --json >"$scratch/out" && says "\"peerSha256\":\"$digest\"" && says "cameBy" && says "cameAt" &&
		says "transaction" && [ "$(sql "SELECT DISTINCT came_by FROM davy.record")" = "$bench" ] &&
		"$davy" verify >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
}

# Several are one transaction, as many as are due at once.
together() {
	local i
	for i in $(seq 12); do
		record "T$i" >/dev/null || return
	done
	all_there && [ "$(sql "SELECT max(count) FROM (SELECT count(*) FROM davy.record GROUP BY xmin::text) AS c")" -ge 12 ]
}

# PostgreSQL's own refusals: WHAT STATE "a sentence in English" "一句中文" SQL THE-WAY-BACK
refused() {
	sql "$3" && record "B$RANDOM$RANDOM" >/dev/null || return
	drain
	LANG=C LC_ALL=C "$davy" outbox list >"$scratch/out"
	LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh"
	sql "$4" && says "$1" && says "$2" zh && all_there
}

# A connection that does not come about: WHAT "a sentence" "一句", with settings for this one time
not_let_in() {
	destinations ""
	record "C$RANDOM$RANDOM" >/dev/null || return
	drain
	LANG=C LC_ALL=C "$davy" outbox list >"$scratch/out"
	LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh"
	ROLE='' CERTIFICATE='' CA='' SERVER='' PORT='' DATABASE='' destinations ""
	says "$1" && says "$2" zh && all_there
}

server_shows() {
	local held
	server_certificate "$1" && kill_postgres && start_postgres && destinations "" && record "D$RANDOM$RANDOM" >/dev/null || return
	drain
	LANG=C LC_ALL=C "$davy" outbox list >"$scratch/out"
	LC_ALL=zh_CN.UTF-8 "$davy" outbox list >"$scratch/zh"
	says "$2" && says "$3" zh && says PAUSED
	held=$?
	server_certificate good && kill_postgres && start_postgres && all_there && [ "$held" = 0 ]
}

# The way is cut at each piece, wherever that falls: handshake, transaction, commit, its answer.
cut_everywhere() {
	local how piece
	PORT=$(cat "$there/relay_port")
	destinations ""
	for how in cut cut-answer; do
		for piece in $(seq 0 "$([ "$how" = cut ] && echo 17 || echo 8)"); do
			echo through >"$there/relay"
			record "$how$piece" >/dev/null && record "$how$piece-2" >/dev/null || return
			echo "$how $piece" >"$there/relay"
			drain
			echo through >"$there/relay"
			all_there || {
				echo "$how $piece"
				return 1
			}
		done
	done
}

stalls() {
	local piece
	PORT=$(cat "$there/relay_port")
	destinations ""
	for piece in 0 2 5 9; do
		record "S$piece" >/dev/null || return
		echo "mute $piece" >"$there/relay"
		drain
		"$davy" outbox list >"$scratch/out"
		echo through >"$there/relay"
		says "did not answer in time" || return
		all_there || return
	done
	record S10 >/dev/null && echo trickle >"$there/relay"
	drain
	"$davy" outbox list >"$scratch/out"
	echo through >"$there/relay"
	says "did not answer in time" && all_there
}

controller_of() { flock -n "$state/controller.lock" true || cat "$state/controller.lock"; }

# What is started in the background ends with this shell.
killed() {
	local i pid
	destinations ""
	for i in $(seq 12); do
		"$davy" push lab >/dev/null 2>&1 &
		pid=$!
		record "L$i" >/dev/null 2>&1 || :
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		case $((i % 3)) in
		0) kill -9 "$pid" ;;
		1) kill_postgres && start_postgres ;;
		2) kill -9 "$(controller_of)" 2>/dev/null ;;
		esac
		record "M$i" >/dev/null 2>&1 || :
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	all_there && "$davy" verify >"$scratch/out" 2>&1
}

# as_bench SQL: as the bench itself may, with its own certificate
as_bench() {
	PGSSLMODE=verify-full PGSSLROOTCERT=$there/ca.pem PGSSLCERT=$there/$bench.pem PGSSLKEY=$there/$bench.key \
		psql -X -q -A -t -h 127.0.0.1 -p "$(cat "$there/postgres_port")" -U "$bench" -d davy -c "$1" >"$scratch/out" 2>&1
}

only_inserts() {
	local before what
	before=$(sql "SELECT md5(string_agg(bench || seq || id || md5(jws), ',' ORDER BY bench, seq)) FROM davy.record") || return
	for what in "UPDATE davy.record SET kind = 'x'" "DELETE FROM davy.record" "TRUNCATE davy.record" "DROP TABLE davy.record" \
		"ALTER TABLE davy.record DISABLE TRIGGER ALL" "CREATE TABLE davy.mine (a int)" "CREATE TEMP TABLE mine (a int)" \
		"INSERT INTO davy.record (bench, seq, id, kind, jws, came_by) SELECT bench, seq + 1000, id || 'x', kind, jws, 'x' FROM davy.record" \
		"INSERT INTO davy.record (bench, seq, id, kind, jws) SELECT 'another', seq, id || 'x', kind, jws FROM davy.record" \
		"INSERT INTO davy.record (bench, seq, id, kind, jws) SELECT bench, seq + 1000, id || 'x', kind, jws FROM davy.record" \
		"SET ROLE davy_reader" "COPY davy.record TO PROGRAM 'cat'"; do
		as_bench "$what" && {
			echo "that was let through: $what"
			return 1
		}
	done
	for what in "UPDATE davy.record SET kind = 'x'" "DELETE FROM davy.record WHERE false" "TRUNCATE davy.record" \
		"INSERT INTO davy.record SELECT * FROM davy.record ON CONFLICT (bench, seq) DO UPDATE SET kind = 'x'" \
		"SET session_replication_role = replica; DELETE FROM davy.record"; do
		sql "$what" >"$scratch/out" 2>&1 && {
			echo "that was let through, of the owner: $what"
			return 1
		}
		says "never changed or deleted" || return
	done
	[ "$before" = "$(sql "SELECT md5(string_agg(bench || seq || id || md5(jws), ',' ORDER BY bench, seq)) FROM davy.record")" ] && once
}

# Somebody with the owner's rights puts another row under our name before ours comes.
other_bytes() {
	local seq
	seq=$(($(wc -l <"$state/records/records.jsonl") + 1))
	sql "ALTER TABLE davy.record DROP CONSTRAINT record_is_named_as_it_says; INSERT INTO davy.record (bench, seq, id, kind, jws) \
		SELECT bench, $seq, 'another', kind, jws FROM davy.record WHERE bench = '$bench' AND seq = 2" || return
	[ "$(record F1)" = "$seq" ] && record F2 >/dev/null && drain
	is parked 1 && is new 0 && "$davy" outbox show "$seq" >"$scratch/out" && says "another event under this event's ID" &&
		"$davy" outbox show "$seq" --json >"$scratch/out" && says "other bytes" || return
	sql "BEGIN; ALTER TABLE davy.record DISABLE TRIGGER record_is_kept; DELETE FROM davy.record WHERE id = 'another'; \
		ALTER TABLE davy.record ENABLE ALWAYS TRIGGER record_is_kept; ALTER TABLE davy.record ADD CONSTRAINT record_is_named_as_it_says \
		CHECK (davy.is_named(davy.payload(jws), bench, seq, id, kind) IS TRUE); COMMIT" &&
		within 60 "$davy" outbox release "$seq" --to lab --why "taken away there" >/dev/null && all_there
}

rebuilt() {
	record R1 >/dev/null && all_there && "$davy" outbox rebuild >/dev/null && is new 0 && all_there
}

# says_no WHAT MEMBERS SENTENCE: settings that are none
says_no() {
	destinations "$1"
	[ -z "${3:-}" ] || sed -i "$3" "$state/destinations.json"
	within 60 "$davy" push lab --once >"$scratch/out" 2>&1
	destinations ""
	says "$2"
}

asks_password() {
	sed -i 's/ cert$/ scram-sha-256/' "$there/data/pg_hba.conf" && sql "SELECT pg_reload_conf()" >/dev/null && kill_postgres && start_postgres || return
	PGPASSWORD=secret not_let_in_for_now "does not let this bench in" "asks for a password"
	sed -i 's/ scram-sha-256$/ cert/' "$there/data/pg_hba.conf" && sql "SELECT pg_reload_conf()" >/dev/null && all_there
}

not_let_in_for_now() {
	record "P$RANDOM" >/dev/null || return
	drain
	"$davy" outbox list >"$scratch/out"
	says "$1" && says "$2"
}

# ---- twenty benches ----

# at N COMMAND…: as bench N
at() {
	local state=$scratch/benches/$1 DAVY_STATE=$scratch/benches/$1
	export DAVY_STATE
	shift
	"$@"
}

# history DUT…: over the laboratory, as somebody at a desk who may read
history() { DAVY_STATE=$scratch/desk within 60 "$davy" history "$@" --from all >"$scratch/out" 2>"$scratch/err"; }

# Each has received equipment of its own, and all bring it at the same time.
twenty() {
	local i pids=() bench
	for i in $(seq 20); do
		mkdir -p "$scratch/benches/$i" && at "$i" record "own-$i" >/dev/null && at "$i" record shared >/dev/null || return
		bench=$(bench_of "$scratch/benches/$i") && bench_role "$bench" && state=$scratch/benches/$i destinations "" || return
	done
	for i in $(seq 20); do
		DAVY_STATE=$scratch/benches/$i within 120 "$davy" outbox drain >"$scratch/drained$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in $(seq 20); do
		bench=$(bench_of "$scratch/benches/$i")
		state=$scratch/benches/$i DAVY_STATE=$scratch/benches/$i once || return
	done
	[ "$(sql "SELECT count(DISTINCT came_by) FROM davy.record WHERE came_by = bench")" = 21 ]
}

# desk MEMBERS
desk() {
	cat >"$scratch/desk/destinations.json" <<-END
		{"destinations":[{"name":"all","kind":"postgresql","ca":"$there/ca.pem","certificate":"$there/desk.pem","key":"$there/desk.key",
		"records":[],"url":"postgresql://desk@127.0.0.1:$(cat "$there/postgres_port")/davy"$1}]}
	END
}

only_role() {
	certificate desk DNS:desk && sql "CREATE ROLE desk LOGIN IN ROLE davy_reader" && mkdir -p "$scratch/desk" && desk "" &&
		history shared && says "of 20 benches" && [ -z "$(ls "$scratch/desk" | grep -v destinations.json)" ]
}

# One serial number of which twenty benches tell, each with its own words for it; and one that only one has.
lives() {
	history shared || { cat "$scratch/out" "$scratch/err"; return 1; }
	says "of 20 benches" && [ "$(grep -c receiving "$scratch/out")" = 20 ] || { cat "$scratch/out"; return 1; }
	history OWN-7 && says "of 1 benches" && says "$(bench_of "$scratch/benches/7")" && history nowhere && says "nothing is known" &&
		history shared --json && says '"conflicts":[]' && says '"unverified":[]' && [ ! -e "$scratch/desk/records" ]
}

only_readers() {
	"$davy" history shared --from lab >"$scratch/out" 2>&1
	[ $? = 3 ] && says "davy_reader" || return
	as_bench "SELECT count(*) FROM davy.record WHERE bench <> session_user" && says 0
}

# looked N SERIAL MAKER: bench N reads the tag E200 3412 on this piece
looked() {
	at "$1" within 60 "$davy" identify --class gas_detector --plate ma=MFA150001 --plate serial="$2" --plate maker="$3" --tag uid="${4:-E200 3412}" \
		>"$scratch/looked" 2>&1 </dev/null
	at "$1" drain
}

cloned() {
	looked 3 clone-1 "Maker A"
	history clone-1 || return
	looked 11 clone-2 "Maker B" "e2:00:34:12"
	history clone-1
	[ $? = 1 ] && says "the same tag was read on two pieces" && says "maker: Maker A / Maker B" && says "$(bench_of "$scratch/benches/3")" &&
		says "$(bench_of "$scratch/benches/11")" || { cat "$scratch/out" "$scratch/looked"; return 1; }
	history E2003412
	[ $? = 1 ] && says "the same tag was read on two pieces" && LC_ALL=zh_CN.UTF-8 history E2003412
	says "同一电子标签出现在两件设备上"
}

# Numbers are in their order, and not in that of their digits, on both sides of 10.
many() {
	local i
	for i in $(seq 9); do
		at 2 record many || return
	done >"$scratch/numbers"
	grep -qx 9 "$scratch/numbers" && grep -qx 10 "$scratch/numbers" && at 2 drain && history many &&
		awk '/receiving/ { print $2 }' "$scratch/out" | cmp - "$scratch/numbers"
}

# stats OPTION…: over the laboratory
stats() { DAVY_STATE=$scratch/desk within 60 "$davy" stats "$@" --from all >"$scratch/out" 2>"$scratch/err"; }

# Three benches test good and bad products. What is said of all is what another program says of the lines of all.
counted() {
	local i seed by lines=()
	for i in 14 15 16; do
		for seed in 1 2 3=slow_sensor; do
			at "$i" within 120 "$davy" run scripts/gas/methane_bump.lua "--sim${seed#[0-9]}" --seed "$i${seed%%=*}" \
				--limits scripts/limits/example.json --dut ma=MFA150001 >"$scratch/run" 2>&1 </dev/null
			[ $? -le 1 ] || { cat "$scratch/run"; return 1; }
		done
		at "$i" drain
		lines+=("$scratch/benches/$i/records/records.jsonl")
	done
	cat "${lines[@]}" >"$scratch/lines"
	for by in protocol version maker slot bench; do
		stats --by "$by" --json || { cat "$scratch/err"; return 1; }
		python3 tests/stats_reference.py "$scratch/lines" "$by" "$scratch/out" 0 several || return
	done
	stats && says "9 runs" && says "every run counted was verified again on arrival" &&
		LC_ALL=zh_CN.UTF-8 stats --by slot && says "工位 $(bench_of "$scratch/benches/14") 1" && says "重新验证"
}

# A run that its bench has declared wrong counts no more, there and here.
counted_no_more() {
	at 14 administrator && at 14 person 0011 reviewer || return
	at 14 within 60 "$davy" correct last --reason did_not_occur --why "another was meant" --key "$scratch/0011.pem" "${word[@]}" >"$scratch/out" 2>&1 || {
		cat "$scratch/out"
		return 1
	}
	at 14 drain
	stats || { cat "$scratch/out" "$scratch/err"; return 1; }
	says "9 runs" && says "8 decided" && says "1 voided or declared wrong"
}

stats_only_readers() {
	"$davy" stats --from lab >"$scratch/out" 2>&1
	[ $? = 3 ] && says "davy_reader"
}

# What somebody has declared wrong is told as that.
corrected() {
	at 6 administrator && at 6 person 0010 reviewer || return
	at 6 within 60 "$davy" correct 2 --reason did_not_occur --why "another was meant" --key "$scratch/0010.pem" "${word[@]}" >"$scratch/out" 2>&1 || {
		cat "$scratch/out"
		return 1
	}
	at 6 drain
	history own-6 && says "declared wrong did_not_occur" && says "another was meant"
}

# A bench that the laboratory has named proves nothing by its name: somebody says which key is its own.
named() {
	local key code
	mkdir -p "$scratch/benches/named" && echo '{"base":"https://lab.example.cn/","bench":"B07"}' >"$scratch/benches/named/laboratory.json"
	at named record only-named >/dev/null && bench_role B07 && bench=B07 state=$scratch/benches/named destinations "" && at named drain || return
	history only-named
	code=$?
	[ "$code" = 5 ] && says "only their own logs vouch" && says receiving && key=$(sed -n 's/^  B07: //p' "$scratch/out") && [ -n "$key" ] || return
	at named "$davy" keys >"$scratch/out" && says "${key:0:12}" || return
	desk ",\"benches\":{\"B07\":\"${key:0:12}\"}"
	history only-named && says receiving || return
	desk ',"benches":{"B07":"AAAAAAAAAAAA"}'
	history only-named
	[ $? = 5 ] && says "NOT VERIFIED" && says "and that bench's is AAAAAAAAAAAA" && says "nothing is known" || return
	desk ',"benches":{"B07":"'"${key:0:11}"'"}'
	history only-named
	[ $? = 5 ] && says "NOT VERIFIED" && desk ""
}

# The next key of a bench is its own by what the last one signed.
handed_over() {
	at 17 administrator && at 17 within 60 "$davy" keys rotate --why "a year is over" >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }
	at 17 record after-17 >/dev/null && at 17 drain && history after-17 && says receiving
}

destroyed() {
	at 5 administrator && at 5 person 0009 tester || return
	at 5 within 60 "$davy" record destruction --dut ma=MFA150001 --dut serial=own-5 --by 0009 >"$scratch/recorded" 2>&1 || { cat "$scratch/recorded"; return 1; }
	at 5 drain
	history own-5 && says destruction
}

# By now it is longer ago than both clocks may be wrong together.
after_end() {
	at 9 record own-5 >/dev/null && at 9 drain
	history own-5
	[ $? = 1 ] && says "it had been destroyed"
}

# The owner of the server writes another serial number into a row, and a whole row of a bench that nobody has.
forged() {
	local bench
	bench=$(bench_of "$scratch/benches/13")
	sql "BEGIN; ALTER TABLE davy.record DISABLE TRIGGER record_is_kept; UPDATE davy.record SET jws = convert_to(replace(convert_from(jws, 'UTF8'), \
		rtrim(translate(replace(encode(convert_to(convert_from(decode(rpad(translate(convert_from(jws, 'UTF8')::jsonb ->> 'payload', '-_', '+/'), \
		(length(convert_from(jws, 'UTF8')::jsonb ->> 'payload') + 3) / 4 * 4, '='), 'base64'), 'UTF8'), 'UTF8'), 'base64'), E'\\n', ''), '+/', '-_'), '='), \
		rtrim(translate(replace(encode(convert_to(replace(convert_from(decode(rpad(translate(convert_from(jws, 'UTF8')::jsonb ->> 'payload', '-_', '+/'), \
		(length(convert_from(jws, 'UTF8')::jsonb ->> 'payload') + 3) / 4 * 4, '='), 'base64'), 'UTF8'), 'own-13', 'own-31'), 'UTF8'), 'base64'), E'\\n', ''), '+/', '-_'), '=')), 'UTF8') \
		WHERE bench = '$bench' AND seq = 2; ALTER TABLE davy.record ENABLE ALWAYS TRIGGER record_is_kept; COMMIT" || return
	history own-31
	[ $? = 5 ] && says "NOT VERIFIED" && says "not signed by the bench's key" && says "nothing is known" || { cat "$scratch/out"; return 1; }
	stats
	[ $? = 5 ] && says "9 runs" && says "only their own logs vouch" || return
	history shared
	[ $? = 5 ] && says "of 20 benches" || [ "$(grep -c receiving "$scratch/out")" = 20 ]
}

if [ -z "$postgres_bin" ] || ! command -v openssl >/dev/null || ! command -v node >/dev/null; then
	claim_skip "records reach the laboratory's store" "no PostgreSQL, openssl and node to make one with (bench/dist/setup.sh test)"
	claims_end
fi
mkdir -p "$state" "$there"
make_certificates && make_postgres || echo "no PostgreSQL"
within 60 "$davy" record receiving --dut ma=MFA150001 --dut serial=A0 >/dev/null
bench=$(bench_of "$state")
bench_role "$bench" && start_relay "$(cat "$there/postgres_port")"
destinations ""
claim "records of all kinds reach PostgreSQL to the byte, once each, and their receipts stand in the log" delivers
claim "what is due at once is one transaction" together
claim "twenty benches bring their records at the same time: each has its own there, once" twenty
claim "who reads needs a role and a certificate, and no bench and no controller" only_role
claim "what is destroyed is told at one bench" destroyed
claim "the way is cut at each piece of a delivery: each record is there once" cut_everywhere
claim "a server that stalls or trickles is not waited for without end" stalls
claim "process, server and controller are killed at any moment: each record is there once" killed
claim "a bench's role inserts its own and nothing else, and nobody updates, deletes or truncates" only_inserts
claim "other bytes under the same name and number are parked, and loudly" other_bytes
claim "the outbox can be deleted: nothing is there twice" rebuilt
claim "a password in the url is refused" says_no "" "no password" "s,://$bench@,://$bench:secret@,"
claim "a password beside it is refused" says_no ',"password":"secret"' "no password is used"
claim "a socket without TLS is refused" says_no "" "is postgresql://" "s,127.0.0.1,%2Ftmp,"
claim "more behind the database is refused: nobody turns verification off there" says_no "" "is postgresql://" "s,/davy\",/davy?sslmode=disable\","
claim "no client certificate: a sentence that names it" says_no "" "names no file" 's,"certificate","certificat",'
claim "a store without the benches' keys is refused: nobody could verify it" says_no "" "nobody can verify" 's/"log","hand-over",//'
claim "a server that asks for a password gets none, whatever the environment has" asks_password
while IFS='|' read -r what english chinese statement back; do
	claim "a server $what: $english" refused "$english" "$chinese" "$statement" "$back"
done <<END
whose role may not insert|does not let this bench in|不允许本检验台接入|REVOKE INSERT (bench) ON davy.record FROM davy_bench|GRANT INSERT (bench) ON davy.record TO davy_bench
without the schema|nothing at this address|此地址不存在|ALTER TABLE davy.record RENAME TO elsewhere|ALTER TABLE davy.elsewhere RENAME TO record
that only reads|cannot take it now|暂时无法接收|ALTER DATABASE davy SET default_transaction_read_only = on|ALTER DATABASE davy RESET default_transaction_read_only
that takes no more connections|cannot take it now|暂时无法接收|ALTER ROLE "$bench" CONNECTION LIMIT 0|ALTER ROLE "$bench" CONNECTION LIMIT -1
that does not know the role|does not let this bench in|不允许本检验台接入|ALTER ROLE "$bench" NOLOGIN|ALTER ROLE "$bench" LOGIN
END
cp "$there/other-ca.pem" "$there/other.pem"
certificate expired-bench DNS:bench -startdate 20200101000000Z -enddate 20200201000000Z
CERTIFICATE=expired-bench claim "our certificate is expired: the destination is paused" not_let_in "refuse this bench's certificate" "可能不接受本检验台的证书"
CERTIFICATE=revoked claim "our certificate is revoked: the destination is paused" not_let_in "refuse this bench's certificate" "可能不接受本检验台的证书"
CERTIFICATE=other claim "our certificate is of another CA: the destination is paused" not_let_in "refuse this bench's certificate" "可能不接受本检验台的证书"
CERTIFICATE=elsewhere claim "our certificate is another bench's: the destination is paused" not_let_in "does not let this bench in" "不允许本检验台接入"
CERTIFICATE=nowhere claim "our certificate is not there: a sentence that says so" not_let_in "cannot be used" "无法使用"
CA=other-ca claim "a server whose CA is not the one that was pinned" not_let_in "certificate does not hold" "对方证书无效"
SERVER=nowhere.invalid claim "a server whose name nobody knows" not_let_in "name is not known" "无法解析对方域名"
PORT=1 claim "a server that is not there" not_let_in "cannot be reached" "无法连接对方"
DATABASE=none claim "a database that is not there" not_let_in "nothing at this address" "此地址不存在"
claim "a server whose certificate is for another name" server_shows elsewhere "for another name" "名称与网址不符"
claim "a server whose certificate has run out" server_shows old "certificate does not hold" "对方证书无效"
claim "the life of a piece of equipment is told over all benches, and each record is verified on arrival" lives
claim "a bench does not read what is another's" only_readers
claim "a cloned tag is found across benches, with its two records" cloned
claim "what was destroyed and is alive at another bench is shown, with its two records" after_end
claim "of many records of one bench each is verified behind the one before it" many
claim "yield, failing measures and figures of three benches' runs are those of another program, each run verified on arrival" counted
claim "… of which one counts no more that its bench has declared wrong" counted_no_more
claim "… and only for who may read" stats_only_readers
claim "what was declared wrong at its bench is told as that" corrected
claim "a bench that the laboratory has named is whose key somebody has read there" named
claim "a bench whose key has changed is verified as before" handed_over
claim "what the store's owner has changed is not verified, and hides nothing else" forged
claims_end
