/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts come home: each statement is judged by the controller alone, and what it refuses keeps nothing from the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/carry.h"
#include "cli/commands.h"
#include "cli/request.h"
#include "cli/words.h"
#include "record/bag.h"
#include "record/destinations.h"
#include "record/received.h"
#include "run/receiving.h"

static const struct {
	struct words taken, again, refused, damaged, none, no_folder;
} TEXTS = {
	.taken = {"%s has received %lld records of %s: %lld are delivered by it (record %lld)",
		  "%s 已收到 %lld 条记录(%s):其中 %lld 条据此转为已送达(第 %lld 号记录)"},
	.again = {"%s: these receipts were taken before, as record %lld; they count once",
		  "%s:此回执此前已收录为第 %lld 号记录,只计一次"},
	.refused = {"%s: %s; nothing of it is taken, and what it names waits as before",
		    "%s:%s;未予采信,所涉记录仍在等待"},
	.damaged = {"%s: %s: %s; nothing of it is taken, and what it names waits as before",
		    "%s:%s:%s;未予采信,所涉记录仍在等待"},
	.none = {"there are no receipts in %s: whoever receives the bag makes them with davy "
		 "receive",
		 "%s 中没有回执:由接收方以 davy receive 生成"},
	.no_folder = {"%s cannot be read: is the stick there?", "无法读取 %s:存储盘是否已插入?"},
};

struct taking {
	const char *state, *destination;
	int code;
	size_t bags;
};

static void print_answer(const struct value *answer, const char *path)
{
	long long receipt = value_get_int(answer, "receipt", 0);

	if (value_get_bool(answer, "again"))
		printf(say(TEXTS.again), path, receipt);
	else
		printf(say(TEXTS.taken), value_get_text(answer, "receiver"),
		       (long long)value_get_int(answer, "named", 0), value_get_text(answer, "bag"),
		       (long long)value_get_int(answer, "delivered", 0), receipt);
	putchar('\n');
}

/* One statement. -1: the controller is gone. */
static int take_statement(struct taking *taking, const char *path, struct error *err)
{
	struct value *request = value_map(), *says = value_map(), *jws = NULL, *answer = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read(path, RECEIVED_BYTES_MOST + JWS_HEADER_LARGEST, &text, err) == 0)
		jws = json_parse(text.data, text.size, path, err);
	buf_done(&text);
	value_set_text(request, "do", "outbox");
	value_set(request, "ask", says);
	value_set_text(says, "what", "received");
	value_set_text(says, "destination", taking->destination);
	if (jws) {
		value_set(says, "jws", jws);
		answer = request_answer(taking->state, request, err);
	} else {
		value_free(request);
	}
	if (answer) {
		print_answer(answer, path);
	} else if (err->kind == ERROR_LINK) {
		return -1;
	} else {
		printf(say(TEXTS.refused), path, err->text);
		putchar('\n');
		taking->code = EXIT_IS_ERROR;
	}
	value_free(answer);
	return 0;
}

struct first_fault {
	char *file, *why;
};

static void take_fault(void *ctx, const char *file, const char *why)
{
	struct first_fault *first = ctx;

	if (first->file)
		return;
	first->file = xstrdup(file);
	first->why = xstrdup(why);
}

static int take_statements(struct taking *taking, const char *bag, struct error *err)
{
	char *folder = xprintf("%s/data/receipts", bag), **names = NULL;
	size_t count = 0;
	int done = file_list(folder, &names, &count, err);

	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);

		if (done == 0)
			done = take_statement(taking, path, err);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
	return done;
}

static int take_bag(struct taking *taking, const char *bag, struct error *err)
{
	struct first_fault first = {0};
	int done = bag_check(bag, take_fault, &first, err);

	taking->bags++;
	if (done == 0 && first.file) {
		printf(say(TEXTS.damaged), bag, first.file, first.why);
		putchar('\n');
		taking->code = EXIT_IS_ERROR;
	} else if (done == 0) {
		done = take_statements(taking, bag, err);
	}
	free(first.file);
	free(first.why);
	return done;
}

static bool is_receipts(const char *name)
{
	size_t size = strlen(name);

	return strncmp(name, RECEIPTS_PREFIX, strlen(RECEIPTS_PREFIX)) == 0 &&
	       (size < 5 || strcmp(name + size - 5, ".part") != 0);
}

static int take_all(struct taking *taking, const char *path, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	int done;

	if (bag_is(path))
		return take_bag(taking, path, err);
	if (file_list(path, &names, &count, err) < 0)
		return error_set(err, ERROR_REFUSED, say(TEXTS.no_folder), path);
	done = 0;
	for (size_t i = 0; i < count; i++) {
		char *bag = xprintf("%s/%s", path, names[i]);

		if (done == 0 && is_receipts(names[i]) && bag_is(bag))
			done = take_bag(taking, bag, err);
		free(bag);
		free(names[i]);
	}
	free(names);
	return done;
}

int carry_receipts(const char *state, const char *destination, const char *path, bool quietly,
		   struct error *err)
{
	struct taking taking = {.state = state, .destination = destination, .code = EXIT_IS_PASS};
	struct value *list = path ? NULL : destinations_read(state, err);
	const struct value *settings = list ? destinations_find(list, destination, err) : NULL;
	const char *where = path ? path : value_get_text(settings, "folder");
	int done = -1;

	if (where)
		done = take_all(&taking, where, err);
	else if (settings)
		error_set(err, ERROR_USAGE, "destinations.json: '%s' has no \"folder\"",
			  destination);
	if (done == 0 && !taking.bags && !quietly)
		done = error_set(err, ERROR_USAGE, say(TEXTS.none), where);
	value_free(list);
	return done < 0 ? -1 : taking.code;
}
