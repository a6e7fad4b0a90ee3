/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guard_files.h"

static const char FIXTURE[] =
	"return fixture {\n"
	"  id = 'mini', title = 'A bench for claims', grace = '5 s',\n"
	"  ports = { bus = serial { '19200 8N1' } },\n"
	"  devices = { meter = device { 'mini_meter', port = 'bus', unit = 1,\n"
	"    safe = { drive = '0 Pa', trim = '1 Pa' }, longest = { drive = '10 s' },\n"
	"    teardown = { 'trim' }, bounds = { drive = '0 .. 300 Pa', trim = '0 .. 100 Pa' } } },\n"
	"  lines = {\n"
	"    fan = switch { safe = 'off' }, lid = contact {}, stop = contact {},\n"
	"    motor = switch { safe = 'off', read_back = 'turns', within = '300 ms' },\n"
	"    turns = contact { debounce = '20 ms' } },\n"
	"  estop = 'stop',\n"
	"  interlocks = {\n"
	"    { 'the lid is shut while the meter drives', needs = 'lid', guards = { 'meter.drive' } "
	"},\n"
	"    { 'the pressure is known and low while the meter drives', needs = 'pressure',\n"
	"      limit = '<= 5 kPa', guards = { 'meter.drive' }, fresh = '1 s' },\n"
	"    { 'the fan runs while the motor does', needs = 'fan', guards = { 'motor' } } },\n"
	"  safe_sequence = { 'motor', 'fan' },\n"
	"  channels = { pressure = { from = 'meter.pressure', every = '200 ms' } },\n"
	"  groups = { 'cell' },\n"
	"  world = 'mini/world.lua',\n"
	"}\n";

static const char WORLD[] =
	"local never = math.huge\n"
	"return world {\n"
	"  grid = '100 ms',\n"
	"  state = { time = 0, level = 1000, pressure = 1000, drive = 0, trim = 0, turns = false,\n"
	"    lid_opens = never, pressed = never, burst = never, welds = never, jams = never,\n"
	"    drops = never },\n"
	"  advance = function(w, dt, lines)\n"
	"    w.time = w.time + dt\n"
	"    w.pressure = w.time > w.burst and 9000 or 1000\n"
	"    local turns = lines.motor\n"
	"    if w.time > w.welds and w.turns then turns = true end\n"
	"    if w.time > w.jams then turns = w.turns end\n"
	"    if w.time > w.drops then turns = false end\n"
	"    if w.stuck then turns = true end\n"
	"    w.turns = turns\n"
	"    lines.turns, lines.lid, lines.stop = turns, w.time < w.lid_opens, w.time < w.pressed\n"
	"  end,\n"
	"  faults = {\n"
	"    lid_opens = { title = 'the lid opens', function(w) w.lid_opens = 5 end },\n"
	"    pressed = { title = 'the E-stop is pressed', function(w) w.pressed = 5 end },\n"
	"    burst = { title = 'the pressure rises', function(w) w.burst = 5 end },\n"
	"    welds = { title = 'the contact welds', function(w) w.welds = 5 end },\n"
	"    jams = { title = 'the contact stays', function(w) w.jams = 5 end },\n"
	"    drops = { title = 'the contact opens', function(w) w.drops = 5 end },\n"
	"    stuck = { title = 'the contact is closed', function(w) w.stuck = true end } },\n"
	"}\n";

const struct bench_file GUARD_FILES[] = {
	{"fixtures/mini/fixture.lua", FIXTURE},
	{"fixtures/mini/world.lua", WORLD},
	{NULL, NULL},
};
