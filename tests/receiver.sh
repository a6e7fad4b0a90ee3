# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A receiver (receiver.mjs) with a CA of its own: sourced where $scratch and $there are folders, in the root of the sources.
# `make_certificates`, `mode ok`, `start good`, and `stop` at last. It holds events against the GS1 schema where tests/claims_event.sh
# has fetched it.
packages=${DAVY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davy}/npm
[ -d "$packages" ] || packages=

# ---- certificates ----

# certificate NAME SUBJECT-ALTERNATIVE-NAME DAYS…: NAME.key and NAME.pem, of the CA
certificate() {
	local name=$1 alternative=$2
	shift 2
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$there/$name.key" -out "$there/$name.csr" \
		-subj "/CN=$name" -addext "subjectAltName=$alternative" 2>/dev/null &&
		openssl ca -batch -notext -config "$there/ca.conf" -in "$there/$name.csr" -out "$there/$name.pem" "$@" 2>/dev/null
}

make_certificates() {
	mkdir -p "$there/issued" && : >"$there/index.txt" && echo 01 >"$there/serial" && echo 01 >"$there/crlnumber" || return
	cat >"$there/ca.conf" <<-END
		[ca]
		default_ca = davy
		[davy]
		database = $there/index.txt
		new_certs_dir = $there/issued
		serial = $there/serial
		crlnumber = $there/crlnumber
		certificate = $there/ca.pem
		private_key = $there/ca.key
		default_md = sha256
		default_days = 30
		default_crl_days = 30
		policy = any
		copy_extensions = copy
		unique_subject = no
		[any]
		commonName = supplied
	END
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout "$there/ca.key" -out "$there/ca.pem" \
		-subj "/CN=Receiver's CA" 2>/dev/null
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout "$there/other.key" \
		-out "$there/other-ca.pem" -subj "/CN=Another CA" 2>/dev/null
	certificate good IP:127.0.0.1,DNS:localhost && certificate revoked IP:127.0.0.1 && certificate elsewhere DNS:elsewhere.example &&
		certificate old IP:127.0.0.1 -startdate 20200101000000Z -enddate 20200201000000Z && certificate bench DNS:bench &&
		openssl ca -config "$there/ca.conf" -revoke "$there/revoked.pem" 2>/dev/null &&
		openssl ca -config "$there/ca.conf" -gencrl -out "$there/crl.pem" 2>/dev/null
}

# ---- the receiver ----

# start CERTIFICATE
start() {
	cp "$there/$1.pem" "$there/server.pem" && cp "$there/$1.key" "$there/server.key" || return
	rm -f "$there/listens"
	# shellcheck disable=SC2086 # no blanks in a cache's path
	PORT=$(cat "$there/port" 2>/dev/null || echo 0) node tests/receiver.mjs "$there" $packages >>"$scratch/receiver" 2>&1 &
	echo $! >"$there/pid"
	disown
	for _ in $(seq 100); do
		[ -e "$there/listens" ] && return
		sleep 0.1
	done
	cat "$scratch/receiver"
	return 1
}

# Claims run in shells of their own, so what they start is known by a file.
stop() {
	local pid
	pid=$(cat "$there/pid" 2>/dev/null) && rm -f "$there/pid" && kill -9 "$pid" 2>/dev/null
	while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do
		sleep 0.05
	done
	:
}

mode() { echo "$1" >"$there/mode"; }

# ---- the way to it ----

# start_relay PORT: at $there/relay_port, as $there/relay says (relay.mjs)
start_relay() {
	echo through >"$there/relay"
	node tests/relay.mjs "$there" "$1" 2>"$scratch/relay" &
	echo $! >"$there/relay_pid"
	disown
	for _ in $(seq 100); do
		[ -e "$there/relay_port" ] && return
		sleep 0.1
	done
	return 1
}

stop_relay() { [ ! -e "$there/relay_pid" ] || kill "$(cat "$there/relay_pid")" 2>/dev/null; }
