/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options.
 *
 * Grammar: --name, --name=value, --name value; -h is --help, and --lang is every command's; "--" ends the options; whatever does not
 * begin with "-" is an operand, wherever it stands. An option given twice is refused, except pairs:
 * which of two values was meant is for the person to say.
 */
#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"
#include "run/plan.h"

enum { NAME_MOST = 32 };

static const struct {
	struct words usage, options, help, lang, language, unknown, unknown_near, needs, takes_none,
		twice, whole, slot, real, pair, pair_twice, too_few, too_many;
} TEXTS = {
	.usage = {"Usage", "用法"},
	.options = {"Options", "选项"},
	.help = {"print this and end", "显示本帮助"},
	.lang = {"zh or en; else as LC_ALL, LC_MESSAGES or LANG say",
		 "zh 或 en;缺省按 LC_ALL、LC_MESSAGES 或 LANG"},
	.language = {"--lang is zh or en, and not '%.20s'", "--lang 为 zh 或 en,不是 '%.20s'"},
	.unknown = {"there is no option %s; `davy help %s` lists them, and what is none stands "
		    "behind --",
		    "没有选项 %s;见 `davy help %s`;不是选项而以 - 开头的写在 -- 之后"},
	.unknown_near = {"there is no option %s; the nearest is --%s",
			 "没有选项 %s;最接近的是 --%s"},
	.needs = {"--%s needs a value: --%s %s", "--%s 需要一个值:--%s %s"},
	.takes_none = {"--%s takes no value, but '%s' was given", "--%s 不带值,却给出了 '%s'"},
	.twice = {"--%s was given twice", "--%s 给出了两次"},
	.whole = {"--%s takes a whole number, and '%s' is none", "--%s 须为整数,'%s' 不是"},
	.slot = {"--%s takes the number of a slot, 1 to %d, and '%s' is none",
		 "--%s 须为工位号(1 至 %d),'%s' 不是"},
	.real = {"--%s takes a number, and '%s' is none", "--%s 须为数字,'%s' 不是"},
	.pair = {"--%s takes KEY=VALUE, and '%s' has no key or no '='",
		 "--%s 须为 KEY=VALUE,'%s' 缺少键或 '='"},
	.pair_twice = {"--%s gives '%s' twice", "--%s 两次给出 '%s'"},
	.too_few = {"davy %s needs %s; `davy help %s` says more",
		    "davy %s 需要 %s;见 `davy help %s`"},
	.too_many = {"davy %s does not know what to do with '%s'", "davy %s 不能处理 '%s'"},
};

/* ---- the nearest word ---- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be put in, left out or changed to make one word of the other. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MOST + 1], length = strnlen(b, NAME_MOST);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= length; j++) {
			size_t changed = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(changed, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[length];
}

const char *options_nearest(const char *const *words, const char *wrong)
{
	const char *nearest = NULL;
	size_t shortest = 4;

	for (; *words; words++) {
		size_t far = distance(wrong, *words);

		if (far < shortest && far < strlen(*words)) {
			shortest = far;
			nearest = *words;
		}
	}
	return nearest;
}

/* ---- parsing ---- */

struct parsing {
	const struct command *command;
	char *settings;
	int count;
	char **arguments;
	int at;
	bool *given; /* by row; a command has as many as its table */
	struct error *err;
};

static size_t option_count(const struct command *command)
{
	size_t count = 0;

	while (command->options[count].name)
		count++;
	return count;
}

static const char *nearest_option(const struct command *command, const char *wrong)
{
	size_t count = option_count(command);
	const char **names = xcalloc(count + 3, sizeof(*names)), *nearest;

	for (size_t i = 0; i < count; i++)
		names[i] = command->options[i].name;
	names[count] = "help";
	names[count + 1] = "lang";
	nearest = options_nearest(names, wrong);
	free(names);
	return nearest;
}

static int refuse_unknown(struct parsing *parsing, const char *argument)
{
	const char *nearest;
	char name[NAME_MOST + 8];
	size_t size = strcspn(argument, "=");

	snprintf(name, sizeof(name), "%.*s", (int)size, argument);
	nearest = nearest_option(parsing->command, name + strspn(name, "-"));
	if (nearest)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.unknown_near), name, nearest);
	return error_set(parsing->err, ERROR_USAGE, say(TEXTS.unknown), name,
			 parsing->command->name);
}

static const struct option *find_option(struct parsing *parsing, const char *name, size_t size)
{
	for (const struct option *row = parsing->command->options; row->name; row++)
		if (strlen(row->name) == size && !strncmp(row->name, name, size))
			return row;
	return NULL;
}

static int take_whole(struct parsing *parsing, const struct option *row, const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.whole), row->name, text);
	*(int64_t *)(parsing->settings + row->place) = number;
	return 0;
}

static int take_slot(struct parsing *parsing, const struct option *row, const char *text)
{
	char *end;
	long slot = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || slot < 1 || slot > SLOTS_MOST)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.slot), row->name, SLOTS_MOST,
				 text);
	*(int64_t *)(parsing->settings + row->place) = slot;
	return 0;
}

static int take_real(struct parsing *parsing, const struct option *row, const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end || !isfinite(number))
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.real), row->name, text);
	*(double *)(parsing->settings + row->place) = number;
	return 0;
}

static int take_pair(struct parsing *parsing, const struct option *row, const char *text)
{
	struct value **map = (struct value **)(parsing->settings + row->place);
	size_t size = strcspn(text, "=");
	char key[64];

	if (size == 0 || size >= sizeof(key) || text[size] != '=')
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.pair), row->name, text);
	snprintf(key, sizeof(key), "%.*s", (int)size, text);
	if (!*map)
		*map = value_map();
	if (value_get(*map, key))
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.pair_twice), row->name, key);
	value_set_text(*map, key, text + size + 1);
	return 0;
}

static int take_item(const struct parsing *parsing, const struct option *row, const char *text)
{
	struct value **list = (void *)(parsing->settings + row->place);

	if (!*list)
		*list = value_list();
	value_add(*list, value_text(text));
	return 0;
}

static int take_value(struct parsing *parsing, const struct option *row, const char *text)
{
	switch (row->kind) {
	case OPTION_TEXT:
		*(const char **)(parsing->settings + row->place) = text;
		return 0;
	case OPTION_WHOLE:
		return take_whole(parsing, row, text);
	case OPTION_SLOT:
		return take_slot(parsing, row, text);
	case OPTION_REAL:
		return take_real(parsing, row, text);
	case OPTION_PAIR:
		return take_pair(parsing, row, text);
	case OPTION_LIST:
		return take_item(parsing, row, text);
	case OPTION_FLAG:
	case OPTION_MAYBE:
		break;
	}
	return 0;
}

/* The options that stand alone; 1 when `row` was one of them. */
static int take_alone(struct parsing *parsing, const struct option *row, const char *attached)
{
	if (row->kind == OPTION_MAYBE) {
		struct option_maybe *maybe = (void *)(parsing->settings + row->place);

		maybe->given = true;
		maybe->text = attached;
		return 1;
	}
	if (row->kind != OPTION_FLAG)
		return 0;
	if (attached)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.takes_none), row->name,
				 attached);
	*(bool *)(parsing->settings + row->place) = true;
	return 1;
}

/* -o is --to of whatever writes a file, as fingers have it from elsewhere. */
static const char *in_full(struct parsing *parsing, const char *argument)
{
	const struct option *to = find_option(parsing, "to", strlen("to"));

	return to && !strcmp(to->argument, "FILE") && !strcmp(argument, "-o") ? "--to" : argument;
}

static int take_option(struct parsing *parsing, const char *given_as)
{
	const char *argument = in_full(parsing, given_as);
	const char *name = argument + 2, *equals = strchr(name, '=');
	const char *attached = equals ? equals + 1 : NULL;
	const struct option *row =
		find_option(parsing, name, equals ? (size_t)(equals - name) : strlen(name));
	bool *given;
	int alone;

	if (strncmp(argument, "--", 2) != 0 || !row)
		return refuse_unknown(parsing, argument);
	given = &parsing->given[row - parsing->command->options];
	if (*given && row->kind != OPTION_PAIR && row->kind != OPTION_LIST)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.twice), row->name);
	*given = true;

	alone = take_alone(parsing, row, attached);
	if (alone != 0)
		return alone < 0 ? -1 : 0;
	if (!attached && parsing->at == parsing->count)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.needs), row->name, row->name,
				 row->argument);
	return take_value(parsing, row, attached ? attached : parsing->arguments[parsing->at++]);
}

/* --lang zh, --lang=zh: every command has it, from the moment on that it was read. 1: it was that. */
static int take_language(struct parsing *parsing, const char *argument)
{
	const char *language = NULL;

	if (!strncmp(argument, "--lang=", 7))
		language = argument + 7;
	else if (strcmp(argument, "--lang") != 0)
		return 0;
	else if (parsing->at < parsing->count)
		language = parsing->arguments[parsing->at++];
	else
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.needs), "lang", "lang",
				 "zh|en");
	if (words_choose(language))
		return 1;
	return error_set(parsing->err, ERROR_USAGE, say(TEXTS.language), language);
}

static int check_operands(struct parsing *parsing, int operands)
{
	const struct command *command = parsing->command;

	if (operands < command->least)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.too_few), command->name,
				 command->operands, command->name);
	if (operands > command->most)
		return error_set(parsing->err, ERROR_USAGE, say(TEXTS.too_many), command->name,
				 parsing->arguments[command->most]);
	return 0;
}

/* What stands on the command line, up to --help; operands are gathered at its front. */
static int take_arguments(struct parsing *parsing, int *operands, bool *help)
{
	bool ended = false;

	while (parsing->at < parsing->count) {
		char *argument = parsing->arguments[parsing->at++];
		int is_language = ended ? 0 : take_language(parsing, argument);

		if (is_language < 0)
			return -1;
		if (is_language)
			continue;
		if (ended || argument[0] != '-' || !argument[1]) {
			parsing->arguments[(*operands)++] = argument;
		} else if (!strcmp(argument, "--")) {
			ended = true;
		} else if (!strcmp(argument, "--help") || !strcmp(argument, "-h")) {
			*help = true;
			return 0;
		} else if (take_option(parsing, argument) < 0) {
			return -1;
		}
	}
	return check_operands(parsing, *operands);
}

int options_parse(const struct command *command, int count, char **arguments, void *settings,
		  int *operands, bool *help, struct error *err)
{
	struct parsing parsing = {.command = command,
				  .settings = settings,
				  .count = count,
				  .arguments = arguments,
				  .given = xcalloc(option_count(command) + 1, sizeof(bool)),
				  .err = err};
	int done;

	*operands = 0;
	*help = false;
	done = take_arguments(&parsing, operands, help);
	free(parsing.given);
	return done;
}

void options_done(const struct command *command, void *settings)
{
	for (const struct option *row = command->options; row->name; row++)
		if (row->kind == OPTION_PAIR || row->kind == OPTION_LIST)
			value_free(*(struct value **)((char *)settings + row->place));
}

/* ---- help ---- */

static void add_option(struct table *table, const char *name, enum option_kind kind,
		       const char *argument, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name, argument && kind != OPTION_MAYBE ? " " : "",
		 argument ? argument : "");
	table_add(table, (const char *const[]){left, help});
}

void options_print_help(const struct command *command, FILE *out)
{
	struct table *table = table_new(2);

	for (const struct option *row = command->options; row->name; row++)
		add_option(table, row->name, row->kind, row->argument, say(row->help));
	add_option(table, "lang", OPTION_TEXT, "zh|en", say(TEXTS.lang));
	add_option(table, "help", OPTION_FLAG, NULL, say(TEXTS.help));

	fprintf(out, "%s: davy %s %s%s[--…]\n\n%s\n", say(TEXTS.usage), command->name,
		command->operands, *command->operands ? " " : "", say(command->summary));
	if (command->more.english) {
		fputc('\n', out);
		columns_print(out, say(command->more));
	}
	fprintf(out, "\n%s:\n", say(TEXTS.options));
	table_print(table, 2, out);
	table_free(table);
}
