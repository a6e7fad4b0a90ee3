#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# watchdog_bites.sh: inside the rig, with the kernel's own watchdog as the bench's (watchdog.sh says what must happen).
davy=build/davy
export DAVY_STATE=/tmp/state
probe="build/davy-rig-tests --probe"
station=tests/rig/watched_station.lua # its fixtures are looked for above it
$probe chip lamps 3 >/dev/null
$probe pull lamps 2 high # nobody presses the emergency stop
cat >$station <<'LUA'
return station { name = "the rig", watchdog = "/dev/watchdog", slots = {
  slot { 1, fixture = "lamps", lines = { steady = "lamps-0", blinks = "lamps-1", estop = "lamps-2" } },
} }
LUA

run() { $davy run tests/rig/protocols/busy.lua --station $station --slot 1 --param time="$1" --brief 2>&1; }

run "2 s"
sleep 15 # it would have bitten after 10 s
echo "the run is over, and the machine is still there"

run "10 min" >/tmp/out &
$probe when nothing within 30 lamps:0=1 >/dev/null || cat /tmp/out
kill -STOP "$(cat $DAVY_STATE/guardian.pid)"
kill -KILL "$(cat $DAVY_STATE/controller.lock)"
echo "nobody is left who could make it safe"
sleep 60
echo "and the machine is still there"
