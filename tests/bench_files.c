/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the small bench (tests/bench_rig.h).
 *
 * Its physics are arithmetic and no more: whoever reads a claim can work the numbers out. Every fault
 * has a time of its own, so that a claim knows what had happened by then.
 */
#include "tests/bench_rig.h"

static const char FIXTURE[] =
	"local bench = fixture {\n"
	"  id = 'mini', title = 'A bench for claims', grace = '5 s', suits = { 'mini' },\n"
	"  ports = { bus = serial { '19200 8N1' } },\n"
	"  devices = {\n"
	"    meter = device { 'mini_meter', port = 'bus', unit = 1,\n"
	"      safe = { drive = '0 Pa', trim = '1 Pa' } },\n"
	"    specimen = device { 'mini_meter', port = 'bus', unit = 2, dut = true },\n"
	"  },\n"
	"  lines = {\n"
	"    valve  = valve   { safe = 'closed', longest = '30 s' },\n"
	"    purge  = valve   { safe = 'closed', teardown = true },\n"
	"    vent   = valve   { safe = 'open' },\n"
	"    motor  = switch  { safe = 'off' },\n"
	"    lid    = contact { debounce = '10 ms' },\n"
	"    stop   = contact {},\n"
	"    pulses = pulse   { gate = '500 ms' },\n"
	"  },\n"
	"  estop = 'stop',\n"
	"  interlocks = {\n"
	"    { 'the lid is shut while the valve is open', needs = 'lid', guards = { 'valve' } },\n"
	"    { 'no more than 5 kPa while the valve is open', needs = 'pressure',\n"
	"      limit = '<= 5 kPa', guards = { 'valve' } },\n"
	"  },\n"
	"  safe_sequence = { 'motor', 'valve' },\n"
	"  references = { weight = 'Pa' },\n"
	"  channels = {\n"
	"    pressure = { from = 'meter.pressure', every = '200 ms' },\n"
	"    shown = { from = 'specimen.pressure', every = '200 ms' },\n"
	"  },\n"
	"  groups = { 'cell' },\n"
	"  resources = { manifold = 'exclusive', scale = 'exclusive', chamber = 'in_step' },\n"
	"  world = 'mini/world.lua',\n"
	"}\n"
	"function bench.cell:fill(time)\n"
	"  local opened = self.fx.valve:open()\n"
	"  wait(time)\n"
	"  self.fx.valve:close() return opened\n"
	"end\n"
	"return bench\n";

static const char WORLD[] =
	"return world {\n"
	"  grid = '100 ms',\n"
	"  state = { time = 0, level = 1000, pressure = 1000, drive = 0, trim = 0,\n"
	"    lid_opens = math.huge, pressed = math.huge, hangs = math.huge, breaks = math.huge,\n"
	"    burst = math.huge, lost = math.huge, sick = false },\n"
	"  advance = function(w, dt, lines)\n"
	"    w.time = w.time + dt\n"
	"    if lines.valve then w.level = w.level + 100 * dt end\n"
	"    if w.time > w.burst then w.level = 9000 end\n"
	"    if w.time > w.lost then w.level = math.huge end\n"
	"    w.pressure = w.level + w:noise('meter', 0.5)\n"
	"    while w.time > w.hangs do end\n"
	"    if w.time > w.breaks then error('the world broke') end\n"
	"    lines.lid = w.time < w.lid_opens\n"
	"    lines.stop = w.time < w.pressed\n"
	"    lines.pulses = 250\n"
	"  end,\n"
	"  operator = {\n"
	"    seat = function() return 'yes' end,\n"
	"    mass = function() return '12.5' end,\n"
	"    code = function() return 'AB-1' end,\n"
	"    slip = function(w)\n"
	"      w.slips = (w.slips or 0) + 1\n"
	"      return ({ '12,5', '12.5 kg' })[w.slips] or ' 12.5 '\n"
	"    end,\n"
	"    ['adjust.zero'] = function() return 'SIM-1' end,\n"
	"    babble = function() return 'about a dozen' end,\n"
	"  },\n"
	"  faults = {\n"
	"    lid_opens = { title = 'the lid opens after 5 s',\n"
	"      function(w) w.lid_opens = 5 end },\n"
	"    lid_open = { title = 'the lid is open', function(w) w.lid_opens = 0 end },\n"
	"    pressed = { title = 'the E-stop is pressed after 5 s',\n"
	"      function(w) w.pressed = 5 end },\n"
	"    pressed_before = { title = 'the E-stop is pressed', function(w) w.pressed = 0 end },\n"
	"    hangs = { title = 'the world hangs after 5 s', function(w) w.hangs = 5 end },\n"
	"    breaks = { title = 'the world breaks after 5 s', function(w) w.breaks = 5 end },\n"
	"    burst = { title = 'the cell bursts after 5 s', function(w) w.burst = 5 end },\n"
	"    high = { title = 'the pressure is high', function(w) w.level = 9000 end },\n"
	"    sick = { title = 'the meter is sick', function(w) w.sick = true end },\n"
	"    not_a_number = { title = 'the meter shows no number after 5 s',\n"
	"      function(w) w.lost = 5 end },\n"
	"  },\n"
	"}\n";

static const char DRIVER[] =
	"return driver {\n"
	"  id = 'mini_meter', bus = 'modbus', framing = { within = '100 ms', retries = 2 },\n"
	"  identify = { holding = 0x0100, as = 'string[8]', is = 'MINI' },\n"
	"  reads = {\n"
	"    pressure = { input = 0, as = 'f32', unit = 'Pa', digit = 0.1 },\n"
	"    status = { input = 2, as = 'flags', 'sick' },\n"
	"  },\n"
	"  writes = {\n"
	"    drive = { holding = 16, as = 'u16', unit = 'Pa', range = '0 .. 500 Pa' },\n"
	"    trim = { holding = 17, as = 'u16', unit = 'Pa' },\n"
	"  },\n"
	"  healthy = { { 'status', without = 'sick', else_says = 'the meter reports a fault' } },\n"
	"}\n";

static const char TWIN[] =
	"return simulator {\n"
	"  id = 'mini_meter', bus = 'modbus', delay = '2 ms',\n"
	"  registers = {\n"
	"    { input = 0, as = 'f32', read = function(w) return w.pressure end },\n"
	"    { input = 2, as = 'u16', read = function(w) return w.sick and 1 or 0 end },\n"
	"    { holding = 0x0100, as = 'string[8]', read = function() return 'MINI 1' end },\n"
	"    { holding = 16, as = 'u16', write = function(w, value) w.drive = value end },\n"
	"    { holding = 17, as = 'u16', write = function(w, value) w.trim = value end },\n"
	"  },\n"
	"}\n";

static const char CALIBRATION[] =
	"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
	"meter,pressure,,Pa,2 Pa,2,CAL-1,2027-06-30\n"
	"weight,,1000,Pa,1 Pa,2,CAL-2,2027-06-30\n"
	"clock,time,,s,0.01 %,2,CAL-3,2027-06-30\n";

const struct bench_file MINI_FILES[] = {
	{"fixtures/mini/fixture.lua", FIXTURE},
	{"fixtures/mini/world.lua", WORLD},
	{"fixtures/mini/calibration.csv", CALIBRATION},
	{"fixtures/drivers/mini_meter/driver.lua", DRIVER},
	{"fixtures/drivers/mini_meter/twin.lua", TWIN},
	{NULL, NULL},
};
