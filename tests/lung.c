/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the fixture "lung"; what they do stands in lung.h. */
#include "tests/lung.h"

#include <stdio.h>

static const char FIXTURE[] =
	"return fixture {\n"
	"  id = 'lung', title = 'A lung for claims', suits = { 'mini' },\n"
	"  ports = { mouth = serial { '115200 8N1' }, gas = serial { '115200 8N1' },\n"
	"    fast = serial { '115200 8N1' } },\n"
	"  devices = {\n"
	"    module = device { 'lung_module', port = 'mouth' },\n"
	"    analyser = device { 'lung_module', port = 'gas' },\n"
	"    wave = device { 'lung_wave', port = 'fast' },\n"
	"  },\n"
	"  lines = {\n"
	"    machine = switch { safe = 'off' }, feed = valve { safe = 'closed' },\n"
	"    stop = contact {},\n"
	"  },\n"
	"  estop = 'stop',\n"
	"  interlocks = { { 'what is exhaled is rich while gas is fed', needs = 'exhaled',\n"
	"    limit = '>= 2 %vol', guards = { 'feed' } } },\n"
	"  channels = {\n"
	"    mouth_flow = { from = 'module.flow', every = '50 ms' },\n"
	"    mouth_pressure = { from = 'module.pressure', every = '50 ms' },\n"
	"    mouth_co2 = { from = 'analyser.content', every = '50 ms',\n"
	"      delay = '240 ms', within = '20 ms' },\n"
	"    inhaled = { breath = 'inhaled', of = 'mouth_co2', flow = 'mouth_flow',\n"
	"      threshold = '2 L/min' },\n"
	"    exhaled = { breath = 'exhaled', of = 'mouth_co2', flow = 'mouth_flow',\n"
	"      threshold = '2 L/min' },\n"
	"    peak = { breath = 'highest', of = 'mouth_pressure', flow = 'mouth_flow',\n"
	"      threshold = '2 L/min' },\n"
	"    least = { breath = 'lowest', of = 'mouth_pressure', flow = 'mouth_flow',\n"
	"      threshold = '2 L/min' },\n"
	"    wave_flow = 'wave.flow',\n"
	"    wave_co2 = { from = 'wave.content', delay = '240 ms' },\n"
	"    wave_inhaled = { breath = 'inhaled', of = 'wave_co2', flow = 'wave_flow',\n"
	"      threshold = '2 L/min' },\n"
	"    tidal = { breath = 'volume', flow = 'mouth_flow', threshold = '2 L/min' },\n"
	"  },\n"
	"  world = 'lung/world.lua',\n"
	"}\n";

static const char WORLD[] = "return world {\n"
			    "  grid = '10 ms',\n"
			    "  state = { time = 0, breathed = 0, flow = 0, content = 0, rich = 5, "
			    "poor_after = math.huge },\n"
			    "  advance = function(w, dt, lines)\n"
			    "    w.time = w.time + dt\n"
			    "    w.breathed = lines.machine and w.breathed + dt or 0\n"
			    "    w.flow = math.pi * 30 * math.sin(2 * math.pi * w.breathed / 3)\n"
			    "    local seen = (w.breathed - 0.24) % 3\n"
			    "    local exhaled = w.time > w.poor_after and 1 or w.rich\n"
			    "    w.content = seen < 1.5 and 1 or exhaled\n"
			    "    lines.stop = true\n"
			    "  end,\n"
			    "  faults = {\n"
			    "    poor = { title = 'little is exhaled after 20 s', function(w) "
			    "w.poor_after = 20 end },\n"
			    "  },\n"
			    "}\n";

static const char DRIVER[] =
	"return driver {\n"
	"  id = 'lung_module', bus = 'modbus',\n"
	"  reads = {\n"
	"    flow = { input = 0, as = 'f32', unit = 'L/min', digit = 0.1 },\n"
	"    pressure = { input = 2, as = 'f32', unit = 'Pa', digit = 0.1 },\n"
	"    content = { input = 4, as = 'f32', unit = '%vol', digit = 0.01 },\n"
	"  },\n"
	"}\n";

static const char TWIN[] =
	"return simulator {\n"
	"  id = 'lung_module', bus = 'modbus', delay = '1 ms',\n"
	"  registers = {\n"
	"    { input = 0, as = 'f32', read = function(w) return w.flow end },\n"
	"    { input = 2, as = 'f32', read = function(w) return 5 * w.flow end },\n"
	"    { input = 4, as = 'f32', read = function(w) return w.content end },\n"
	"  },\n"
	"}\n";

#define BLOCK "A5 5A i16*25 i16*50 check:modbusle[0..151]"

static const char WAVE[] =
	"return driver {\n"
	"  id = 'lung_wave', bus = 'frame',\n"
	"  streams = { block = { layout = '" BLOCK "', every = '500 ms' } },\n"
	"  reads = {\n"
	"    flow = { stream = 'block', field = 1, samples = 25, spacing = '20 ms',\n"
	"      unit = 'L/min', scale = 0.01 },\n"
	"    content = { stream = 'block', field = 26, samples = 50, spacing = '10 ms',\n"
	"      unit = '%vol', scale = 0.001 },\n"
	"  },\n"
	"}\n";

static const char WAVES_TWIN[] =
	"return simulator {\n"
	"  id = 'lung_wave', bus = 'frame',\n"
	"  streams = { { '" BLOCK "', every = '500 ms', function(w)\n"
	"    local said = {}\n"
	"    for i = -24, 0 do\n"
	"      local b = math.max(w.breathed + i * 0.02, 0)\n"
	"      said[#said + 1] = math.pi * 30 * math.sin(2 * math.pi * b / 3) / 0.01 // 1\n"
	"    end\n"
	"    for i = -49, 0 do\n"
	"      local seen = (w.breathed + i * 0.01 - 0.24) % 3\n"
	"      said[#said + 1] = seen < 1.5 and 1000 or 5000\n"
	"    end\n"
	"    return said\n"
	"  end } },\n"
	"}\n";

static const char CALIBRATION[] =
	"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
	"module,flow,,L/min,0.6 L/min + 1 %,2,FL-1,2027-06-30\n"
	"module,pressure,,Pa,2 Pa,2,PR-1,2027-06-30\n"
	"analyser,content,,%vol,0.05 %vol,2,GA-1,2027-06-30\n"
	"wave,content,,%vol,0.05 %vol,2,WA-1,2027-06-30\n"
	"clock,time,,s,0.01 %,2,CL-1,2027-06-30\n";

void lung_put(struct bench *bench)
{
	bench_put(bench, "fixtures/lung/fixture.lua", FIXTURE);
	bench_put(bench, "fixtures/lung/world.lua", WORLD);
	bench_put(bench, "fixtures/lung/calibration.csv", CALIBRATION);
	bench_put(bench, "fixtures/drivers/lung_module/driver.lua", DRIVER);
	bench_put(bench, "fixtures/drivers/lung_module/twin.lua", TWIN);
	bench_put(bench, "fixtures/drivers/lung_wave/driver.lua", WAVE);
	bench_put(bench, "fixtures/drivers/lung_wave/twin.lua", WAVES_TWIN);
}

void lung_rehearse(struct bench *bench, const struct lung_order *what)
{
	char protocol[4096];

	snprintf(protocol, sizeof(protocol),
		 "protocol { id = 'lung.test', version = 1, language = 1, title = 'T', fixture = "
		 "'lung',\n"
		 "  %s }\n"
		 "step 'S' { measure = { x = { 'x', limit = { '%s', grade = 'verbatim',\n"
		 "  source = 'S', clause = '1' } } },\n"
		 "  run = function(m, fx)\n%s\nend }\n",
		 what->header ? what->header : "", what->limit, what->body);
	bench_rehearse(bench, &(struct mini_order){.protocol = protocol, .fault = what->fault});
}
