#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The life of the Debian package in a fresh root, where this runs as root (package.sh): OLD is installed, serves, is
# upgraded to NEW, removed, purged; and once more without evidence. There is no systemd running, so what it would do to
# start the service is done here, and what the package tells it is read from the files that it keeps.
#
# package_inside.sh NAME OLD NEW
cd "$(dirname "$0")" || exit 1
. ./claims.sh

name=$1 old=$2 new=$3
state=/var/lib/davy
limits=/usr/share/davy/scripts/limits/example.json
enabled=/etc/systemd/system/multi-user.target.wants/davy.service

apt() { apt-get -qq -y -o Dpkg::Use-Pty=0 "$@" </dev/null; }

# As it is done by hand: without what is only recommended.
installs() {
	apt update || return
	apt install --no-install-recommends "$1" >log 2>&1 || { cat log; return 1; }
	! grep -iE 'error|warning: (unit|user)|cannot|failed|not found' log && dpkg-query -W -f '${Status} ${Version}\n' davy | grep -q '^install ok installed '
}

says_its_version() { [ "$(davy --version)" = "davy $(dpkg-query -W -f '${Version}' davy)" ]; }

user_is_there() {
	[ "$(getent passwd davy | cut -d: -f6,7)" = "$state:/usr/sbin/nologin" ] &&
		[ "$(id -Gn davy | tr ' ' '\n' | sort | xargs)" = "davy dialout gpio" ]
}

service_is_enabled() { [ -L "$enabled" ] && [ -f "$(readlink -f "$enabled")" ]; }

# Every process of davy: "NUMBER NAME".
processes() {
	local folder name
	for folder in /proc/[0-9]*; do
		read -r name <"$folder/comm" 2>/dev/null || continue
		case $name in davy*) echo "${folder#/proc/} $name" ;; esac
	done
}
nothing_runs() { [ -e /proc/self/comm ] && ! processes | grep .; }

files_are_where_they_belong() {
	local missing=0 file
	for file in /usr/bin/davy /usr/libexec/davy/davy-lua /usr/share/davy/scripts/gas/methane_transmitter.lua \
		/usr/share/davy/fixtures/gas_bench/fixture.lua /usr/lib/sysusers.d/davy.conf \
		/usr/share/bash-completion/completions/davy /usr/share/doc/davy/copyright; do
		dpkg -S "$file" >/dev/null 2>&1 || { echo "$file is not the package's"; missing=1; }
	done
	[ -e /usr/lib/udev/rules.d/60-davy.rules ] && [ -e /usr/lib/systemd/system/davy.service ] && [ -d /etc/davy ] &&
		return $missing
}

# as USER COMMAND…
as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups \
		env -C / HOME="$(getent passwd "$user" | cut -d: -f6)" "$@"
}

# What davy.service says, as far as there is a service manager in a chroot.
service_starts() {
	install -d -o davy -g davy -m 0750 "$state"
	(
		umask 0007
		as davy env STATE_DIRECTORY="$state" davy controller >>service.log 2>&1 &
	)
	for _ in $(seq 100); do
		[ -S "$state/controller.sock" ] && as davy davy list resources --state "$state" >/dev/null && return
		sleep 0.1
	done
	cat service.log
	return 1
}

# The process that serves, as its lock has it.
controller() {
	local pid
	read -r pid <"$state/controller.lock" && [ "$(stat -c %U "/proc/$pid")" = davy ] && processes | grep -qx "$pid davy" && echo "$pid"
}

service_stops() {
	local pid
	pid=$(controller) || return
	kill "$pid"
	for _ in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

# ends CODE PATTERN USER COMMAND…
ends() {
	local wanted=$1 pattern=$2 output code
	shift 2
	output=$(as "$@" 2>&1 </dev/null)
	code=$?
	[ "$code" = "$wanted" ] && grep -qE -- "$pattern" <<<"$output" && return
	echo "ended with $code: $(tail -n 5 <<<"$output")"
	return 1
}

runs_kept() { find "$state/runs" -mindepth 1 -maxdepth 1 | wc -l; }

member_orders() {
	local before after
	before=$(runs_kept)
	ends 0 'PASS' anna davy run gas/methane_transmitter --sim --brief --limits "$limits" || return
	after=$(runs_kept)
	[ "$after" = $((before + 1)) ] && [ "$(stat -c %U "$state"/runs/* | sort -u)" = davy ] &&
		ends 0 'PASS' anna davy show last && ends 0 'bit for bit|same' anna davy replay last && [ ! -e /home/anna/.local/state/davy ]
}

stranger_has_his_own() {
	ends 0 'PASS' bert davy run gas/methane_transmitter --sim --brief --limits "$limits" &&
		[ -d /home/bert/.local/state/davy/runs ] && ends 3 'not yours to reach' bert davy safe &&
		ends 0 'controller has made its outputs safe|nothing is left' bert davy safe --state /home/bert/.local/state/davy
}

member_makes_safe() { ends 0 'controller has made its outputs safe: 0 runs' anna davy safe; }
root_makes_safe() { ends 0 'controller has made its outputs safe: 0 runs' root davy safe; }

root_does_not_serve() {
	ends 2 'belongs to user davy.*systemctl start davy' root davy run gas/methane_transmitter --sim &&
		ends 2 'belongs to user davy.*systemctl start davy' anna davy run gas/methane_transmitter --sim &&
		! find "$state" -user root | grep .
}

upgrade_ends_nothing() {
	local pid kept
	pid=$(controller) && kept=$(runs_kept) && installs "$new" && [ "$(controller)" = "$pid" ] &&
		[ "$(runs_kept)" = "$kept" ] && service_is_enabled && user_is_there && member_orders
}

what_was_disabled_stays_so() {
	local link stayed
	link=$(readlink "$enabled") && rm "$enabled" && apt install --reinstall "$new" >log 2>&1 && [ ! -L "$enabled" ]
	stayed=$?
	ln -sf "$link" "$enabled"
	return $stayed
}

removes() {
	apt remove davy >log 2>&1 || { cat log; return 1; }
	[ ! -e /usr/bin/davy ] && [ ! -e /usr/share/davy ] && [ ! -e /usr/lib/udev/rules.d/60-davy.rules ] && [ "$(runs_kept)" -gt 0 ] && user_is_there
}

comes_back() { installs "$new" && service_starts && ends 0 'PASS' anna davy show last && service_stops; }

purge_keeps_evidence() {
	apt purge davy >log 2>&1 || { cat log; return 1; }
	grep -q 'journals in /var/lib/davy are evidence' log && [ "$(runs_kept)" -gt 0 ] && user_is_there
}

purge_leaves_nothing() {
	rm -rf "$state"
	installs "$new" && service_starts && service_stops || return
	apt purge davy >log 2>&1 || { cat log; return 1; }
	! processes | grep . || return
	! find / -xdev \( -path /proc -o -path "$PWD" -o -path /home -o -path /var/cache -o -path /var/log -o -path /davy \) -prune -o -name '*davy*' -print | grep . &&
		! getent passwd davy && ! dpkg-query -W davy 2>/dev/null
}

claim "$name: the package installs into a fresh system" installs "$old"
claim "$name: the program says the package's version" says_its_version
claim "$name: it starts nothing where nothing may be started" nothing_runs
claim "$name: files are where they belong" files_are_where_they_belong
claim "$name: it makes its user, who may have the wires" user_is_there
claim "$name: its service is enabled" service_is_enabled
useradd --create-home --groups davy anna && useradd --create-home bert
claim "$name: its controller starts as user davy and answers" service_starts
claim "$name: a member of the group orders from it, reads and replays" member_orders
claim "$name: a stranger has a bench of his own, and hears that the system's is not his" stranger_has_his_own
claim "$name: a member makes its outputs safe" member_makes_safe
claim "$name: so does root" root_makes_safe
claim "$name: an upgrade ends no controller and keeps everything" upgrade_ends_nothing
claim "$name: a service that was disabled stays so" what_was_disabled_stays_so
claim "$name: its controller stops when it is told to" service_stops
claim "$name: nobody but its user starts a controller on its state" root_does_not_serve
claim "$name: removing it leaves journals and user" removes
claim "$name: it comes back to what it left" comes_back
claim "$name: purging it keeps what is evidence, and says so" purge_keeps_evidence
claim "$name: purging it without evidence leaves nothing" purge_leaves_nothing
claims_end
