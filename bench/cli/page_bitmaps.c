/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page_bitmaps.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/words.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/loop.h"

enum { PAGE_LARGEST = 32 << 20 };
#define DRAWING_PATIENCE SEC(60)

static const struct {
	struct words no_drawing, not_drawn, no_page;
} TEXTS = {
	.no_drawing = {"what is printed is drawn by pdftoppm, and there is no %s: install the "
		       "package poppler-utils",
		       "打印内容由 pdftoppm 绘制,而 %s 不存在:请安装 poppler-utils"},
	.not_drawn = {"%s: pdftoppm %s before it had drawn the page",
		      "%s:pdftoppm 未画出页面即已结束(%s)"},
	.no_page = {"%s has no page", "%s 没有页面"},
};

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
static int draw(const char *pdf, const struct page_dots *dots, const char *folder,
		struct error *err)
{
	const char *program = getenv("DAVY_PDFTOPPM");
	char *root = xprintf("%s/page", folder), first[12], second[12], end[96] = "took too long";
	char *by_inch[] = {"-r", first, (char *)pdf, root, NULL};
	char *by_size[] = {"-scale-to-x", first, "-scale-to-y", second, (char *)pdf, root, NULL};
	char *argv[9] = {(char *)(program ? program : "/usr/bin/pdftoppm"), "-mono"};
	struct drawing drawing = {.loop = loop_new(err)};
	int done = -1;

	snprintf(first, sizeof(first), "%d", dots->width ? dots->width : dots->per_inch);
	snprintf(second, sizeof(second), "%d", dots->height);
	memcpy(argv + 2, dots->width ? by_size : by_inch,
	       dots->width ? sizeof(by_size) : sizeof(by_inch));
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

static int give_page(const char *path, page_bitmap_fn *take, void *ctx, struct error *err)
{
	struct buf bytes;
	int done;

	buf_init(&bytes);
	done = file_read(path, PAGE_LARGEST, &bytes, err);
	if (done == 0)
		done = take(ctx, bytes.data, bytes.size, err);
	buf_done(&bytes);
	return done;
}

/* pdftoppm numbers pages with as many digits as the last one has, so names sort as pages do. */
static int give_pages(const char *folder, const char *pdf, page_bitmap_fn *take, void *ctx,
		      struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	int done = file_list(folder, &names, &count, err);

	if (done == 0 && count == 0)
		done = error_set(err, ERROR_USAGE, say(TEXTS.no_page), pdf);
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);

		if (done == 0)
			done = give_page(path, take, ctx, err);
		free(path);
		free(names[i]);
	}
	free(names);
	return done;
}

int page_bitmaps(const char *pdf, const struct page_dots *dots, page_bitmap_fn *take, void *ctx,
		 struct error *err)
{
	char folder[] = "/tmp/davy-pages-XXXXXX";
	struct error ignored;
	int done;

	if (!mkdtemp(folder))
		return error_os(err, "%s: a scratch folder", folder);
	done = draw(pdf, dots, folder, err);
	if (done == 0)
		done = give_pages(folder, pdf, take, ctx, err);
	file_remove_folder(folder, &ignored);
	return done;
}
