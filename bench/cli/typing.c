/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typing.
 *
 * By key, a line is edited here as a terminal's own line discipline would: erase takes a whole character of UTF-8
 * (Chinese input methods send them whole), kill the line, EOF on an empty line ends the input. What an arrow or
 * function key sends is thrown away. Other control characters belong to the line: scanners that are keyboards send the
 * separators of GS1 and ISO 15434 (GS, RS), and the latter's EOT behind a text, where it ends nothing.
 *
 * A terminal is changed only while a line is waited for, and only by who is in its foreground: anybody else would be stopped
 * for it. It is given back on every way out: by typing_end, before a stop (Ctrl-Z), and by a handler of the signals that end
 * a program where it stands, which then do what they would have done. For that handler alone there is a variable outside
 * of all objects: signals are the process's, as is the terminal. SIGKILL cannot be helped: `stty sane`.
 */
#include "cli/typing.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strain.h"

enum { LINE_MOST = 4095 /* bytes, as a terminal's own */ };

enum escape {
	ESCAPE_NONE = 1,
	ESCAPE_BEGUN,  /* ESC */
	ESCAPE_LETTER, /* ESC O: one more */
	ESCAPE_LONG,   /* ESC [: up to a letter or "~" */
};

struct typing {
	struct loop *loop;
	int fd;
	const struct typing_handlers *handlers;
	void *ctx;
	struct watch *watch; /* NULL: no line is waited for */
	bool by_key, hidden;
	enum escape escape;
	struct buf
		text; /* by key: the line so far; otherwise what came and was not asked for yet */
};

/* ---- the terminal ---- */

static const int DEADLY[] = {SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
			     SIGFPE,  SIGSEGV, SIGXCPU, SIGUSR1, SIGUSR2};

enum { DEADLY_COUNT = sizeof(DEADLY) / sizeof(DEADLY[0]) };

/* What the handler needs. */
static struct {
	volatile sig_atomic_t is_changed;
	int fd;
	struct termios found;
	struct sigaction before[DEADLY_COUNT];
} terminal;

static bool is_in_foreground(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group < 0 || group == getpgrp(); /* nobody is stopped for a terminal of no session */
}

static void give_back_and_die(int number)
{
	if (terminal.is_changed)
		tcsetattr(terminal.fd, TCSANOW, &terminal.found);
	for (int i = 0; i < DEADLY_COUNT; i++)
		if (DEADLY[i] == number)
			sigaction(number, &terminal.before[i], NULL);
	raise(number); /* comes once this handler returns */
}

static void terminal_change(int fd)
{
	struct sigaction action = {.sa_handler = give_back_and_die};
	struct termios by_key;

	if (terminal.is_changed || !is_in_foreground(fd) || tcgetattr(fd, &terminal.found) < 0)
		return;
	by_key = terminal.found;
	by_key.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	by_key.c_lflag |= NOFLSH; /* or Ctrl-C would throw away what of a screen is on its way */
	by_key.c_cc[VMIN] = 1;
	by_key.c_cc[VTIME] = 0;
	terminal.fd = fd;
	terminal.is_changed = 1;
	for (int i = 0; i < DEADLY_COUNT; i++)
		sigaction(DEADLY[i], &action, &terminal.before[i]);
	tcsetattr(fd, TCSANOW, &by_key);
}

static void terminal_give_back(void)
{
	if (!terminal.is_changed)
		return;
	if (is_in_foreground(terminal.fd))
		tcsetattr(terminal.fd, TCSANOW, &terminal.found);
	terminal.is_changed = 0;
	for (int i = 0; i < DEADLY_COUNT; i++)
		sigaction(DEADLY[i], &terminal.before[i], NULL);
}

/* ---- lines ---- */

/* The handler may begin to wait for the next one. */
static void take(struct typing *typing, char *line)
{
	typing_end(typing);
	typing->handlers->line(typing->ctx, line);
	free(line);
}

/* The first whole line; what stands behind it is for the next question. */
static bool take_ready(struct typing *typing)
{
	char *newline =
		typing->text.size ? memchr(typing->text.data, '\n', typing->text.size) : NULL;
	size_t size;
	char *line;

	if (!newline)
		return false;
	size = (size_t)(newline - typing->text.data);
	line = xprintf("%.*s", (int)size, typing->text.data);
	buf_drop(&typing->text, size + 1);
	take(typing, line);
	return true;
}

/* ---- keys ---- */

static void drop_character(struct buf *text)
{
	while (text->size && ((uint8_t)text->data[text->size - 1] & 0xc0) == 0x80)
		text->size--;
	if (text->size)
		text->size--;
	if (text->data)
		text->data[text->size] = '\0';
}

/* Whether this byte belongs to what a key sends that types nothing. */
static bool is_of_escape(struct typing *typing, uint8_t byte)
{
	enum escape was = typing->escape;

	if (was == ESCAPE_NONE) {
		typing->escape = byte == 0x1b ? ESCAPE_BEGUN : ESCAPE_NONE;
		return byte == 0x1b;
	}
	typing->escape = ESCAPE_NONE;
	if (was == ESCAPE_BEGUN && (byte == '[' || byte == 'O')) {
		typing->escape = byte == '[' ? ESCAPE_LONG : ESCAPE_LETTER;
		return true;
	}
	if (was == ESCAPE_LONG && byte >= 0x20 && byte < 0x40)
		typing->escape = ESCAPE_LONG;
	return was != ESCAPE_BEGUN && byte >= 0x20;
}

static bool is_key(cc_t key, uint8_t byte)
{
	return key != _POSIX_VDISABLE && key == byte;
}

/* Whether the line, or the input, ended with it. */
static bool take_key(struct typing *typing, uint8_t byte)
{
	const cc_t *keys = terminal.found.c_cc;
	struct buf *text = &typing->text;

	if (is_of_escape(typing, byte))
		return false;
	if (byte == '\n' || byte == '\r') {
		take(typing, xprintf("%.*s", (int)text->size, text->size ? text->data : ""));
		return true;
	}
	if (is_key(keys[VEOF], byte)) {
		if (text->size)
			return false;
		take(typing, NULL);
		return true;
	}
	if (is_key(keys[VERASE], byte) || byte == 0x7f || byte == '\b')
		drop_character(text);
	else if (is_key(keys[VKILL], byte))
		buf_clear(text);
	else if (text->size < LINE_MOST && byte)
		buf_add_byte(text, byte);
	return false;
}

static void ready(void *ctx, uint32_t events)
{
	struct typing *typing = ctx;
	char bytes[512];
	ssize_t got = read(typing->fd, bytes, strain_read(sizeof(bytes)));

	(void)events;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		take(typing, NULL);
		return;
	}
	if (!typing->by_key) {
		buf_add(&typing->text, bytes, (size_t)got);
		take_ready(typing);
		return;
	}
	for (ssize_t i = 0; i < got; i++)
		if (take_key(typing, (uint8_t)bytes[i]))
			return; /* what was typed behind it is no answer to what is asked next */
	typing->handlers->key(typing->ctx);
}

/* ---- from outside ---- */

struct typing *typing_new(struct loop *loop, int fd, const struct typing_handlers *handlers,
			  void *ctx)
{
	struct typing *typing = xcalloc(1, sizeof(*typing));

	typing->loop = loop;
	typing->fd = fd;
	typing->handlers = handlers;
	typing->ctx = ctx;
	buf_init(&typing->text);
	return typing;
}

/* A file or a pipe has its answers ready; of a terminal what nobody waited for goes. */
void typing_drop(struct typing *typing)
{
	if (!isatty(typing->fd) || !is_in_foreground(typing->fd))
		return;
	tcflush(typing->fd, TCIFLUSH);
	buf_clear(&typing->text);
}

void typing_begin(struct typing *typing, bool by_key)
{
	struct error err;

	typing_end(typing);
	typing_drop(typing);
	typing->escape = ESCAPE_NONE;
	typing->by_key = by_key && isatty(typing->fd);
	if (typing->by_key)
		terminal_change(typing->fd);
	else
		terminal_give_back();
	if (!typing->by_key && take_ready(typing))
		return;
	typing->watch = loop_watch(typing->loop, typing->fd, POLLIN, ready, typing, &err);
	if (!typing->watch) /* a plain file or /dev/null is never waited for */
		ready(typing, POLLIN);
}

void typing_end(struct typing *typing)
{
	loop_unwatch(typing->watch);
	typing->watch = NULL;
	if (typing->by_key)
		buf_clear(&typing->text);
	typing->by_key = false;
	if (typing->hidden)
		terminal_change(typing->fd);
	else
		terminal_give_back();
}

void typing_hide(struct typing *typing)
{
	typing->hidden = isatty(typing->fd);
	typing_resume(typing);
}

const char *typing_text(const struct typing *typing)
{
	if (!typing->by_key)
		return NULL;
	return typing->text.size ? typing->text.data : "";
}

void typing_pause(struct typing *typing)
{
	if (typing->by_key || typing->hidden)
		terminal_give_back();
}

void typing_resume(struct typing *typing)
{
	if (typing->by_key || typing->hidden)
		terminal_change(typing->fd);
}

void typing_free(struct typing *typing)
{
	if (!typing)
		return;
	typing->hidden = false;
	typing_end(typing);
	buf_done(&typing->text);
	free(typing);
}
