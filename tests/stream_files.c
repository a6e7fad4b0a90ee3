/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the bench that streams. A sample's value is its time, so whoever reads a claim sees what
 * a wrong time would do. Every fault of the world begins after 5 s.
 */
#include "tests/stream_files.h"

static const char FIXTURE[] =
	"local bench = fixture {\n"
	"  id = 'mini', title = 'A bench that streams', grace = '5 s', suits = { 'mini' },\n"
	"  ports = { bus = serial { '19200 8N1' }, fast = serial { '115200 8N1' },\n"
	"    slow = serial { '9600 8N1' } },\n"
	"  devices = {\n"
	"    meter = device { 'mini_meter', port = 'bus', unit = 1 },\n"
	"    module = device { 'ramp', port = 'fast', dut = true },\n"
	"    clerk = device { 'teller', port = 'slow', dut = true },\n"
	"  },\n"
	"  lines = { valve = valve { safe = 'closed' }, lid = contact {}, stop = contact {} },\n"
	"  interlocks = {\n"
	"    { 'no more than 2 kPa while the valve is open', needs = 'ramp', limit = '<= 2 kPa',\n"
	"      guards = { 'valve' } },\n"
	"  },\n"
	"  channels = { pressure = 'meter.pressure', ramp = 'module.pressure', mode = "
	"'module.mode',\n"
	"    teller = 'clerk.time' },\n"
	"  world = 'mini/world.lua',\n"
	"}\n"
	"return bench\n";

static const char WORLD[] =
	"local function after(field, value)\n"
	"  return function(w) w.changes[field] = value end\n"
	"end\n"
	"return world {\n"
	"  grid = '50 ms',\n"
	"  state = { steps = -1, time = 0, pressure = 1000, sick = false, changes = {}, count = "
	"0,\n"
	"    ahead = 0 },\n"
	"  advance = function(w, dt, lines)\n"
	"    w.steps = w.steps + 1\n"
	"    w.time = w.steps * 50\n"
	"    if w.time > 5000 then for k, v in pairs(w.changes) do w[k] = v end end\n"
	"    lines.lid, lines.stop = true, true\n"
	"  end,\n"
	"  faults = {\n"
	"    silent = { title = 'the module says nothing', after('silent', true) },\n"
	"    forgets = { title = 'every third message is missing', after('forgets', true) },\n"
	"    restarts = { title = 'its clock and counter begin again', after('ahead', -4000) },\n"
	"    no_number = { title = 'the clerk says no number', after('words', true) },\n"
	"    wrong = { title = 'the twin says too little', after('wrong', true) },\n"
	"    dips = { title = 'it shows 4500 Pa from 5.025 to 5.05 s', after('dips', true) },\n"
	"    too_much = { title = 'the twin says more than fits', after('steep', 100) },\n"
	"  },\n"
	"}\n";

#define BLOCK "A5 5A u16 u32 i16*20 check:modbusle[0..47]"
#define MODE "B1 u8 check:sum8[0..1]"

static const char DRIVER[] =
	"return driver {\n"
	"  id = 'ramp', bus = 'frame', framing = { within = '100 ms' },\n"
	"  identify = { ask = 'B0 4F', reply = '" MODE "' },\n"
	"  streams = { block = { layout = '" BLOCK "', every = '100 ms', silent = '1 s',\n"
	"    number = { field = 1 }, clock = { field = 2, unit = 'ms' } } },\n"
	"  reads = {\n"
	"    pressure = { stream = 'block', field = 3, samples = 20, spacing = '5 ms',\n"
	"      unit = 'Pa', scale = 0.5 },\n"
	"    mode = { ask = 'B0 4F', reply = '" MODE "' },\n"
	"  },\n"
	"}\n";

static const char TWIN[] =
	"return simulator {\n"
	"  id = 'ramp', bus = 'frame',\n"
	"  frames = { { 'B0 4F', '" MODE "', function() return 7 end } },\n"
	"  streams = {\n"
	"    { '" BLOCK "', every = '100 ms', function(w)\n"
	"      w.count = w.count + 1\n"
	"      if w.silent or w.forgets and w.count % 3 == 0 then return nil end\n"
	"      if w.wrong then return 1, 2 end\n"
	"      local said = { (w.count + w.ahead) % 65536, w.time + w.ahead }\n"
	"      for i = -19, 0 do\n"
	"        local dip = w.dips and w.time == 5100 and i >= -15 and i <= -10\n"
	"        said[#said + 1] = dip and 9000 or (w.time // 5 + i) * (w.steep or 1)\n"
	"      end\n"
	"      return said\n"
	"    end },\n"
	"  },\n"
	"}\n";

static const char TELLER[] =
	"return driver {\n"
	"  id = 'teller', bus = 'line', framing = { ends = '\\r\\n' },\n"
	"  streams = { tell = { layout = 'Z {number}', every = '200 ms', silent = '1 s' } },\n"
	"  reads = { time = { stream = 'tell', field = 1, unit = 'ms', digit = 1 } },\n"
	"}\n";

static const char TELLERS_TWIN[] = "return simulator {\n"
				   "  id = 'teller', bus = 'line',\n"
				   "  streams = { { 'Z {number}', every = '200 ms', function(w)\n"
				   "    return w.words and 'Z none' or ('Z %d'):format(w.time)\n"
				   "  end } },\n"
				   "}\n";

const struct bench_file STREAM_FILES[] = {
	{"fixtures/mini/fixture.lua", FIXTURE},
	{"fixtures/mini/world.lua", WORLD},
	{"fixtures/drivers/ramp/driver.lua", DRIVER},
	{"fixtures/drivers/ramp/twin.lua", TWIN},
	{"fixtures/drivers/teller/driver.lua", TELLER},
	{"fixtures/drivers/teller/twin.lua", TELLERS_TWIN},
	{NULL, NULL},
};

void bench_open_streams(struct bench *bench)
{
	bench_open(bench);
	for (const struct bench_file *file = STREAM_FILES; file->path; file++)
		bench_put(bench, file->path, file->text);
}
