/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller-like process is a fork of the tests with a loop, a writer and a struct guardian, and
 * nothing else of a controller (tests/guardian_rig.h). It hears orders on a pipe and tells on another.
 */
#include "tests/guardian_rig.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "loop/clock.h"
#include "run/guardian.h"
#include "run/writer.h"
#include "tests/claims.h"

enum { PATIENCE_MS = 10000 };

void guardian_state_open(char state[64])
{
	strcpy(state, "/tmp/davy-guardian-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(state));
}

void guardian_state_close(const char *state)
{
	struct error ignored;

	file_remove_folder(state, &ignored);
}

/* ---- images ---- */

struct safe_image *image_new(int slot)
{
	struct safe_image *image = xcalloc(1, sizeof(*image));

	image->slot = slot;
	snprintf(image->run, sizeof(image->run), "run-%d", slot);
	return image;
}

void image_add_line(struct safe_image *image, const char *where, bool level)
{
	struct safe_line *line = &image->line[image->line_count];

	snprintf(line->name, sizeof(line->name), "line%zu", image->line_count++);
	snprintf(line->level, sizeof(line->level), "%s", level ? "on" : "off");
	snprintf(line->wire.where, sizeof(line->wire.where), "%s", where);
	memcpy(line->wire.settings.name, line->name, sizeof(line->name));
	line->wire.settings.use = GPIO_USE_OUTPUT;
	line->wire.settings.level = level;
}

void image_add_port(struct safe_image *image, const char *where)
{
	struct safe_port *port = &image->port[image->port_count];

	snprintf(port->name, sizeof(port->name), "port%zu", image->port_count++);
	snprintf(port->wire.where, sizeof(port->wire.where), "%s", where);
	port->wire.settings = (struct serial_settings){9600, 8, 'N', 1};
}

void image_add_write(struct safe_image *image, const char *bytes)
{
	struct safe_write *write;

	image->write = xrealloc(image->write, (image->write_count + 1) * sizeof(*image->write));
	write = &image->write[image->write_count];
	*write = (struct safe_write){
		.port = image->port_count - 1,
		.bytes = xmemdup(bytes, strlen(bytes)),
		.size = strlen(bytes),
		.pause = MSEC(10),
	};
	snprintf(write->what, sizeof(write->what), "device%zu.output", image->write_count++);
	snprintf(write->level, sizeof(write->level), "off");
}

/* ---- the controller-like process ---- */

struct inner {
	struct loop *loop;
	struct guardian *guardian;
	struct safe_image *const *images;
	size_t count, armed;
	const int *fds; /* of the first image */
	int tell, orders;
};

static void tell(const struct inner *inner, const char *what, const char *more)
{
	dprintf(inner->tell, "%s%s\n", what, more);
}

static void armed(void *ctx, const struct error *err)
{
	struct inner *inner = ctx;
	char pid[24];

	snprintf(pid, sizeof(pid), "%d", guardian_pid(inner->guardian));
	if (err || ++inner->armed >= inner->count)
		tell(inner, err ? "error " : "armed ", err ? err->text : pid);
}

static void arm_one(struct inner *inner, size_t index)
{
	const struct safe_image *image = inner->images[index];
	int fds[FIXTURE_MOST];

	for (size_t i = 0; i < image->port_count; i++) {
		struct serial *port;
		struct error err;

		fds[i] = !index && inner->fds ? inner->fds[i] : -1;
		if (fds[i] >= 0)
			continue;
		port = serial_real_open(inner->loop, &image->port[i].wire, &err);
		fds[i] = port ? serial_real_fd(port) : -1;
	}
	guardian_arm(inner->guardian, image, fds, armed, inner);
}

static void arm_all(struct inner *inner)
{
	inner->armed = 0;
	for (size_t i = 0; i < inner->count; i++)
		arm_one(inner, i);
}

/* What is safe at one level is dangerous at the other. Held until the process ends. */
static void drive(const struct inner *inner)
{
	for (size_t i = 0; i < inner->count; i++) {
		struct gpio_wire wires[FIXTURE_MOST];
		struct error err;

		for (size_t n = 0; n < inner->images[i]->line_count; n++) {
			wires[n] = inner->images[i]->line[n].wire;
			wires[n].settings.level = !wires[n].settings.level;
		}
		if (!gpio_hold_open(wires, inner->images[i]->line_count, "controller", &err))
			tell(inner, "error ", err.text);
	}
}

static void ready(void *ctx, const struct error *err)
{
	const struct inner *inner = ctx;

	tell(inner, err ? "error " : "ready", err ? err->text : "");
	if (!err)
		arm_all(ctx);
}

static void ordered(void *ctx, uint32_t events)
{
	struct inner *inner = ctx;
	char order[32] = "";

	(void)events;
	if (read(inner->orders, order, sizeof(order) - 1) <= 0 || !strcmp(order, "exit")) {
		_exit(0);
	} else if (!strncmp(order, "disarm", 6)) {
		guardian_disarm(inner->guardian, inner->images[0]->slot, strstr(order, "safe"));
	} else if (!strcmp(order, "arm")) {
		arm_all(inner);
	} else if (!strcmp(order, "drive")) {
		drive(inner);
	} else if (!strcmp(order, "ready")) {
		guardian_ready(inner->guardian, ready, ctx);
	} else if (!strcmp(order, "free")) {
		guardian_free(inner->guardian);
		inner->guardian = NULL;
	}
	tell(inner, "did ", order);
}

/* davy, beside the program that makes the claims. */
static char *davy(void)
{
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[size > 0 ? size : 0] = '\0';
	if (strrchr(self, '/'))
		*strrchr(self, '/') = '\0';
	return xprintf("%s/davy", self);
}

static _Noreturn void be_controller(const char *state, struct inner *inner)
{
	struct error err;
	struct writer *writer;

	if (!freopen("/dev/null", "w", stderr)) /* what it logs */
		_exit(2);
	signal(SIGINT, SIG_DFL);
	inner->loop = loop_new(&err);
	writer = writer_new(inner->loop, &err);
	inner->guardian = guardian_new(inner->loop, davy(), state, writer);
	loop_watch(inner->loop, inner->orders, EPOLLIN, ordered, inner, &err);
	guardian_ready(inner->guardian, ready, inner);
	loop_run(inner->loop, &err);
	_exit(2);
}

static void open_house(struct ward_house *house, const char *state, struct inner inner)
{
	int heard[2], orders[2];

	CU_ASSERT_FATAL(pipe2(heard, O_CLOEXEC) == 0 && pipe2(orders, O_CLOEXEC) == 0);
	fflush(stdout);
	memset(house, 0, sizeof(*house));
	buf_init(&house->text);
	house->pid = fork();
	if (house->pid == 0) {
		setpgid(0, 0);
		inner.tell = heard[1];
		inner.orders = orders[0];
		close(heard[0]);
		close(orders[1]);
		be_controller(state, &inner);
	}
	close(heard[1]);
	close(orders[0]);
	house->heard = heard[0];
	house->orders = orders[1];
	setpgid(house->pid, house->pid);
}

void ward_house_open(struct ward_house *house, const char *state, const struct safe_image *image,
		     const int *fds)
{
	struct safe_image *const images[] = {(struct safe_image *)image};

	open_house(house, state, (struct inner){.images = images, .count = 1, .fds = fds});
}

void ward_house_open_many(struct ward_house *house, const char *state,
			  struct safe_image *const *images, size_t count)
{
	open_house(house, state, (struct inner){.images = images, .count = count});
}

static bool next_line(struct ward_house *house, char *line, size_t size)
{
	struct pollfd come = {.fd = house->heard, .events = POLLIN};
	char piece[512], *end;

	while (!(end = memchr(house->text.data, '\n', house->text.size))) {
		ssize_t got = poll(&come, 1, PATIENCE_MS) > 0
				      ? read(house->heard, piece, sizeof(piece))
				      : 0;

		if (got <= 0)
			return false;
		buf_add(&house->text, piece, (size_t)got);
	}
	snprintf(line, size, "%.*s", (int)(end - house->text.data), house->text.data);
	buf_drop(&house->text, (size_t)(end - house->text.data) + 1);
	return true;
}

bool ward_house_tells(struct ward_house *house, const char *beginning)
{
	char line[600] = "nothing";

	if (!next_line(house, line, sizeof(line)) ||
	    strncmp(line, beginning, strlen(beginning)) != 0) {
		printf("        it told: %s\n", line);
		return false;
	}
	if (!strncmp(line, "armed ", 6))
		house->guardian_pid = atoi(line + 6);
	return true;
}

void ward_house_do(struct ward_house *house, const char *order)
{
	CU_ASSERT_EQUAL(write(house->orders, order, strlen(order)), (ssize_t)strlen(order));
}

void ward_house_close(struct ward_house *house)
{
	if (house->pid > 0) {
		kill(house->pid, SIGKILL);
		waitpid(house->pid, NULL, 0);
	}
	if (house->guardian_pid > 0) {
		kill(house->guardian_pid, SIGCONT);
		kill(house->guardian_pid, SIGKILL);
	}
	close(house->heard);
	close(house->orders);
	buf_done(&house->text);
}

/* ---- looking ---- */

int now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

size_t take_bytes(int fd, char *bytes, size_t size, int within_ms)
{
	int last = now_ms() + within_ms, left;
	struct pollfd come = {.fd = fd, .events = POLLIN};
	size_t got = 0;

	while (got < size && (left = last - now_ms()) > 0 && poll(&come, 1, left) > 0) {
		ssize_t more = read(fd, bytes + got, size - got);

		if (more <= 0)
			break;
		got += (size_t)more;
	}
	return got;
}

static bool is_gone(pid_t pid)
{
	char path[40], text[256] = "", *state;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	close(fd);
	state = strrchr(text, ')');
	return !state || state[2] == 'Z' || state[2] == 'X';
}

bool process_goes(pid_t pid, int within_ms)
{
	for (int last = now_ms() + within_ms; now_ms() < last; usleep(1000))
		if (is_gone(pid))
			return true;
	return is_gone(pid);
}

bool guardian_log_says(const char *state, const char *part)
{
	char *path = xprintf("%s/guardian.log", state);
	bool found = false;
	struct buf text;
	struct error err;

	for (int last = now_ms() + 3000; !found && now_ms() < last; usleep(5000)) {
		buf_init(&text);
		if (file_exists(path) && file_read(path, 1 << 20, &text, &err) == 0)
			found = strstr(text.data, part) != NULL;
		if (!found && now_ms() + 10 > last)
			printf("        the log has: %s\n", text.data);
		buf_done(&text);
	}
	free(path);
	return found;
}
