# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Sourced after claims.sh: the rig's wires as a station for a shipped fixture. Each line of a slot is a line of a gpio-sim
# chip of its own, each port one of the null-modems; pair 0 is on the board, the others on PCI cards (boot.sh).

# ports_at ADDRESS: the ports of the card there, in order.
ports_at() {
	for tty in /sys/class/tty/ttyS*; do
		case $(readlink -f "$tty") in
		*/0000:00:"$1".0/*) echo "/dev/${tty##*/}" ;;
		esac
	done | sort -V
}

near_ports="/dev/ttyS1 $(for card in 05 07 09; do ports_at $card; done | tr '\n' ' ')"
far_ports="/dev/ttyS2 $(for card in 04 06 08; do ports_at $card; done | tr '\n' ' ')"

# nth N WORD…
nth() {
	shift "$1"
	echo "$1"
}

# slot NUMBER FIXTURE FIRST_PAIR "PORT…" "LINE…": one slot of a station, as Lua.
slot() {
	number=$1 fixture=$2 pair=$3 label=slot$1
	echo "slot { $number, fixture = \"$fixture\","
	near="" far="" lines="" count=0
	for name in $4; do
		# shellcheck disable=SC2086 # a list of words
		near="$near $name = \"$(nth $((pair + 1)) $near_ports)\"," far="$far $name = \"$(nth $((pair + 1)) $far_ports)\","
		pair=$((pair + 1))
	done
	for name in $5; do
		lines="$lines $name = \"$label:$count\","
		count=$((count + 1))
	done
	chip "$label" "$count" >&2
	echo "ports = {$near }, lines = {$lines }, rig = { ports = {$far } } },"
}

# play STATION PROTOCOL OPTIONS…: a rig on the far ends, until `leave`; what it says stands in $scratch/rig.
far=
play() {
	"$davy" rig "$@" </dev/null >"$scratch/rig" 2>&1 &
	far=$!
	tries=300
	until grep -q "^Ctrl-C" "$scratch/rig"; do
		tries=$((tries - 1))
		kill -0 $far 2>/dev/null && [ $tries -gt 0 ] || {
			cat "$scratch/rig"
			return 1
		}
		sleep 0.1
	done
}

leave() {
	kill $far
	wait $far
	status=$?
	far=
	return $status
}

gas_ports="bus flow reference"
gas_lines="ch4_1 ch4_2 ch4_3 ch4_4 zero_air supply fan hood estop alarm cut_off frequency"
breathing_ports="machine co2_feed extraction mouth co2 o2 bus"
breathing_lines="room unit test_air co2 extract heater enable starter home stroke_end lid estop"
battery_ports="supply load cell pack shunt tester bus"
battery_lines="main bunker supply_relay load_relay polarity short main_closed bunker_closed door clear estop smoke_head \
flame panel surge"
