# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A PostgreSQL of a test's own on loopback, with TLS and the laboratory's schema, whose clients are let in by certificates
# alone: sourced behind tests/receiver.sh, whose `certificate` makes them. Its data lie in $there/data. `make_postgres` once,
# `start_postgres`, `stop_postgres`, `kill_postgres`; `sql TEXT` asks it as its owner.
postgres_bin=$(find /usr/lib/postgresql -name initdb 2>/dev/null | sort -V | tail -n 1)
postgres_bin=${postgres_bin%/initdb}
postgres_user=$(id -un)

# It refuses to be root's; then it is that of somebody who may nothing.
if [ "$(id -u)" = 0 ]; then
	postgres_user=nobody
fi

as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups env HOME=/nonexistent LC_ALL=C "$@"
	else
		LC_ALL=C "$@"
	fi
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

sql() { as_postgres env PGOPTIONS='-c default_transaction_read_only=off' psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$there/data" -p "$(cat "$there/postgres_port")" -U owner -d "${2:-davy}" -c "$1"; }

# server_certificate NAME: what it shows from its next start on
server_certificate() {
	cp "$there/$1.pem" "$there/data/server.crt" && cp "$there/$1.key" "$there/data/server.key" &&
		chmod 600 "$there/data/server.key" && own_data
}

own_data() { [ "$(id -u)" != 0 ] || chown -R nobody "$there/data"; }

make_postgres() {
	chmod 711 "$scratch" "$there" && mkdir "$there/data" && own_data &&
		as_postgres "$postgres_bin/initdb" -D "$there/data" -U owner -A peer -E UTF8 --locale=C -N >"$scratch/initdb" 2>&1 || {
		cat "$scratch/initdb"
		return 1
	}
	free_port >"$there/postgres_port"
	cat >>"$there/data/postgresql.conf" <<-END
		listen_addresses = '127.0.0.1'
		port = $(cat "$there/postgres_port")
		unix_socket_directories = '$there/data'
		ssl = on
		ssl_cert_file = 'server.crt'
		ssl_key_file = 'server.key'
		ssl_ca_file = 'ca.crt'
		ssl_crl_file = 'ca.crl'
	END
	cat >"$there/data/pg_hba.conf" <<-END
		local all owner peer map=owner
		hostssl all all 127.0.0.1/32 cert
	END
	echo "owner $postgres_user owner" >"$there/data/pg_ident.conf"
	cp "$there/ca.pem" "$there/data/ca.crt" && cp "$there/crl.pem" "$there/data/ca.crl" && server_certificate good
	start_postgres && sql "CREATE DATABASE davy" postgres &&
		as_postgres psql -X -q -1 -v ON_ERROR_STOP=1 -h "$there/data" -p "$(cat "$there/postgres_port")" -U owner -d davy \
			<bench/dist/postgresql/davy.sql
}

start_postgres() {
	as_postgres "$postgres_bin/pg_ctl" -s -w -t 60 -D "$there/data" -l "$there/data/log" start >"$scratch/pg_ctl" 2>&1 || {
		cat "$scratch/pg_ctl"
		as_postgres cat "$there/data/log"
		return 1
	}
}

# Of a test that has ended, too: nothing is asked of it any more.
stop_postgres() { as_postgres "$postgres_bin/pg_ctl" -s -w -t 60 -D "$there/data" -m fast stop 2>/dev/null || :; }
kill_postgres() { as_postgres "$postgres_bin/pg_ctl" -s -w -t 60 -D "$there/data" -m immediate stop 2>/dev/null || :; }

# bench_role BENCH: its certificate, $there/BENCH.pem, and what it may
bench_role() { certificate "$1" "DNS:$1" && sql "CREATE ROLE \"$1\" LOGIN IN ROLE davy_bench"; }

# bench_of STATE: what its log calls it
bench_of() {
	head -n 1 "$1/records/records.jsonl" | node -e '
		const line = JSON.parse(require("fs").readFileSync(0));
		console.log(JSON.parse(Buffer.from(line.payload, "base64url")).log.bench)'
}
