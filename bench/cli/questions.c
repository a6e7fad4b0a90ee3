/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/questions.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/figures.h"
#include "cli/scan_source.h"
#include "cli/typing.h"

static const struct {
	struct words confirm;
} TEXTS = {
	.confirm = {"this test uses up its specimen. To begin, type the serial number of what "
		    "stands in slot %lld again:",
		    "本试验为破坏性试验,样品将被耗尽。请再次输入工位 %lld 上样品的出厂编号以开始:"},
};

struct question {
	int64_t slot, id;
	struct value *event; /* of a photo or scan that was not put yet; else NULL */
	bool for_photo;
};

struct questions {
	const struct questions_handlers *handlers;
	void *ctx;
	struct progress *progress;
	struct question *question; /* that wait for a person, the oldest first */
	size_t count;
	int64_t confirming; /* the slot whose specimen is to be confirmed; 0: none */
	struct typing *typing;
	struct photo_source *photos;
	struct scan_source *scans;
	bool taking; /* a camera is at it */
};

static void show_typed(void *ctx)
{
	struct questions *questions = ctx;

	progress_types(questions->progress, questions->count ? questions->question[0].slot : 0,
		       typing_text(questions->typing));
	progress_show(questions->progress);
}

static void listen(struct questions *questions);

static void forget(struct questions *questions, size_t index)
{
	value_free(questions->question[index].event);
	if (index == 0) {
		photo_source_forget(questions->photos);
		scan_source_forget(questions->scans);
		questions->taking = false;
	}
	memmove(&questions->question[index], &questions->question[index + 1],
		(--questions->count - index) * sizeof(*questions->question));
	if (index == 0)
		listen(questions);
}

static void say_answer(struct questions *questions, const char *text,
		       const struct photo_answer *photo, const char *reader)
{
	const struct question *question = &questions->question[0];
	struct value *request = value_map();

	value_set_text(request, "do", "answer");
	value_set_int(request, "slot", question->slot);
	value_set_int(request, "id", question->id);
	value_set_text(request, "text", text);
	value_set_text(request, "photo", photo ? photo->path : NULL);
	value_set_text(request, "from", photo ? photo->from : NULL);
	value_set_text(request, "reader", reader);
	questions->handlers->answered(questions->ctx, request);
	progress_answered(questions->progress, question->slot, question->id);
	forget(questions, 0);
}

/* Told by the source of photos, which has taken its time or not. */
static void photo_found(void *ctx, const struct photo_answer *photo, const struct error *err)
{
	struct questions *questions = ctx;

	questions->taking = false;
	/* which it is, also where Enter took it */
	progress_say(questions->progress, photo ? photo->path : err->text);
	if (photo)
		say_answer(questions, photo->text, photo, NULL);
	else
		listen(questions);
	progress_show(questions->progress);
}

/* True: it was answered with what was given in advance. */
static bool ask_for_photo(struct questions *questions, const struct value *event)
{
	char *hint;

	photo_source_ask(questions->photos, event);
	if (photo_source_given(questions->photos, photo_found, questions))
		return true;
	hint = photo_source_hint(questions->photos);
	progress_say(questions->progress, hint);
	free(hint);
	return false;
}

static void scan_told(void *ctx, int64_t slot, const char *sentence)
{
	struct questions *questions = ctx;

	progress_say_of(questions->progress, slot, sentence);
	progress_show(questions->progress);
}

static void scan_read(void *ctx, const char *text, const char *reader)
{
	struct questions *questions = ctx;

	scan_told(questions, questions->question[0].slot, text);
	say_answer(questions, text, NULL, reader);
}

/* Of the question that a person is to answer what else may answer it is told; true: it was, in advance. */
static bool put_question(struct questions *questions)
{
	struct value *event = questions->count ? questions->question[0].event : NULL;
	bool is_given = false;

	if (!event)
		return false;
	questions->question[0].event = NULL;
	if (questions->question[0].for_photo)
		is_given = ask_for_photo(questions, event);
	else
		scan_source_ask(questions->scans, event);
	value_free(event);
	return is_given;
}

/* The oldest question is the one to be answered: nobody has to wonder which, and the block says it. */
static void listen(struct questions *questions)
{
	if (put_question(questions))
		return;
	if (questions->count)
		typing_begin(questions->typing, progress_is_live(questions->progress));
	else
		typing_end(questions->typing);
	show_typed(questions);
}

static void take_confirmed(struct questions *questions, const char *text)
{
	int64_t slot = questions->confirming;

	questions->confirming = 0;
	progress_hold(questions->progress, false);
	questions->handlers->confirmed(questions->ctx, slot, text);
}

static void take_typed(struct questions *questions, const char *text)
{
	if (!questions->question[0].for_photo) {
		say_answer(questions, text, NULL, NULL);
	} else if (!questions->taking) {
		questions->taking = true;
		photo_source_take(questions->photos, text, photo_found, questions);
	}
}

static void typed(void *ctx, const char *text)
{
	struct questions *questions = ctx;

	if (questions->confirming && text) {
		take_confirmed(questions, text);
	} else if (text) {
		take_typed(questions, text);
	} else {
		questions->count = 0;
		show_typed(questions);
		questions->handlers->no_input(questions->ctx);
	}
}

void questions_take(struct questions *questions, const struct value *event)
{
	bool for_photo = photo_source_is_asked(event), for_scan = scan_source_is_asked(event);

	if (value_get_bool(event, "simulated"))
		return;
	questions->question = xrealloc(questions->question,
				       (questions->count + 1) * sizeof(*questions->question));
	questions->question[questions->count++] =
		(struct question){.slot = value_get_int(event, "slot", 0),
				  .id = value_get_int(event, "id", 0),
				  .event = for_photo || for_scan ? value_copy(event) : NULL,
				  .for_photo = for_photo};
	if (questions->count == 1)
		listen(questions);
}

void questions_withdraw(struct questions *questions, const struct value *event)
{
	for (size_t i = 0; i < questions->count; i++)
		if (questions->question[i].id == value_get_int(event, "id", 0) &&
		    questions->question[i].slot == value_get_int(event, "slot", 0)) {
			forget(questions, i);
			return;
		}
}

void questions_end_of(struct questions *questions, int64_t slot)
{
	for (size_t i = questions->count; i > 0; i--)
		if (questions->question[i - 1].slot == slot)
			forget(questions, i - 1);
}

void questions_confirm(struct questions *questions, int64_t slot)
{
	char *text = xprintf(say(TEXTS.confirm), (long long)slot);

	questions->confirming = slot;
	progress_say(questions->progress, text);
	progress_show(questions->progress);
	free(text);
	progress_hold(questions->progress, true);
	typing_begin(questions->typing, false);
}

bool questions_confirming(const struct questions *questions)
{
	return questions->confirming != 0;
}

void questions_tell_unused(const struct questions *questions)
{
	photo_source_tell_unused(questions->photos);
}

void questions_hide_keys(struct questions *questions)
{
	typing_hide(questions->typing);
}

void questions_pause(struct questions *questions)
{
	typing_pause(questions->typing);
}

void questions_resume(struct questions *questions)
{
	typing_resume(questions->typing);
}

void questions_drop_keys(struct questions *questions)
{
	typing_drop(questions->typing);
}

struct questions *questions_new(struct loop *loop, struct progress *progress,
				const struct photo_wish *photos, const struct value *readers,
				const struct questions_handlers *handlers, void *ctx)
{
	static const struct typing_handlers TYPED = {typed, show_typed};
	static const struct scan_source_handlers SCANNED = {scan_read, scan_told};
	struct questions *questions = xcalloc(1, sizeof(*questions));

	questions->handlers = handlers;
	questions->ctx = ctx;
	questions->progress = progress;
	questions->typing = typing_new(loop, STDIN_FILENO, &TYPED, questions);
	questions->photos = photo_source_new(loop, photos);
	questions->scans = scan_source_new(loop, readers, &SCANNED, questions);
	return questions;
}

void questions_free(struct questions *questions)
{
	typing_free(questions->typing);
	photo_source_free(questions->photos);
	scan_source_free(questions->scans);
	for (size_t i = 0; i < questions->count; i++)
		value_free(questions->question[i].event);
	free(questions->question);
	free(questions);
}
