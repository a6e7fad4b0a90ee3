#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What goes on is shown live at a broker: a real Mosquitto on loopback with certificates of both sides, that is dead, stalled, somebody
# else or not willing. It is never evidence, what is simulated never looks real, and no run notices any of it.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/receiver.sh
. tests/broker.sh
davy=$PWD/build/davy state=$scratch/state there=$scratch/there
trap 'stop_showing; unsubscribe; stop_broker; rm -rf "$scratch"' EXIT
export DAVY_STATE=$state LC_ALL=C

# destinations MEMBERS: one called screen; CERTIFICATE, CA and HOST are as they are set
destinations() {
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"screen","kind":"mqtt","host":"${HOST:-127.0.0.1}","port":$(cat "$there/broker_port"),"bench":"B07",
		"ca":"$there/${CA:-ca}.pem","certificate":"$there/${CERTIFICATE:-bench}.pem","key":"$there/${CERTIFICATE:-bench}.key",
		"patience":5$1}]}
	END
}

# show: its process, whose words are in $scratch/shown
show() {
	stop_showing
	"$davy" push screen >"$scratch/showing" 2>"$scratch/shown" &
	echo $! >"$there/show_pid"
	disown
}

stop_showing() {
	local pid
	pid=$(cat "$there/show_pid" 2>/dev/null) && rm -f "$there/show_pid" && kill -9 "$pid" 2>/dev/null
	while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do
		sleep 0.05
	done
	:
}

# comes TEXT FILE: within some seconds it stands there
comes() {
	for _ in $(seq $((200 * ${SLOWNESS:-1}))); do
		grep -qF -- "$1" "$scratch/$2" 2>/dev/null && return
		sleep 0.1
	done
	tail -n 3 "$scratch/$2" "$scratch/shown"
	echo "$2 does not come to say: $1"
	return 1
}

run() { within 120 "$davy" run "$PWD/tests/benchmark/protocols/thousand.lua" --sim --json "$@" >"$scratch/ran" 2>"$scratch/err" || { cat "$scratch/ran" "$scratch/err"; return 1; }; }

# ---- claims ----

shows() {
	subscribe '#' "$scratch/heard" && destinations ',"simulated":true' && show && comes '"state":"online"' heard && run &&
		comes '"state":"ended"' heard || return
	! grep '^davy/B07/[0-9]' "$scratch/heard" && grep -q '^davy-simulated/B07/1/state expiry=[0-9]* .*"verdict":"PASS"' "$scratch/heard" &&
		grep -q '^davy-simulated/B07/1/judged/' "$scratch/heard" || { head -20 "$scratch/heard"; return 1; }
	! grep -v '"evidence":false' "$scratch/heard" && ! grep '^davy-simulated' "$scratch/heard" | grep -v 'simulated:true.*"simulated":true' &&
		! grep -v 'evidence:false' "$scratch/heard" && ! grep '^davy-simulated' "$scratch/heard" | grep -v 'expiry=\(60\|59\) '
}

# Who comes later sees how it stands, and not what it was.
shows_who_comes_later() {
	subscribe '#' "$scratch/later" && comes '"state":"ended"' later && grep '"state":"ended"' "$scratch/later" | grep -q 'retained=1' &&
		! grep 'judged\|reading' "$scratch/later"
}

ends() {
	stop_showing
	comes '"state":"offline"' heard && subscribe 'davy/B07/state' "$scratch/offline" && comes '"state":"offline"' offline &&
		grep -q retained=1 "$scratch/offline"
}

# Only what is real: of this bench there is none.
shows_no_simulation() {
	: >"$scratch/heard"
	destinations "" && show && comes '"state":"online"' heard && run && sleep 1 && ! grep 'B07/1' "$scratch/heard"
}

# What it is called and as which record differs.
said() { sed 's/"run":"[^"]*"//; s/"record":{[^}]*}//' "$scratch/ran"; }

as_ever() {
	run && said >"$scratch/alone" && destinations ',"simulated":true' && show && sleep 1 && run && said >"$scratch/watched" && cmp "$scratch/alone" "$scratch/watched" && stop_showing &&
		within 60 "$davy" verify >"$scratch/out" 2>&1 && says "everything fits"
}

no_broker() {
	stop_broker
	destinations ',"simulated":true' && show && comes "the receiver cannot be reached" shown && run && comes "messages could not be shown" shown || return
	start_broker good && subscribe '#' "$scratch/back" && comes '"state":"online","lost":' back && ! grep '"lost":0' "$scratch/back"
}

stalls() {
	local pid
	pid=$(cat "$there/broker_pid")
	destinations ',"simulated":true' && show && comes "shows what goes on" shown && kill -STOP "$pid" && run && comes "did not answer in time" shown || return
	kill -CONT "$pid" && run && subscribe '#' "$scratch/again" && comes '"state":"online"' again && stop_showing
}

# A controller that says what it is told to: EVENT…, one after the other.
controller_says() {
	python3 - "$PWD/build/davy-push" "$state" "$scratch" "$@" <<-'END'
		import socket, subprocess, sys, time
		program, state, scratch, *events = sys.argv[1:]
		ours, theirs = socket.socketpair()
		push = subprocess.Popen([program, state, "screen", str(theirs.fileno()), "always"], pass_fds=[theirs.fileno()],
		                        stderr=open(scratch + "/shown", "w"))
		theirs.close()
		try:
		    if b"listen" not in ours.recv(1000):
		        sys.exit("it does not listen")
		    for _ in range(100):
		        if "shows what goes on" in open(scratch + "/shown").read():
		            break
		        time.sleep(0.1)
		    for event in events:
		        ours.sendall(event.encode() + b"\n")
		        time.sleep(0.5)
		finally:
		    push.kill()
		    push.wait()
	END
}

# Its instruments are asked before it is known that one is played.
turns_out_to_be_played() {
	unsubscribe
	subscribe '#' "$scratch/played" && sleep 0.5 && destinations "$1" &&
		controller_says '{"event":"started","slot":2,"played":false,"run":"R1"}' '{"event":"simulated","slot":2,"played":true}' \
			'{"event":"step","slot":2,"played":true,"step":"Late"}' && comes 'davy/B07/2/state' played || return
	[ "$(grep -c '^davy/B07/2/state' "$scratch/played")" = 2 ] && grep '^davy/B07/2/state' "$scratch/played" | tail -1 | grep -qv '{' || {
		cat "$scratch/played"
		return 1
	}
	subscribe '#' "$scratch/kept" && comes 'davy/B07/state' kept && sleep 0.5 && ! grep '^davy/B07/2' "$scratch/kept"
}

played_is_nowhere() { turns_out_to_be_played "" && ! grep 'davy-simulated/B07/2\|Late' "$scratch/played"; }
played_is_elsewhere() { turns_out_to_be_played ',"simulated":true' && grep -q '^davy-simulated/B07/2/state .*"Late"' "$scratch/kept"; }

# is_not CERTIFICATE WORDS MEMBERS: the broker shows a certificate that is none
is_not() {
	stop_showing && stop_broker && start_broker "$1" && destinations "$3" && show && comes "$2" shown && run && stop_showing
}

somebody_else() {
	stop_broker && start_broker good && CA=other-ca destinations "" && show && comes "not of the CA that was pinned" shown && stop_showing
}

does_not_let_in() {
	cp "$there/other-ca.pem" "$there/other.pem" && CERTIFICATE=other destinations "" && show && comes "may refuse this bench's certificate" shown && stop_showing &&
		stop_broker && start_broker good "allow_anonymous false" && destinations "" && show && comes "does not let this bench in" shown && run && stop_showing
}

flood() {
	stop_broker
	destinations ',"simulated":true' && show && comes "cannot be reached" shown &&
		within 300 "$davy" run "$PWD/tests/benchmark/protocols/tenth.lua" --sim --param "time=2 s" --slot "$(seq -s, 64)" --json >"$scratch/ran" 2>"$scratch/err" ||
		{ cat "$scratch/err" "$scratch/ran" | head; return 1; }
	[ "$(grep -o '"verdict":"PASS"' "$scratch/ran" | wc -l)" -ge 64 ] && comes "messages could not be shown" shown && stop_showing
}

wrong_settings() {
	CERTIFICATE=nowhere destinations ""
	within 20 "$davy" push screen >"$scratch/out" 2>&1
	[ $? = 2 ] && says "nowhere.pem, its \"certificate\", cannot be used" || return
	sed -i 's/"bench":"B07"/"bench":"B\/#"/' "$state/destinations.json"
	within 20 "$davy" push screen >"$scratch/out" 2>&1
	[ $? = 2 ] && says "is what this bench is called in topics" || return
	destinations ""
	within 20 "$davy" push screen --once >"$scratch/out" 2>&1
	[ $? = 2 ] && says "nothing waits for what is shown live"
}

no_outbox() {
	destinations "" && "$davy" outbox list >"$scratch/out" && says "no destination is named" && within 20 "$davy" outbox drain >"$scratch/out" 2>&1 &&
		! grep screen "$scratch/out"
}

if ! command -v mosquitto >/dev/null || ! command -v mosquitto_sub >/dev/null || ! command -v openssl >/dev/null; then
	claim_skip "what goes on is shown live at a broker" "no mosquitto and openssl to make one with (sh bench/dist/setup.sh test)"
	claims_end
fi
mkdir -p "$state" "$there"
make_certificates || echo "no certificates"
start_broker good
claim "a simulated run is shown below davy-simulated alone, and each message says that it is no evidence, and expires" shows
claim "who comes later sees how each slot stands" shows_who_comes_later
claim "when its process is killed, the broker says that the bench is offline" ends
claim "what is simulated is not shown where nobody has asked for it" shows_no_simulation
stop_showing
claim "a run says the same whether it is shown or not" as_ever
claim "a broker that is not there: a sentence, a count, a run as ever; and what there is when it comes" no_broker
stop_showing
claim "a broker that stalls: a sentence, a run as ever, and it goes on when the broker does" stalls
claim "a run that turns out to be played is no longer shown as real" played_is_nowhere
claim "… and stands where what is simulated does, where somebody has asked for that" played_is_elsewhere
unsubscribe
while IFS='|' read -r what words members; do
	claim "a broker whose certificate is $what: $words" is_not "$what" "$words" "$members"
done <<END
old|has run out|
elsewhere|for another name|
revoked|was revoked|,"crl":"$there/crl.pem"
END
claim "a broker of another CA than the one that was pinned: it may be somebody else" somebody_else
claim "a broker that does not let us in: a sentence, and a run as ever" does_not_let_in
claim "64 slots that nobody can be shown: counted, and all of them pass" flood
claim "settings that are none: a sentence each" wrong_settings
claim "the outbox knows nothing of it" no_outbox
claims_end
