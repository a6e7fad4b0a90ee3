/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Lua process in the hand of a test. Nothing here knows Lua or the loop: sockets, packets and JSON.
 * A process that does not answer within ten seconds is killed, so that a broken one fails its claim
 * and not the whole suite.
 */
#include "tests/cell.h"

#include <CUnit/CUnit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"

enum { PATIENCE_MS = 10000 };

char *cell_program(void)
{
	const char *named = getenv("DAVY_LUA");
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (named)
		return xstrdup(named);
	self[size > 0 ? size : 0] = '\0';
	if (strrchr(self, '/'))
		*strrchr(self, '/') = '\0';
	return xprintf("%s/davy-lua", self);
}

static void become_davy_lua(int fd, const char *path)
{
	dup2(fd, 3);
	execl(path, "davy-lua", (char *)NULL);
	perror(path);
	_exit(127);
}

struct cell *cell_start(void)
{
	struct cell *cell = xcalloc(1, sizeof(*cell));
	char *path = cell_program();
	int ends[2];

	fflush(stdout);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
	cell->pid = fork();
	if (cell->pid == 0)
		become_davy_lua(ends[1], path);
	close(ends[1]);
	free(path);
	cell->fd = ends[0];
	buf_init(&cell->packet);
	buf_init(&cell->text);
	return cell;
}

static void forget_frames(struct cell *cell)
{
	for (size_t i = 0; i < cell->count; i++)
		value_free(cell->frame[i].payload);
	cell->count = 0;
}

/* A process that sees its socket closed goes by itself; a sanitized one first looks for leaks. */
static void wait_for_end(struct cell *cell)
{
	enum { TRIES = 3000 };
	int status = 0, tries = 0;

	while (waitpid(cell->pid, &status, WNOHANG) == 0 && ++tries < TRIES)
		usleep(1000);
	if (tries == TRIES) {
		kill(cell->pid, SIGKILL);
		waitpid(cell->pid, &status, 0);
	}
	CU_ASSERT(cell->killed || (WIFEXITED(status) && WEXITSTATUS(status) <= 1));
}

void cell_kill(struct cell *cell)
{
	cell->killed = true;
	kill(cell->pid, SIGKILL);
}

void cell_free(struct cell *cell)
{
	close(cell->fd);
	wait_for_end(cell);
	forget_frames(cell);
	buf_done(&cell->packet);
	buf_done(&cell->text);
	free(cell);
}

static struct value *parse(const char *json)
{
	char *text = xstrdup(json);
	struct value *value;
	struct error err;

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_parse(text, strlen(text), "test", &err);
	if (!value)
		printf("cannot parse %s: %s\n", text, err.text);
	free(text);
	return value ? value : value_nil();
}

void cell_add_value(struct cell *cell, enum frame_type type, uint32_t request,
		    const struct value *value)
{
	struct error err;

	if (packet_add(&cell->packet, type, ++cell->sequence, request, 0, value, &err) < 0)
		printf("cannot add a frame: %s\n", err.text);
}

void cell_add(struct cell *cell, enum frame_type type, uint32_t request, const char *json)
{
	struct value *value = json ? parse(json) : value_nil();

	cell_add_value(cell, type, request, value);
	value_free(value);
}

void cell_add_source(struct cell *cell, const char *name, const char *text)
{
	struct value *chunk = value_map();

	value_set_text(chunk, "name", name);
	value_set_int(chunk, "part", 1);
	value_set_bool(chunk, "last", true);
	value_set_text(chunk, "text", text);
	cell_add_value(cell, FRAME_SOURCE, 0, chunk);
	value_free(chunk);
}

/* Keep a frame; true: the turn is over. */
static bool keep_frame(struct cell *cell, const struct frame *frame)
{
	if (frame->type != FRAME_MORE && frame->type != FRAME_IDLE && cell->count < CELL_FRAMES) {
		cell->frame[cell->count++] = *frame;
		return false;
	}
	value_free(frame->payload);
	cell->acknowledged = frame->request;
	return frame->type == FRAME_IDLE;
}

/* One packet; true: the turn is over, or there is nothing more to come. */
static bool read_packet(struct cell *cell)
{
	static uint8_t bytes[PACKET_MOST];
	struct pollfd ready = {.fd = cell->fd, .events = POLLIN};
	bool over = false;
	size_t offset = 0;
	struct frame frame;
	struct error err;
	ssize_t size;

	if (poll(&ready, 1, PATIENCE_MS) <= 0)
		return true;
	size = recv(cell->fd, bytes, sizeof(bytes), 0);
	if (size <= 0) {
		cell->gone = true;
		return true;
	}
	while (packet_next(bytes, (size_t)size, &offset, &frame, &err) > 0)
		over = keep_frame(cell, &frame) || over;
	return over;
}

static void send_packet(struct cell *cell)
{
	if (send(cell->fd, cell->packet.data, cell->packet.size, MSG_NOSIGNAL) < 0)
		cell->gone = true;
	buf_clear(&cell->packet);
}

void cell_turn(struct cell *cell)
{
	forget_frames(cell);
	send_packet(cell);
	while (!read_packet(cell))
		;
}

void cell_send(struct cell *cell, enum frame_type type, uint32_t request, const char *json)
{
	cell_add(cell, type, request, json);
	cell_turn(cell);
}

void cell_answer(struct cell *cell, uint32_t request, const char *value)
{
	char *json = value ? xprintf("{'ok': true, 'value': %s}", value) : xstrdup("{'ok': true}");

	cell_send(cell, FRAME_RESULT, request, json);
	free(json);
}

/* ---- what came back ---- */

const struct frame *cell_frame(const struct cell *cell, enum frame_type type, size_t n)
{
	for (size_t i = 0; i < cell->count; i++)
		if (cell->frame[i].type == type && n-- == 0)
			return &cell->frame[i];
	return NULL;
}

size_t cell_frames(const struct cell *cell, enum frame_type type)
{
	size_t count = 0;

	while (cell_frame(cell, type, count))
		count++;
	return count;
}

const char *cell_said(struct cell *cell, enum frame_type type, size_t n)
{
	const struct frame *frame = cell_frame(cell, type, n);

	buf_clear(&cell->text);
	if (frame)
		json_write(&cell->text, frame->payload);
	for (size_t i = 0; i < cell->text.size; i++)
		if (cell->text.data[i] == '"')
			cell->text.data[i] = '\'';
	return cell->text.data;
}

bool cell_failed(struct cell *cell, const char *kind, const char *part)
{
	const struct frame *frame = cell_frame(cell, FRAME_FAILED, 0);
	const char *text = frame ? value_get_text(frame->payload, "text") : NULL;
	bool same =
		text && strstr(text, part) && !strcmp(value_get_text(frame->payload, "kind"), kind);

	if (!same)
		printf("        it said: %s\n",
		       frame ? cell_said(cell, FRAME_FAILED, 0) : "nothing");
	return same;
}

/* ---- usual beginnings ---- */

static const char FIXTURE[] =
	"local bench = fixture {\n"
	"  id = 'f', ports = { bus = serial { '9600 8N1' } },\n"
	"  devices = { controller = device { 'mfc', port = 'bus' } },\n"
	"  lines = { air = valve { safe = 'closed' }, fan = switch { safe = 'on' },\n"
	"            hood = contact { active = 'low' }, beat = pulse { gate = '1 s' } },\n"
	"  channels = { methane = 'transmitter.content', pressure = 'gauge.pressure' },\n"
	"  groups = { 'gas' },\n"
	"}\n"
	"function bench.gas:blow(time) local at = self.fx.air:open() wait(time) return at end\n"
	"function bench.methane:twice() return 2 * self:read() end\n"
	"return bench\n";

static const char PROTOCOL[] =
	"local test = protocol {\n"
	"  id = 't', version = 1, language = 1, title = 'T', fixture = 'f', grade = 'example', "
	"standard = 'S',\n"
	"  params = { flow = { '0.5 L/min', range = '0.1 .. 1 L/min' }, mode = { 'a', text = true "
	"} },\n"
	"  dut = { serial = { text = true, simulated = 'SIM-1' }, span = { simulated = '4 %%vol' } "
	"},\n"
	"}\n"
	"local p, dut = test.params, test.dut\n"
	"step 'S' { repeats = %d,\n"
	"  measure = { x = { 'pressure lost', limit = '<= 30 Pa' },\n"
	"              y = { 'deviation', per = 'gas' } }, run = function(m, fx)\n"
	"%s\n"
	"end }\n";

static const char START_RUN[] =
	"{'mode': 'run', 'protocol': 't.lua', 'fixture': 'f.lua', 'params': {}, 'dut': {},"
	" 'simulated': true, 'seed': 7,"
	" 'channels': {'methane': {'kind': 'number', 'unit': '%vol'},"
	"              'pressure': {'kind': 'number', 'unit': 'Pa'},"
	"              'hood': {'kind': 'state', 'unit': '1'}, 'beat': {'kind': 'number', 'unit': "
	"'Hz'}},"
	" 'lines': {'air': {'kind': 'valve'}, 'fan': {'kind': 'switch'}, 'hood': {'kind': "
	"'contact'},"
	"           'beat': {'kind': 'pulse'}},"
	" 'devices': {'controller': {'setpoint': [], 'valve': ['shut', 'open']}}, 'references': "
	"['ch4_1']}";

struct cell *cell_run_repeats(const char *body, int repeats)
{
	struct cell *cell = cell_start();
	char *protocol = xprintf(PROTOCOL, repeats, body);

	cell_add_source(cell, "f.lua", FIXTURE);
	cell_add_source(cell, "t.lua", protocol);
	cell_send(cell, FRAME_START, 0, START_RUN);
	free(protocol);
	if (cell_frame(cell, FRAME_REQUEST, 0))
		cell_answer(cell, 1, NULL);
	return cell;
}

struct cell *cell_run(const char *body)
{
	return cell_run_repeats(body, 1);
}

struct cell *cell_load(const char *kind, const char *text, const char *more)
{
	struct cell *cell = cell_start();
	char *start = xprintf("{'mode': 'load', 'kind': '%s', 'source': 't.lua'%s}", kind, more);

	cell_add_source(cell, "t.lua", text);
	cell_send(cell, FRAME_START, 0, start);
	free(start);
	return cell;
}
