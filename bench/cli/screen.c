/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The screen. The block is always the last thing on it, each of its lines ended, the cursor below. To
 * scroll, it is taken away, the line printed, and the block drawn again; all in one write. Where nothing scrolls the
 * block is drawn over itself, line by line, and nothing is erased that stays: so it does not flicker.
 *
 * Only cursor-up, erase to the end of the line and below, and reverse video are used, which every terminal since the
 * VT100 knows. A dumb one (TERM=dumb) is treated like a file.
 */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"

struct screen {
	FILE *out; /* NULL: nobody reads */
	bool live;
	size_t drawn;	  /* lines of the block that stand on the screen */
	struct buf block; /* … and its bytes */
	struct buf pending;
};

struct screen *screen_new(FILE *out)
{
	struct screen *screen = xcalloc(1, sizeof(*screen));
	const char *terminal = getenv("TERM");

	screen->out = out;
	screen->live = out && isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0;
	buf_init(&screen->block);
	buf_init(&screen->pending);
	return screen;
}

bool screen_is_live(const struct screen *screen)
{
	return screen->live;
}

static void take_block_away(struct screen *screen)
{
	if (screen->drawn)
		buf_printf(&screen->pending, "\x1b[%zuA\r\x1b[J", screen->drawn);
	screen->drawn = 0;
}

void screen_say(struct screen *screen, const char *text, size_t indent)
{
	if (!screen->out)
		return;
	take_block_away(screen);
	if (screen->live)
		columns_wrap(&screen->pending, text, columns_on(screen->out), indent);
	else
		buf_add_text(&screen->pending, text);
	buf_add_byte(&screen->pending, '\n');
}

size_t screen_columns(const struct screen *screen)
{
	return columns_on(screen->out);
}

size_t screen_rows(const struct screen *screen)
{
	return rows_on(screen->out);
}

static void add_line(struct screen *screen, struct buf *out, const struct screen_line *line)
{
	if (line->loud)
		buf_add_text(out, "\x1b[7m");
	columns_add(out, line->text, columns_on(screen->out));
	buf_printf(out, "%s\x1b[K\n", line->loud ? "\x1b[0m" : "");
}

void screen_block(struct screen *screen, const struct screen_line *lines, size_t count)
{
	struct buf block;

	if (!screen->live || !screen->out)
		return;
	buf_init(&block);
	for (size_t i = 0; i < count; i++)
		add_line(screen, &block, &lines[i]);
	if (screen->drawn == count && screen->block.size == block.size &&
	    (!block.size || !memcmp(screen->block.data, block.data, block.size))) {
		buf_done(&block);
		return;
	}
	if (screen->drawn)
		buf_printf(&screen->pending, "\x1b[%zuA\r", screen->drawn);
	buf_add(&screen->pending, block.data, block.size);
	if (screen->drawn > count)
		buf_add_text(&screen->pending, "\x1b[J");
	screen->drawn = count;
	buf_done(&screen->block);
	screen->block = block;
}

void screen_flush(struct screen *screen)
{
	if (!screen->out || !screen->pending.size)
		return;
	fwrite(screen->pending.data, 1, screen->pending.size, screen->out);
	buf_clear(&screen->pending);
	if (fflush(screen->out) == EOF)
		screen->out = NULL;
}

void screen_free(struct screen *screen)
{
	if (!screen)
		return;
	take_block_away(screen);
	screen_flush(screen);
	buf_done(&screen->block);
	buf_done(&screen->pending);
	free(screen);
}
