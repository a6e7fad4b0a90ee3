/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A printer is written to as it takes it. It is asked how it is before the first byte and after the last, by questions
 * that it answers at once, out of turn; one that never answers (many have no way back) is taken at its silence, and
 * whoever stands beside it sees the paper.
 */
#include "cli/ticket_printer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/words.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "report/ticket.h"

enum {
	ANSWER_MS = 500,    /* a printer answers within some ten */
	STALLED_MS = 20000, /* for which it may take nothing: a cutter, a hot head that rests */
	PAGE_LARGEST = 32 << 20,
	CHUNK = 4096,
};
#define DRAWING_PATIENCE SEC(60)
#define SERIAL "serial:"

static const struct {
	struct words no_device, no_printer, serial, busy, no_paper, cover, fault, stalled, gone,
		not_whole, no_drawing, not_drawn, no_page;
} TEXTS = {
	.no_device = {"%s: the printer cannot be opened: %s. Is it plugged in and on, and is the "
		      "user in the group lp?",
		      "%s:打印机打不开:%s。请检查接线与电源,以及用户是否属于 lp 组"},
	.no_printer = {"%s is no printer: a device as /dev/usb/lp0 is wanted",
		       "%s 不是打印机:应为 /dev/usb/lp0 之类的设备"},
	.serial = {"%s is a serial port, and an instrument may be behind it, which would take the "
		   "ticket for orders: where it is a printer, say serial:%s",
		   "%s 是串口,其后可能接有仪器,凭条会被当作指令;确为打印机时请写 serial:%s"},
	.busy = {"%s: another program is using the printer", "%s:打印机正被其他程序占用"},
	.no_paper = {"%s: the printer has no paper: put in a roll", "%s:打印机缺纸,请装纸"},
	.cover = {"%s: the printer's cover is open: close it", "%s:打印机上盖未合上,请合上"},
	.fault = {"%s: the printer says that something is wrong with it: look at its lamp, turn it "
		  "off and on",
		  "%s:打印机报告故障,请查看指示灯并重新通电"},
	.stalled = {"%s: the printer has taken nothing for %d s, and the ticket is not whole: look "
		    "at paper, cover and plug, and print again",
		    "%s:打印机 %d 秒内未接收数据,凭条不完整;请检查纸张、上盖与接线后重新打印"},
	.gone = {"%s: the printer has gone while it printed, and the ticket is not whole: %s",
		 "%s:打印中失去打印机,凭条不完整:%s"},
	.not_whole = {"the ticket may not be whole", "凭条可能不完整"},
	.no_drawing = {"a ticket needs pdftoppm, and there is no %s: install the package "
		       "poppler-utils",
		       "打印凭条需要 pdftoppm,而 %s 不存在:请安装 poppler-utils"},
	.not_drawn = {"%s: pdftoppm %s before it had drawn the ticket",
		      "%s:pdftoppm 未画出凭条即已结束(%s)"},
	.no_page = {"%s has no page", "%s 没有页面"},
};

struct printer {
	const char *device;
	int fd;
};

/* ---- the device ---- */

static void become_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) < 0)
		return; /* not serial */
	cfmakeraw(&settings);
	tcsetattr(fd, TCSANOW, &settings);
}

static int check_device(const struct printer *printer, bool may_be_serial, struct error *err)
{
	struct stat status;

	if (fstat(printer->fd, &status) < 0 || !S_ISCHR(status.st_mode))
		return error_set(err, ERROR_USAGE, say(TEXTS.no_printer), printer->device);
	if (!may_be_serial && isatty(printer->fd))
		return error_set(err, ERROR_USAGE, say(TEXTS.serial), printer->device,
				 printer->device);
	if (flock(printer->fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, ERROR_OS, say(TEXTS.busy), printer->device);
	return 0;
}

/* The lines of a serial port stay as its user has set them; only their bytes are no text any more. */
static int open_printer(struct printer *printer, const char *device, bool may_be_serial,
			struct error *err)
{
	printer->device = device;
	printer->fd = open(printer->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (printer->fd < 0 && errno == EBUSY)
		return error_set(err, ERROR_OS, say(TEXTS.busy), printer->device);
	if (printer->fd < 0)
		return error_set(err, ERROR_OS, say(TEXTS.no_device), printer->device,
				 strerror(errno));
	if (check_device(printer, may_be_serial, err) < 0) {
		close(printer->fd);
		return -1;
	}
	become_raw(printer->fd);
	return 0;
}

/* Until it takes more. */
static int await_room(const struct printer *printer, struct error *err)
{
	struct pollfd ready = {.fd = printer->fd, .events = POLLOUT};
	int count;

	do
		count = poll(&ready, 1, STALLED_MS);
	while (count < 0 && errno == EINTR);
	if (count == 0)
		return error_set(err, ERROR_TIMEOUT, say(TEXTS.stalled), printer->device,
				 STALLED_MS / 1000);
	if (count < 0 || ready.revents & (POLLERR | POLLHUP | POLLNVAL))
		return error_set(err, ERROR_LINK, say(TEXTS.gone), printer->device,
				 strerror(count < 0 ? errno : ENODEV));
	return 0;
}

static int tell(const struct printer *printer, const struct buf *bytes, struct error *err)
{
	size_t sent = 0;

	while (sent < bytes->size) {
		size_t left = bytes->size - sent;
		ssize_t count;

		if (await_room(printer, err) < 0)
			return -1;
		count = write(printer->fd, bytes->data + sent, left < CHUNK ? left : CHUNK);
		if (count > 0)
			sent += (size_t)count;
		else if (count < 0 && errno != EAGAIN && errno != EINTR)
			return error_set(err, ERROR_LINK, say(TEXTS.gone), printer->device,
					 strerror(errno));
	}
	return await_room(printer, err); /* what is closed before that is lost */
}

/* ---- how it is ---- */

/* The answer to the question; TICKET_UNCLEAR when there is none. */
static enum ticket_state ask(const struct printer *printer, enum ticket_question question)
{
	struct pollfd ready = {.fd = printer->fd, .events = POLLIN};
	enum ticket_state state = TICKET_UNCLEAR;
	struct buf bytes;
	struct error ignored;
	uint8_t answer;

	buf_init(&bytes);
	ticket_ask(&bytes, question);
	if (tell(printer, &bytes, &ignored) == 0)
		while (state == TICKET_UNCLEAR && poll(&ready, 1, ANSWER_MS) > 0 &&
		       read(printer->fd, &answer, 1) == 1)
			state = ticket_answer(question, answer);
	buf_done(&bytes);
	return state;
}

static int check_state(const struct printer *printer, bool *answered, struct error *err)
{
	enum ticket_state state = ask(printer, TICKET_ASKS_PAPER);

	*answered = state != TICKET_UNCLEAR;
	if (state == TICKET_READY)
		state = ask(printer, TICKET_ASKS_COVER);
	switch (state) {
	case TICKET_NO_PAPER:
		return error_set(err, ERROR_DEVICE, say(TEXTS.no_paper), printer->device);
	case TICKET_COVER_OPEN:
		return error_set(err, ERROR_DEVICE, say(TEXTS.cover), printer->device);
	case TICKET_IN_ERROR:
		return error_set(err, ERROR_DEVICE, say(TEXTS.fault), printer->device);
	case TICKET_READY:
	case TICKET_UNCLEAR:
		break;
	}
	return 0;
}

/* ---- the pages ---- */

struct drawing {
	struct loop *loop;
	int status;
	bool ended;
};

static void drawn(void *ctx, int status)
{
	struct drawing *drawing = ctx;

	drawing->status = status;
	drawing->ended = true;
	loop_quit(drawing->loop);
}

static void too_long(void *ctx)
{
	struct drawing *drawing = ctx;

	loop_quit(drawing->loop);
}

static int run_drawing(struct drawing *drawing, char *const argv[], struct error *err)
{
	struct bench_clock *clock = loop_real_clock(drawing->loop);
	struct child *child = child_start(drawing->loop, argv, -1, -1, drawn, drawing, err);
	struct timer timer = {0};
	int done = -1;

	if (child) {
		timer_start(&timer, clock, clock_now(clock) + DRAWING_PATIENCE, TIMER_STOP,
			    too_long, drawing);
		done = loop_run(drawing->loop, err);
		timer_stop(&timer);
	}
	child_free(child);
	return done;
}

/* Its pages become bitmaps in the folder. */
static int draw(const char *pdf, const char *folder, struct error *err)
{
	const char *program = getenv("DAVY_PDFTOPPM");
	char *root = xprintf("%s/page", folder), dots[12], end[96] = "took too long";
	char *const argv[] = {(char *)(program ? program : "/usr/bin/pdftoppm"),
			      "-mono",
			      "-r",
			      dots,
			      (char *)pdf,
			      root,
			      NULL};
	struct drawing drawing = {.loop = loop_new(err)};
	int done = -1;

	snprintf(dots, sizeof(dots), "%d", TICKET_DPI);
	if (access(argv[0], X_OK) < 0)
		error_set(err, ERROR_OS, say(TEXTS.no_drawing), argv[0]);
	else if (drawing.loop)
		done = run_drawing(&drawing, argv, err);
	if (done == 0 && (!drawing.ended || drawing.status != 0)) {
		if (drawing.ended)
			child_describe_end(drawing.status, end, sizeof(end));
		done = error_set(err, ERROR_OS, say(TEXTS.not_drawn), pdf, end);
	}
	loop_free(drawing.loop);
	free(root);
	return done;
}

static int add_page(struct buf *out, const char *path, struct error *err)
{
	struct ticket_picture picture;
	struct buf bytes;
	int done;

	buf_init(&bytes);
	done = file_read(path, PAGE_LARGEST, &bytes, err);
	if (done == 0)
		done = ticket_read(bytes.data, bytes.size, &picture, err);
	if (done == 0)
		done = ticket_add(out, &picture, err);
	buf_done(&bytes);
	return done;
}

/* pdftoppm numbers pages with as many digits as the last one has, so names sort as pages do. */
static int add_pages(struct buf *out, const char *folder, const char *pdf, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	int done = file_list(folder, &names, &count, err);

	if (done == 0 && count == 0)
		done = error_set(err, ERROR_USAGE, say(TEXTS.no_page), pdf);
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);

		if (done == 0)
			done = add_page(out, path, err);
		free(path);
		free(names[i]);
	}
	free(names);
	return done;
}

static int compose(struct buf *out, const char *pdf, struct error *err)
{
	char folder[] = "/tmp/davy-ticket-XXXXXX";
	struct error ignored;
	int done;

	if (!mkdtemp(folder))
		return error_os(err, "%s: a scratch folder", folder);
	ticket_begin(out);
	done = draw(pdf, folder, err);
	if (done == 0)
		done = add_pages(out, folder, pdf, err);
	ticket_end(out);
	file_remove_folder(folder, &ignored);
	return done;
}

static int print_one(const struct printer *printer, const char *pdf, struct error *err)
{
	struct buf bytes;
	bool answered;
	int done;

	buf_init(&bytes);
	done = compose(&bytes, pdf, err);
	if (done == 0)
		done = check_state(printer, &answered, err);
	if (done == 0)
		done = tell(printer, &bytes, err);
	if (done == 0 && check_state(printer, &answered, err) < 0)
		done = error_context(err, "%s", say(TEXTS.not_whole));
	buf_done(&bytes);
	return done;
}

int ticket_print(const char *device, const char *const *pdfs, size_t count, struct error *err)
{
	bool is_serial = !strncmp(device, SERIAL, strlen(SERIAL));
	struct printer printer;
	int done = open_printer(&printer, is_serial ? device + strlen(SERIAL) : device, is_serial,
				err);

	if (done < 0)
		return -1;
	for (size_t i = 0; done == 0 && i < count; i++)
		done = print_one(&printer, pdfs[i], err);
	close(printer.fd);
	return done;
}

int ticket_printer_look(const char *device, bool *answered, struct error *err)
{
	struct printer printer;
	int done = open_printer(&printer, device, true, err);

	if (done < 0)
		return -1;
	done = check_state(&printer, answered, err);
	close(printer.fd);
	return done;
}
