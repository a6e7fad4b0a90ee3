#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The service under a systemd that runs (boot.sh), as root, with the package installed: it serves, closed in as its unit
# says; it is started again when its controller dies or hangs; an upgrade restarts it only while it has no run.
#
# service_inside.sh NAME OLD NEW
cd "$(dirname "$0")" || exit 1
. ./claims.sh

name=$1 old=$2 new=$3
limits=/usr/share/davy/scripts/limits/example.json

property() { systemctl show davy.service -p "$1" --value; }
is_up() { [ "$(property ActiveState)" = active ] && [ "$(property MainPID)" -gt 0 ]; }

# up_as_another PID SECONDS: the controller is another process than PID, by then.
up_as_another() {
	for _ in $(seq "$(($2 * 10))"); do
		is_up && [ "$(property MainPID)" != "$1" ] && return
		sleep 0.1
	done
	systemctl status davy.service
	return 1
}

as_anna() { setpriv --reuid anna --regid anna --init-groups env -C / HOME=/home/anna "$@"; }

serves() {
	is_up && [ "$(property Type)" = notify ] && [ "$(stat -c '%U %a' /var/lib/davy)" = "davy 750" ] &&
		as_anna davy run gas/methane_transmitter --sim --brief --limits "$limits" >run.log && grep -q PASS run.log && as_anna davy replay last
}

has_no_privilege() {
	local status
	status=/proc/$(property MainPID)/status
	grep -q '^CapBnd:[[:space:]]*0*$' "$status" && grep -q '^NoNewPrivs:[[:space:]]*1$' "$status" && grep -q '^Seccomp:[[:space:]]*2$' "$status"
}

dies_and_comes_back() {
	local pid
	pid=$(property MainPID) && kill -KILL "$pid" && up_as_another "$pid" 10
}

hangs_and_comes_back() {
	local pid
	pid=$(property MainPID) && kill -STOP "$pid" && up_as_another "$pid" 30
}

stop_makes_safe() {
	systemctl stop davy.service && [ "$(property ActiveState)" = inactive ] && [ "$(property Result)" = success ] &&
		systemctl show davy.service -p ExecStopPost | grep -q 'argv\[\]=/usr/bin/davy safe .*code=exited ; status=0' && systemctl start davy.service && is_up
}

run_in_real_time() {
	as_anna davy run gas/methane_transmitter --sim --clock real --limits "$limits" >long.log 2>&1 &
	for _ in $(seq 100); do
		as_anna davy list runs | grep -qw running && return
		sleep 0.1
	done
	cat long.log
	return 1
}

# Nobody listens there: what waits is tried, and says so; and it ends with the controller.
a_destination_has_its_own() {
	local unit=davy-push@nobody.service
	install -o davy -g davy -m 0644 /dev/null /etc/davy/ca.pem &&
		printf '%s\n' '{"destinations":[{"name":"nobody","kind":"json","url":"https://127.0.0.1:9/","ca":"/etc/davy/ca.pem","simulated":true}]}' \
			>/var/lib/davy/destinations.json && systemctl start "$unit" || return
	for _ in $(seq 100); do
		as_anna davy outbox >outbox.log
		grep -q 'nobody.*— \|nobody is PAUSED' outbox.log && break
		sleep 0.1
	done
	cat outbox.log
	systemctl status --no-pager "$unit" | head -n 20
	grep -q 'cannot be reached' outbox.log && [ "$(systemctl show "$unit" -p User --value)" = davy ] &&
		systemctl stop davy.service && ! systemctl -q is-active "$unit" && systemctl start davy.service && is_up
	local done=$?
	rm /var/lib/davy/destinations.json
	return $done
}

upgrade_ends_no_run() {
	local pid
	pid=$(property MainPID)
	run_in_real_time && dpkg -i "$new" >dpkg.log 2>&1 && grep -q 'runs are on' dpkg.log && [ "$(property MainPID)" = "$pid" ] &&
		as_anna davy list runs | grep -qw running
}

stop_ends_runs_in_order() {
	systemctl stop davy.service && as_anna davy show last | grep -q 'ABORTED' && ! as_anna davy list runs | grep -qw running && systemctl start davy.service
}

upgrade_restarts_an_idle_one() {
	local pid
	pid=$(property MainPID)
	dpkg -i "$old" >dpkg.log 2>&1 && up_as_another "$pid" 10 && ! grep -q 'runs are on' dpkg.log
}

remove_stops_it() { dpkg -r davy >dpkg.log 2>&1 && [ "$(property ActiveState)" != active ] && ! grep -lx davy /proc/[0-9]*/comm; }

useradd --create-home --groups davy anna
claim "$name: systemd starts the service, and a member of the group orders from it" serves
claim "$name: it has no privilege and a filter of system calls" has_no_privilege
claim "$name: a controller that dies is started again" dies_and_comes_back
claim "$name: so is one that hangs" hangs_and_comes_back
claim "$name: a stop calls davy safe behind it" stop_makes_safe
claim "$name: a destination has a service of its own, which ends with it" a_destination_has_its_own
claim "$name: an upgrade ends no run, and says so" upgrade_ends_no_run
claim "$name: a stop ends its runs in order" stop_ends_runs_in_order
claim "$name: an upgrade restarts a controller without runs" upgrade_restarts_an_idle_one
claim "$name: removing the package stops it" remove_stops_it
claims_end
