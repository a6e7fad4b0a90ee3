#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# davy rig at the far ends of real wires, asked by hand: bytes over serial ports, lines through the simulator's own
# files. Nobody tests here; runs that meet a rig are claimed in claims_protocols.sh.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
# shellcheck source=tests/rig/wires.sh
. tests/rig/wires.sh

# ---- the wires ----

{
	echo "return station { name = \"the rig\", slots = {"
	slot 1 gas_bench 0 "$gas_ports" "$gas_lines"
	slot 2 breathing_bench 3 "$breathing_ports" "$breathing_lines"
	echo "} }"
} >"$scratch/station.lua"
# shellcheck disable=SC2086 # a list of words
bus=$(nth 1 $near_ports) flow=$(nth 2 $near_ports) reference=$(nth 3 $near_ports) mouth=$(nth 7 $near_ports)

# wire LINE: the simulator's folder of a line of the gas bench.
wire() {
	number=0
	for name in $gas_lines; do
		[ "$name" != "$1" ] || break
		number=$((number + 1))
	done
	echo "$(wires slot1)/sim_gpio$number"
}

# What an output does here while nobody has requested it.
drive() { echo "pull-$2" >"$(wire "$1")/pull"; }
level() { cat "$(wire "$1")/value"; }

# becomes LEVEL LINE SECONDS
becomes() {
	tries=$(($3 * 20))
	until [ "$(level "$2")" = "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			echo "$2 does not become $1"
			return 1
		}
		sleep 0.05
	done
}

# ---- the rig ----

# ask PORT SPEED "BYTES": what comes back within half a second, in hexadecimal.
ask() {
	stty -F "$1" "$2" cs8 -parenb -cstopb raw -echo clocal
	timeout 0.5 cat "$1" >"$scratch/answer" &
	hears=$!
	sleep 0.1
	# shellcheck disable=SC2059 # the bytes are a format
	printf "$3" >"$1"
	wait $hears
	od -An -tx1 "$scratch/answer" | tr -d ' \n'
	echo
}

# answers PATTERN PORT SPEED "BYTES"
answers() {
	pattern=$1
	shift
	said=$(ask "$@")
	# shellcheck disable=SC2254 # it is a pattern
	case $said in
	$pattern) return ;;
	esac
	echo "it says '$said', not '$pattern'"
	return 1
}

who_0x0100='\001\003\001\000\000\010\105\360' # unit 1: eight holding registers from 0x0100
whose='\002\003\001\000\000\010\105\303'      # the same of unit 2

modbus_answers() { answers '01031053494d20434834203030303100*' "$bus" 9600 "$who_0x0100"; }
a_neighbour_is_not_answered_for() { answers '' "$bus" 9600 "$whose" && modbus_answers; }
a_wrong_check_is_not_answered() { answers '' "$bus" 9600 '\001\003\001\000\000\010\105\361' && sleep 0.1 && modbus_answers; }
lines_answer() { answers '412053494d2031307630352e300d' "$flow" 19200 'AVE\r'; }
frames_answer() { answers 'ff86??????????????' "$reference" 9600 '\377\001\206\000\000\000\000\000\171'; }

a_question_in_pieces_is_answered() {
	stty -F "$flow" 19200 cs8 -parenb -cstopb raw -echo clocal
	timeout 0.7 cat "$flow" >"$scratch/answer" &
	sleep 0.1
	for piece in A V 'E\r'; do
		# shellcheck disable=SC2059 # the bytes are a format
		printf "$piece" >"$flow"
	done
	wait $!
	grep -q "A SIM" "$scratch/answer"
}

# 4 s of its messages: 261 bytes each half second, with room for a machine that is slow to begin and to end.
messages_come_by_themselves() {
	stty -F "$mouth" 115200 cs8 -parenb -cstopb raw -echo clocal
	timeout 4 cat "$mouth" >"$scratch/answer"
	count=$(($(wc -c <"$scratch/answer") / 261))
	echo "$count messages in 4 s"
	[ $count -ge 6 ] && [ $count -le 10 ]
}

# A relay that is low while it alarms. Power is on where nothing is switched, and the transmitter has to warm up first;
# then gas flows over it, and clean air after that.
the_world_follows_its_valves() {
	drive supply up && drive fan up && sleep 5 && becomes 1 alarm 20 && drive ch4_4 up &&
		answers '41*' "$flow" 19200 'AS0.5\r' && becomes 0 alarm 60 && drive ch4_4 down && drive zero_air up &&
		becomes 1 alarm 60
}

pulses_are_on_the_wire() {
	file=$(wire frequency)/value
	highs=0 reads=0
	while [ $reads -lt 400 ]; do
		highs=$((highs + $(cat "$file")))
		reads=$((reads + 1))
	done
	echo "$highs of $reads looks found it high"
	[ $highs -gt 40 ] && [ $highs -lt 360 ]
}

it_says_what_it_is() {
	grep -q "^SIMULATED 仿真" "$scratch/rig" && grep -q 'transmitter "SIM CH4 0001"' "$scratch/rig" &&
		grep -q "slot 2 holds breathing_bench and is not played" "$scratch/rig" || {
		cat "$scratch/rig"
		return 1
	}
}

a_second_rig_finds_the_ports_taken() {
	"$davy" rig "$scratch/station.lua" scripts/gas/methane_transmitter.lua >"$scratch/second" 2>&1 </dev/null
	status=$?
	cat "$scratch/second"
	[ $status = 3 ] && grep -q "slot 1: bus: /dev/ttyS2" "$scratch/second"
}

it_leaves_when_told() {
	leave && modbus_is_silent
}

modbus_is_silent() { answers '' "$bus" 9600 "$who_0x0100"; }

acts_are_typed() {
	{
		sleep 8
		echo change_cylinder
		echo no_such_act
		sleep 1
	} | timeout -s INT 12 "$davy" rig "$scratch/station.lua" scripts/gas/methane_reliability.lua >"$scratch/rig" 2>&1
	cat "$scratch/rig"
	grep -q "^change_cylinder: changed" "$scratch/rig" &&
		grep -q "there is nothing at this bench that is called 'no_such_act'" "$scratch/rig"
}

a_mute_device_is_mute() {
	play "$scratch/station.lua" scripts/gas/methane_transmitter.lua --fault transmitter.mute || return
	modbus_is_silent && lines_answer
	done=$?
	leave && return $done
}

# Two of the bench's lines end at lines of the rig's own; two wires join them.
joined() {
	supply=$(wire supply)/value supply_there=$(wires far)/sim_gpio0/pull
	alarm=$(wire alarm)/pull alarm_there=$(wires far)/sim_gpio1/value
	while sleep 0.05; do
		read -r on <"$supply" && if [ "$on" = 1 ]; then echo pull-up; else echo pull-down; fi >"$supply_there"
		read -r on <"$alarm_there" && if [ "$on" = 1 ]; then echo pull-up; else echo pull-down; fi >"$alarm"
	done
}

far_lines_of_their_own() {
	chip far 2
	sed '3s/rig = {/& lines = { supply = "far-0", alarm = "far-1" },/' "$scratch/station.lua" >"$scratch/joined.lua"
	for line in $gas_lines; do drive "$line" down; done
	joined &
	copies=$!
	play "$scratch/joined.lua" scripts/gas/methane_transmitter.lua --clock x20 && drive fan up && drive supply up &&
		sleep 5 && becomes 1 alarm 20 && drive ch4_4 up && answers '41*' "$flow" 19200 'AS0.5\r' && becomes 0 alarm 60 && drive supply down && becomes 1 alarm 20
	done=$?
	kill $copies
	leave && [ $done = 0 ] && return
	cat "$scratch/rig"
	return 1
}

virtual_time_is_refused() {
	"$davy" rig "$scratch/station.lua" scripts/gas/methane_transmitter.lua --clock virtual >"$scratch/rig" 2>&1
	status=$?
	cat "$scratch/rig"
	[ $status = 2 ] && grep -q "wires know no virtual time" "$scratch/rig"
}

claim "a rig without a protocol is told that it needs one" sh -c "! $davy rig $scratch/station.lua >$scratch/rig 2>&1 &&
	grep -q 'declares the specimen that is to be played' $scratch/rig"
claim "no rig is played in virtual time" virtual_time_is_refused
claim "a rig comes up on real wires" play "$scratch/station.lua" scripts/gas/methane_transmitter.lua --clock x20
claim "it says that it is simulated, what it plays and what not" it_says_what_it_is
claim "it answers a Modbus question, as SIM" modbus_answers
claim "it answers for no neighbour, and hides no question behind one" a_neighbour_is_not_answered_for
claim "it answers no question whose check is wrong" a_wrong_check_is_not_answered
claim "it answers a line, as SIM" lines_answer
claim "it answers a line that comes in pieces" a_question_in_pieces_is_answered
claim "it answers a binary frame" frames_answer
claim "its world follows the near end's outputs, and its contacts follow the world" the_world_follows_its_valves
claim "its pulses are on the wire" pulses_are_on_the_wire
claim "a second rig finds the ports taken" a_second_rig_finds_the_ports_taken
claim "it leaves when it is told, and well" it_leaves_when_told
claim "a fault of a device's line is played" a_mute_device_is_mute
claim "what a person does at the bench is typed" acts_are_typed
claim "the far end of a line may be a line of its own" far_lines_of_their_own
claim "a bench of seven ports comes up" play "$scratch/station.lua" scripts/self_rescuer/performance.lua
claim "instruments say by themselves what they say, at their pace" messages_come_by_themselves
claim "and it leaves" leave

claims_end
