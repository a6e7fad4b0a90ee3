#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Faults that a run on real wires survives: adapters and chips that vanish, a welded contact, disks that are full or
# read-only, clocks that jump, signals, and scripts out of their minds. Each ends with one verdict in the journal, its
# sentence, and outputs that are safe on the wire, which is watched and driven without Davy.
# shellcheck source=tests/rig/claims.sh
. "$(dirname "$0")/claims.sh"
station=$PWD/tests/rig/faults.lua # its fixture is looked for above it

# ---- the wires ----

# The near and the far card of pairs 1 to 4 (boot.sh), and their first ports. A card has other numbers once it was away.
near_card=0000:00:05.0 far_card=0000:00:04.0
first_port() {
	for tty in /sys/class/tty/ttyS*; do
		case $(readlink -f "$tty") in *"/$1/"*) echo "/dev/${tty##*/}" ;; esac
	done | sort -t S -k 2 -n | head -n 1
}
unplug() { echo 1 >/sys/bus/pci/devices/$near_card/remove; }
plug() { echo 1 >/sys/bus/pci/rescan; }

live() { echo "$2" >/sys/kernel/config/gpio-sim/"$1"/live; }
pull() { $probe pull "$1" "$2" "$3"; }
level() { $probe value "$1" "$2"; }

chip main 8
chip side 8
unplug
plug
near=$(first_port $near_card) far=$(first_port $far_card)
for port in "$far" /dev/ttyS2; do stty -F "$port" 9600 raw -echo; done

cat >"$station" <<LUA
return station {
  name = "the rig", calibration = "calibration.csv",
  slots = {
    slot { 1, fixture = "faulty", ports = { line = "$near" },
      lines = { heater = "main-0", vent = "main-1", lamp = "side-0", heater_on = "main-2" } },
    slot { 2, fixture = "faulty", ports = { line = "/dev/ttyS1" },
      lines = { heater = "side-1", vent = "side-2", lamp = "side-3", heater_on = "side-4" } },
  },
}
LUA
# contact CHIP OUTPUT INPUT: the contact follows its heater, unless it is welded ($scratch/welded).
contact() {
	while :; do
		lines=$(wires "$1")
		while read -r now <"$lines/sim_gpio$2/value"; do
			if [ "$now" = 1 ] || [ -e "$scratch/welded" ]; then
				echo pull-up
			else
				echo pull-down
			fi >"$lines/sim_gpio$3/pull"
			sleep 0.02
		done
		sleep 0.1
	done 2>/dev/null
}

# gauge PORT: a gauge that writes down what it hears. In $scratch: `mute` makes it keep silent when it is read, `pulled`
# its wire go at the moment at which it is made safe, `gone` for ever.
gauge() {
	set=0
	while IFS= read -r ask; do
		echo "$ask" >>"$scratch/heard"
		case $ask in
		ID?) echo "ID GAUGE 7" ;;
		P?) [ -e "$scratch/mute" ] || echo "P $((1000 + set)).0" ;;
		S0) if [ "$set" != 0 ] && [ -e "$scratch/pulled" ]; then
			set=0
			unplug
			echo unplugged >>"$scratch/heard"
			sleep 0.7
			[ -e "$scratch/gone" ] || plug
		else
			echo OK
		fi ;;
		S*) set=${ask#S} && echo OK ;;
		esac
	done <"$1" >"$1"
}

people=
begin() {
	"$@" 2>/dev/null &
	people="$people $!"
}

# ---- what is asked ----

started=
# start NAME SLOT OPTIONS…: a run in the background; what it prints is in $scratch/NAME.
start() {
	name=$1 slot=$2
	shift 2
	timeout 100 "$davy" run tests/rig/protocols/faulty.lua --station "$station" --slot "$slot" "$@" \
		</dev/null >"$scratch/$name" 2>&1 &
	started=$!
}

# until_level LEVEL TENTHS CHIP LINE
until_level() {
	for _ in $(seq "$2"); do
		[ "$(level "$3" "$4")" = "$1" ] && return
		sleep 0.1
	done
	return 1
}

# until_on CHIP LINE: an output is driven; some 30 s at most.
until_on() {
	until_level 1 300 "$1" "$2" && return
	echo "$1-$2 was never driven"
	cat "$scratch/$name"
	return 1
}

# until_off CHIP LINE: it is safe again; some 5 s at most.
until_off() {
	until_level 0 50 "$1" "$2" && return
	echo "$1-$2 is still driven"
	return 1
}

# ends CODE NAME PID
ends() {
	wait "$3"
	status=$?
	grep -v 'note: x' "$scratch/$2"
	[ $status = "$1" ] && return
	echo "$2 ended with $status, not $1"
	return 1
}

# run CODE OPTIONS…: on slot 1, from its beginning to its end.
run() {
	code=$1
	shift
	start out 1 "$@"
	ends "$code" out $started
}

# Heater and lamp off, the vent open: what a wire is that nobody drives is a low one, and the vent is driven then.
safe() {
	levels="$(level main 0)$(level side 0)"
	[ "$levels" = 00 ] && return
	echo "heater and lamp are at $levels"
	return 1
}

# The run that $scratch/out tells of. (`last` goes by the calendar, which is set in here.)
this_run() { sed -n 's/^ *\([0-9]*T[0-9]*Z-rig.faulty-[0-9a-f.]*\)$/\1/p' "$scratch/out" | head -n 1; }

# one_verdict VERDICT: its journal has this one, and no other.
one_verdict() {
	journal=$DAVY_STATE/runs/$(this_run)/journal
	grep -a '"k":"verdict"' "$journal" >"$scratch/verdicts"
	[ "$(wc -l <"$scratch/verdicts")" = 1 ] && grep -q "\"version\":1,\"verdict\":\"$1\"" "$scratch/verdicts" && return
	echo "the verdicts of $journal:"
	cat "$scratch/verdicts"
	return 1
}

noted() {
	"$davy" show "$(this_run)" --journal >"$scratch/journal"
	grep -qF -- "$1" "$scratch/journal" && return
	grep -v '"k":"source"' "$scratch/journal" | tail -n 40
	echo "the journal does not have: $1"
	return 1
}

# it_works: the next run on the slot passes, as if nothing had been.
it_works() {
	run 0 && says PASS && safe && one_verdict PASS && no_image
}

controller() {
	for pid in $(pidof davy); do
		tr '\0' ' ' </proc/"$pid"/cmdline | grep -q 'davy controller' && echo "$pid"
	done
}

# After a claim that failed the next one shall have a bench.
after_claim() {
	[ "$1" = failed ] || return 0
	rm -f "$scratch/mute" "$scratch/pulled" "$scratch/gone" "$scratch/welded"
	[ -e /sys/bus/pci/devices/$near_card ] || plug
	live main 1 2>/dev/null
	sleep 3
	"$davy" safe | sed 's/^/        /'
}

# ---- serial ----

unplugged_while_asked() {
	: >"$scratch/heard"
	start out 1 --param hold="20 s" --param mind=reads
	until_on main 0 || return
	: >"$scratch/mute" && : >"$scratch/heard"
	until grep -q 'P?' "$scratch/heard"; do sleep 0.05; done
	unplug
	ends 3 out $started && says ERROR && says "line: LINK LOST:" && says "(gauge)" && safe && one_verdict ERROR
	done=$?
	rm "$scratch/mute"
	plug
	[ $done = 0 ] && noted '"state":"lost"' && it_works
}

unplugged_while_quiet() {
	start out 1 --param hold="6 s"
	until_on main 0 || return
	sleep 0.5
	unplug
	sleep 1
	[ "$(level main 0)" = 1 ] || return
	plug
	ends 0 out $started && says PASS && safe && one_verdict PASS && noted '"state":"lost"' && noted '"state":"back"' &&
		noted '"state":"identified"' && no_image
}

unplugged_and_needed() {
	start out 1 --param hold="3 s"
	until_on main 0 || return
	unplug
	ends 3 out $started && says ERROR && says "gauge: no reply to 'P?': the wire is gone" && safe && one_verdict ERROR
	done=$?
	plug
	[ $done = 0 ] && it_works
}

unplugged_in_teardown() {
	: >"$scratch/pulled" && : >"$scratch/heard"
	run 0 --param mind=sets && says PASS && safe && one_verdict PASS && noted '"state":"back"' &&
		[ "$(sed '1,/unplugged/d' "$scratch/heard" | grep -c '^S0$')" = 1 ] && no_image
	done=$?
	rm -f "$scratch/pulled"
	cat "$scratch/heard"
	return $done
}

# Nobody can tell the gauge any more: an ERROR that says so, and the slot is not forgotten.
unplugged_for_good() {
	: >"$scratch/pulled" && : >"$scratch/gone"
	run 3 --param mind=sets && says ERROR && says "gauge.setpoint could not be made safe" && safe &&
		one_verdict ERROR && [ -f "$DAVY_STATE/safe/slot1.json" ]
	done=$?
	rm -f "$scratch/pulled" "$scratch/gone"
	plug
	sleep 1
	[ $done = 0 ] && it_works
}

# ---- lines ----

a_chip_vanishes() {
	start out 1 --param hold="20 s"
	until_on main 0 || return
	[ "$(level side 0)" = 1 ] || return
	live main 0
	until_off side 0 || return
	ends 3 out $started && says ERROR && says "has vanished" && one_verdict ERROR
	done=$?
	live main 1
	[ $done = 0 ] && safe && it_works
}

# Of what it holds one part goes: it stays, keeps the rest, and costs nothing.
a_chip_vanishes_from_the_guardian() {
	start out 1 --param hold="20 s"
	until_on main 0 || return
	pull side 0 high # let go of, the lamp would be on
	kill -9 "$(controller)"
	wait $started
	until_off main 0 && until_off side 0 || return
	guardian=$(cat "$DAVY_STATE/guardian.pid")
	live main 0
	sleep 1
	before=$(cut -d ' ' -f 14-15 "/proc/$guardian/stat")
	sleep 2
	after=$(cut -d ' ' -f 14-15 "/proc/$guardian/stat")
	echo "ticks of guardian $guardian: $before, then $after"
	[ -n "$after" ] && [ $((${after% *} + ${after#* } - ${before% *} - ${before#* })) -lt 40 ] || return
	[ "$(level side 0)" = 0 ] || return
	live main 1
	sleep 1
	tail -n 8 "$DAVY_STATE/guardian.log"
	kill -0 "$guardian" && [ "$(level side 0)" = 0 ] && pull side 0 low && it_works
}

a_contact_welds() {
	start out 1 --param hold="1 s" --param mind=opens
	until_on main 0 || return
	sleep 0.3
	: >"$scratch/welded"
	ends 3 out $started && says ERROR && says "heater is off, but its contact heater_on says on: welded" && safe &&
		one_verdict ERROR && [ -f "$DAVY_STATE/safe/slot1.json" ]
}

a_contact_welds_at_the_end() {
	start out 1 --param hold="2 s"
	until_on main 0 || return
	sleep 0.3
	: >"$scratch/welded"
	ends 3 out $started && says ERROR && says "heater is off, but its contact heater_on says on: welded" && safe &&
		one_verdict ERROR
}

while_it_is_welded_nothing_runs() {
	run 3 && says ERROR && says "its contact heater_on says on" && safe && one_verdict ERROR || return
	rm "$scratch/welded"
	sleep 0.5
	it_works
}

# ---- disks ----

becomes_full() { dd if=/dev/zero of="$DAVY_STATE/fill" bs=4096 2>/dev/null; }
becomes_read_only() { echo "said by the claims" >/sys/fs/ext4/vda/trigger_fs_error; }

# goes_away HOW SENTENCE…: a run whose disk takes nothing any more from its middle on
goes_away() {
	start out 1 --param hold="5 s"
	until_on main 0 || return
	"$1"
	ends 3 out $started && says ERROR && says "$2" && says "$3" && safe
}

# refuses SENTENCE: a run that cannot be recorded does not begin.
refuses() {
	run 3
	done=$?
	[ $done = 0 ] && says "$1" && [ "$(level main 0)$(level side 0)" = 00 ] && ! says "step 1/1" >/dev/null
}

# Two runs passed, the first and the one now; each has one verdict, those that lost their disk no PASS.
all_have_a_verdict() {
	it_works || return
	"$davy" list runs
	for journal in "$DAVY_STATE"/runs/*/journal; do
		verdicts=$(grep -ao '"k":"verdict"' "$journal" | wc -l)
		[ "$verdicts" = 1 ] && continue
		echo "$journal has $verdicts verdicts"
		return 1
	done
	[ "$("$davy" list runs --json | grep -o '"verdict":"PASS"' | wc -l)" = 2 ]
}

small_disk() {
	mkdir "$scratch/small"
	mount -t tmpfs -o size=3m none "$scratch/small" || return
	DAVY_STATE=$scratch/small
	it_works
}
a_disk_is_full() { small_disk && goes_away becomes_full "No space left on device" "make room on this disk"; }
a_disk_is_full_before() { refuses "only 0 MiB are free on the disk of"; }
# Runs that were cut short are ended by a controller that starts.
after_room_was_made() {
	rm "$scratch/small/fill"
	while [ -n "$(controller)" ]; do sleep 0.2; done
	all_have_a_verdict
}

room_is_made_in_time() {
	start out 1 --param hold="10 s" --param mind=reads
	until_on main 0 || return
	becomes_full
	sleep 5
	rm "$scratch/small/fill"
	ends 0 out $started && says PASS && says "make room on this disk" && says "takes the record again" && safe &&
		one_verdict PASS
}

# The controller lives on, and its journals with it: what was told is what stands there.
room_is_made_later() {
	"$davy" controller 2>/dev/null &
	until [ -S "$DAVY_STATE/controller.sock" ] && "$davy" list resources >/dev/null 2>&1; do sleep 0.2; done
	becomes_full
	rm "$DAVY_STATE/fill"
	goes_away becomes_full "No space left on device" "make room on this disk" && rm "$DAVY_STATE/fill" && it_works &&
		"$davy" list runs && "$davy" list runs --json | grep -o '"verdict":"[A-Z]*"' | tail -n 2 | head -n 1 | grep ERROR
	done=$?
	kill "$(controller)"
	return $done
}

real_disk() {
	mkdir -p "$scratch/disk"
	mke2fs -F /dev/vda >/dev/null && mount -t ext4 -o errors=remount-ro /dev/vda "$scratch/disk" || return
	DAVY_STATE=$scratch/disk/state
	it_works
}
a_disk_goes_read_only() {
	real_disk && goes_away becomes_read_only "Read-only file system" "the disk went read-only"
}
a_disk_is_read_only_before() { refuses "Read-only file system"; }
# A guardian whose slot's image cannot be removed stays, and its number could not be written either.
after_it_was_mended() {
	mended=0
	for _ in $(seq 50); do
		umount "$scratch/disk" 2>/dev/null && mended=1 && break
		for process in /proc/[0-9]*; do
			grep -qx davy-guardian "$process/comm" 2>/dev/null && kill "${process#/proc/}"
		done
		sleep 0.3
	done
	[ $mended = 1 ] || echo "the disk is still in use"
	[ $mended = 1 ] && mount -t ext4 /dev/vda "$scratch/disk" && all_have_a_verdict
}

# ---- clocks ----

# took: what the lamp's time was found to be, in whole seconds
took() { sed -n 's/.*took \([0-9]*\)\..*/\1/p' "$scratch/out"; }

the_clock_jumps() {
	start out 1 --param hold="8 s"
	until_on main 0 || return
	sleep 2
	date -s "@$(($(date +%s) + $1))" >/dev/null
	ends 0 out $started && says PASS && [ "$(took)" -ge 8 ] && [ "$(took)" -lt 20 ] && safe && one_verdict PASS &&
		noted "\"moved_ns\":$2" && "$davy" replay "$(this_run)"
	done=$?
	date -s "@$(($(date +%s) - $1))" >/dev/null
	anchors=$(grep -c '"k":"anchor"' "$scratch/journal")
	grep '"k":"anchor"' "$scratch/journal"
	[ "$anchors" = 2 ] && return $done
	echo "there are $anchors anchors"
	return 1
}
# In a state folder of its own: what was recorded tomorrow makes today doubtful.
the_clock_jumps_forwards() {
	DAVY_STATE=$scratch/ahead
	the_clock_jumps 86400 8
	done=$?
	DAVY_STATE=$scratch/state
	return $done
}
the_clock_was_ahead() {
	DAVY_STATE=$scratch/ahead
	refuses "before the last record" &&
		"$davy" clock set "$(date -u +%Y-%m-%dT%H:%M:%S+00:00)" --source "the host of the rig" --by 0017,0009 && it_works
	done=$?
	DAVY_STATE=$scratch/state
	return $done
}
the_clock_jumps_backwards() { the_clock_jumps -86400 -8; }

# ---- signals ----

the_controller_is_told_to_end() {
	start out 1 --param hold="30 s"
	until_on main 0 || return
	kill -TERM "$(controller)"
	ends 4 out $started && says ABORTED && says "the controller was told to stop" && safe && one_verdict ABORTED &&
		no_image
}

# ---- scripts ----

# out_of_mind MIND SENTENCE: that run is an ERROR, and one on the other slot, begun before and ended after, passes.
out_of_mind() {
	start other 2 --param hold="12 s"
	other=$started
	until_on side 1 || return
	start out 1 --param mind="$1"
	ends 3 out $started && says ERROR && says "$2" && safe && kill -0 $other && one_verdict ERROR &&
		[ "$(level side 1)" = 1 ]
	done=$?
	ends 0 other $other && says PASS other && [ $done = 0 ]
}
computes_for_ever() { out_of_mind endless "the script's process used more than"; }
eats_memory() { out_of_mind memory "MiB of memory"; }
forks() { out_of_mind fork "there is no 'os' here"; }
starts_tasks() { out_of_mind tasks "used more than"; }
never_stops_talking() { out_of_mind notes "the script's process sent more than"; }

begin gauge "$far"
begin gauge /dev/ttyS2
begin contact main 0 2
begin contact side 1 4

claim "a run on this bench passes" it_works
claim "an adapter unplugged in the middle of a question ends the run as ERROR, LINK LOST, and the slot is safe" unplugged_while_asked
claim "unplugged while nobody uses it and back in time, the run passes and its journal has both" unplugged_while_quiet
claim "unplugged while nobody uses it and needed then, it is an ERROR" unplugged_and_needed
claim "unplugged during the teardown, what makes the gauge safe is sent when it is back" unplugged_in_teardown
claim "unplugged during the teardown for good, it is an ERROR that names what is not safe" unplugged_for_good
claim "a GPIO chip that vanishes ends the run as ERROR, and what is on another chip is safe at once" a_chip_vanishes
claim "a chip that vanishes from a guardian leaves it holding the rest" a_chip_vanishes_from_the_guardian
claim "a contact that welds ends the run as ERROR by its name" a_contact_welds
claim "while it is welded no run begins, and afterwards one passes" while_it_is_welded_nothing_runs
claim "a contact found welded at the end makes the run an ERROR" a_contact_welds_at_the_end
claim "and it stays so for the next run" while_it_is_welded_nothing_runs
claim "a disk that is full at the end of a run makes it an ERROR" a_disk_is_full
claim "on a full disk no run begins" a_disk_is_full_before
claim "once there is room again the next run passes, and each run has one verdict" after_room_was_made
claim "a disk that was full for a while costs nothing but a remark" room_is_made_in_time
claim "a controller that lives writes the verdict that it told when there is room again" room_is_made_later
claim "a disk that goes read-only makes its run an ERROR" a_disk_goes_read_only
claim "on a read-only disk no run begins" a_disk_is_read_only_before
claim "once it is mended the next run passes, and each run has one verdict" after_it_was_mended
DAVY_STATE=$scratch/state
claim "a clock that jumps a day ahead changes nothing and stands in the journal" the_clock_jumps_forwards
claim "back from it no run begins until two persons have said what time it is" the_clock_was_ahead
claim "a clock that jumps a day back changes nothing and stands in the journal" the_clock_jumps_backwards
claim "a controller that is told to end ends its runs in order, as ABORTED" the_controller_is_told_to_end
claim "a script that computes for ever is an ERROR, and the other slot goes on" computes_for_ever
claim "a script that eats memory is an ERROR, and the other slot goes on" eats_memory
claim "a script that would start processes is an ERROR, and the other slot goes on" forks
claim "a script of ever more tasks is an ERROR, and the other slot goes on" starts_tasks
claim "a script that never stops talking is an ERROR, and the other slot goes on" never_stops_talking

# shellcheck disable=SC2086 # their numbers
kill $people 2>/dev/null
claims_end
