/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person answers: words, or a photo. A photo is kept by the writer's thread, and in the journal once it is on the disk. What
 * cannot be kept is told to whoever gave it, and the question stays open. Like a grant (run_share.c), in virtual time the
 * answer is told by a timer of the instant in which it was given.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/run.h"

/* The thread's from being given until its report; then the loop's. Nobody waits for it when `live` is NULL. */
struct keeping {
	struct live *live;
	bool is_reported;
	char *folder, *state;
	char *path; /* NULL: simulated */
	char *from, *text;
	struct value *photo; /* NULL: `err` says why not */
	struct error err;
};

static void keeping_free(struct keeping *keeping)
{
	free(keeping->folder);
	free(keeping->state);
	free(keeping->path);
	free(keeping->from);
	free(keeping->text);
	value_free(keeping->photo);
	free(keeping);
}

static int keep(void *ctx, struct error *err)
{
	struct keeping *keeping = ctx;

	keeping->photo = keeping->path ? photo_keep(keeping->folder, keeping->state, keeping->path,
						    &keeping->err)
				       : photo_keep_simulated(keeping->folder, &keeping->err);
	if (keeping->photo)
		return 0;
	*err = keeping->err;
	return -1;
}

static void answer(struct run *run, struct request *request, const struct keeping *keeping)
{
	struct value *line = value_map(), *photo;

	photo = value_set(line, "photo", value_map());
	value_set_text(photo, "id", request->operator_id);
	value_set_text(photo, "from", keeping->from);
	for (size_t i = 0; i < value_count(keeping->photo); i++)
		value_set(photo, value_key(keeping->photo, i),
			  value_copy(value_at(keeping->photo, i)));
	photo = value_copy(photo);
	value_set_int(line, "id", request->id);
	value_set_text(line, "text", keeping->text);
	journal_line(run->journal, run_now(run), "operator", line);
	course_photographed(&run->course, request->id, photo);
	value_free(photo);
}

/* The script's turn: the instant is that of the answer. */
static void kept(void *ctx)
{
	struct live *live = ctx;
	struct run *run = live->run;
	struct keeping *keeping = live->keeping;
	struct request *request = course_find(&run->course, live->id);

	live->keeping = NULL;
	if (keeping->photo) {
		live->ended = true;
		answer(run, request, keeping);
	} else if (keeping->path) {
		RUN_COURSE_HOST.ask_again(run, request, keeping->err.text);
	} else {
		slot_trip(run->slot, VERDICT_ERROR, keeping->err.text);
	}
	keeping_free(keeping);
}

static void reported(void *ctx, const struct error *err)
{
	struct keeping *keeping = ctx;

	(void)err; /* the thread has left it in `keeping` */
	keeping->is_reported = true;
	if (keeping->live)
		share_go_on(keeping->live, kept);
	else
		keeping_free(keeping);
}

static void begin(struct run *run, struct live *live, const char *path, const char *from,
		  const char *text)
{
	struct keeping *keeping = xcalloc(1, sizeof(*keeping));

	keeping->live = live;
	keeping->folder = xprintf("%s/runs/%s", run->place.state, run->folder_id);
	keeping->state = xstrdup(run->place.state);
	keeping->path = path ? xstrdup(path) : NULL;
	keeping->from = xstrdup(from);
	keeping->text = xstrdup(text);
	live->keeping = keeping;
	share_wait(live, kept);
	writer_work(run->place.writer, keep, reported, keeping);
}

/* A simulated run's photo is its own. */
static bool photograph(struct run *run, struct request *request, const struct run_photo *given,
		       const char *text)
{
	struct live *live = request->host;

	if (live->keeping)
		return true;
	if (!order_has_wires(run->plan->order))
		begin(run, live, NULL, "simulation", text);
	else if (given)
		begin(run, live, given->path, given->from, text);
	else
		RUN_COURSE_HOST.ask_again(run, request,
					  "a photo is asked for: give the file of a picture");
	return true;
}

void photograph_forget(struct live *live)
{
	struct keeping *keeping = live->keeping;

	live->keeping = NULL;
	if (keeping && keeping->is_reported)
		keeping_free(keeping);
	else if (keeping)
		keeping->live = NULL;
}

/* ---- answers ---- */

/* An open question of the script's, or NULL. */
static struct request *question(struct run *run, uint32_t request)
{
	struct request *asked = course_find(&run->course, request);

	if (run->state == RUN_RETURNING) /* the course is fed answers of before */
		return NULL;
	if (run->state >= RUN_SAFING || !asked || asked->kind != REQUEST_OPERATOR)
		return NULL;
	return asked;
}

bool run_photograph(struct run *run, uint32_t request, const struct run_photo *photo,
		    const char *text)
{
	static const char *const FROM[] = {"file", "folder", "camera"};
	struct request *asked = question(run, request);
	struct run_photo known = {photo->path, FROM[0]};

	for (size_t i = 1; i < sizeof(FROM) / sizeof(FROM[0]); i++)
		if (!strcmp(photo->from, FROM[i]))
			known.from = FROM[i];
	return asked && !strcmp(asked->operator_verb, PHOTOGRAPH) &&
	       photograph(run, asked, &known, text);
}

bool run_answer(struct run *run, uint32_t request, const char *text, const char *reader)
{
	struct request *asked = question(run, request);
	struct value *line;

	if (run->plan->order->qualifies)
		return run->state == RUN_RUNNING && qualify_answer(run, request, text);
	if (!asked)
		return false;
	if (!strcmp(asked->operator_verb, PHOTOGRAPH))
		return photograph(run, asked, NULL, text);
	((struct live *)asked->host)->ended = true;
	line = value_map();
	value_set_int(line, "id", request);
	value_set_text(line, "text", text);
	if (!strcmp(asked->operator_verb, "scan"))
		value_set_text(line, "reader", reader);
	journal_line(run->journal, run_now(run), "operator", line);
	course_answer(&run->course, request, text);
	return true;
}
