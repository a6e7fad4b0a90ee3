# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A Mosquitto of a test's own on loopback, with TLS, that lets in by certificates alone: sourced behind tests/receiver.sh, whose
# `make_certificates` comes first. `start_broker good`, `stop_broker`, `subscribe TOPIC FILE`.

# start_broker CERTIFICATE [MEMBERS]: lines of its configuration instead of those that let clients in
start_broker() {
	cp "$there/$1.pem" "$there/broker.pem" && cp "$there/$1.key" "$there/broker.key" || return
	[ -e "$there/broker_port" ] || python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$there/broker_port"
	cat >"$there/mosquitto.conf" <<-END
		listener $(cat "$there/broker_port") 127.0.0.1
		cafile $there/ca.pem
		certfile $there/broker.pem
		keyfile $there/broker.key
		${2:-require_certificate true
		use_identity_as_username true
		allow_anonymous true}
		user $(id -un)
		log_dest stderr
	END
	mosquitto -c "$there/mosquitto.conf" >>"$scratch/broker" 2>&1 &
	echo $! >"$there/broker_pid"
	disown
	for _ in $(seq 100); do
		(exec 3<>"/dev/tcp/127.0.0.1/$(cat "$there/broker_port")") 2>/dev/null && return
		sleep 0.1
	done
	cat "$scratch/broker"
	return 1
}

stop_broker() {
	local pid
	pid=$(cat "$there/broker_pid" 2>/dev/null) && rm -f "$there/broker_pid" && kill -CONT "$pid" 2>/dev/null && kill -9 "$pid" 2>/dev/null
	while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do
		sleep 0.05
	done
	:
}

# subscribe TOPIC FILE: what comes goes into the file, one message per line: topic, expiry, properties, payload
subscribe() {
	mosquitto_sub -V 5 -h 127.0.0.1 -p "$(cat "$there/broker_port")" --cafile "$there/ca.pem" --cert "$there/bench.pem" --key "$there/bench.key" \
		-t "$1" -F '%t expiry=%E %P retained=%r qos=%q %p' >"$2" 2>>"$scratch/subscriber" &
	echo $! >>"$there/subscribers"
	disown
}

unsubscribe() {
	local pid
	while read -r pid; do kill "$pid" 2>/dev/null; done < <(cat "$there/subscribers" 2>/dev/null)
	rm -f "$there/subscribers"
	:
}
