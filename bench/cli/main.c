/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy: finds the command, gives it its arguments, prints its error, ends with its code.
 *
 * An error is one sentence on stderr and nothing on stdout. Its kind decides the exit code: what a
 * person wrote wrongly is 2, what the bench or the machine could not do is 3.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/words.h"

static const struct command *const COMMANDS[] = {
	&COMMAND_RUN,	       &COMMAND_CHECK,		&COMMAND_LIST,	   &COMMAND_SHOW,
	&COMMAND_WHY,	       &COMMAND_REPLAY,		&COMMAND_WIRES,	   &COMMAND_OPERATE,
	&COMMAND_QUALIFY,      &COMMAND_CLOCK,		&COMMAND_SAFE,	   &COMMAND_RIG,
	&COMMAND_CALIBRATIONS, &COMMAND_CONTROLLER,	&COMMAND_GUARDIAN, &COMMAND_KEYS,
	&COMMAND_SIGN,	       &COMMAND_VOID,		&COMMAND_EXPORT,   &COMMAND_VERIFY,
	&COMMAND_RECORD,       &COMMAND_CORRECT,	&COMMAND_AFFECTED, &COMMAND_APPROVE,
	&COMMAND_LIMITS,       &COMMAND_CHECK_STANDARD, &COMMAND_GAS,	   &COMMAND_REGISTER,
	&COMMAND_IDENTIFY,     &COMMAND_ORDER,		&COMMAND_LOT,	   &COMMAND_READY,
	&COMMAND_OUTBOX,       &COMMAND_PUSH,		&COMMAND_HISTORY,  &COMMAND_RECEIVE,
	&COMMAND_SERIES,       &COMMAND_REPORT,		&COMMAND_AUDIT,	   &COMMAND_STATS,
	&COMMAND_CONTINUE,     &COMMAND_LABEL,
};

enum { COMMAND_COUNT = sizeof(COMMANDS) / sizeof(COMMANDS[0]) };

static const struct {
	struct words what, usage, more, exits, codes, unknown, unknown_near, lost;
} TEXTS = {
	.what = {"davy turns a small computer into a test bench for mine safety equipment.",
		 "davy 把小型计算机变成矿用安全装备的检验台。"},
	.usage = {"Usage: davy COMMAND [OPERANDS] [--OPTIONS]", "用法: davy 命令 [参数] [--选项]"},
	.more = {"`davy help COMMAND` or `davy COMMAND --help` says more; `davy --version` the "
		 "version.",
		 "`davy help 命令` 或 `davy 命令 --help` 给出详细说明;`davy --version` 给出版本。"},
	.exits = {"Exit codes", "退出码"},
	.codes = {"0 PASS 合格   1 FAIL 不合格   2 usage or bad input   3 ERROR 检验无效\n"
		  "  4 ABORTED 检验中止   5 INCONCLUSIVE 不作判定",
		  "0 PASS 合格   1 FAIL 不合格   2 用法或输入错误   3 ERROR 检验无效\n"
		  "  4 ABORTED 检验中止   5 INCONCLUSIVE 不作判定"},
	.unknown = {"there is no command '%s'; `davy help` lists them",
		    "没有命令 '%s';见 `davy help`"},
	.unknown_near = {"there is no command '%s'; the nearest is '%s'",
			 "没有命令 '%s';最接近的是 '%s'"},
	.lost = {"not all that was to be printed could be written%s%s; make room, or print "
		 "elsewhere; what was recorded meanwhile is recorded all the same",
		 "输出未能全部写出%s%s;请腾出空间或换一处输出;其间已记录的内容仍然有效"},
};

static void print_overview(FILE *out)
{
	struct table *table = table_new(3);

	for (int i = 0; i < COMMAND_COUNT; i++) {
		const struct command *command = COMMANDS[i];

		if (!command->hidden)
			table_add(table, (const char *const[]){command->name, command->operands,
							       say(command->summary)});
	}
	fprintf(out, "%s\n\n%s\n\n", say(TEXTS.what), say(TEXTS.usage));
	table_print(table, 2, out);
	fprintf(out, "\n%s:\n  %s\n\n", say(TEXTS.exits), say(TEXTS.codes));
	columns_print(out, say(TEXTS.more));
	table_free(table);
}

static int complain(const struct error *err)
{
	char *text = xstrdup(err->text);

	fflush(stdout);
	columns_clean(text);
	fprintf(stderr, "davy: %s\n", text);
	free(text);
	return err->kind == ERROR_USAGE ? EXIT_IS_USAGE : EXIT_IS_ERROR;
}

static const struct command *find_command(const char *name, struct error *err)
{
	const char *names[COMMAND_COUNT + 2] = {"help"}, *nearest;

	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (!strcmp(COMMANDS[i]->name, name))
			return COMMANDS[i];
		names[i + 1] = COMMANDS[i]->name;
	}
	nearest = options_nearest(names, name);
	error_set(err, ERROR_USAGE, say(nearest ? TEXTS.unknown_near : TEXTS.unknown), name,
		  nearest);
	return NULL;
}

static int run_command(const struct command *command, int count, char **arguments)
{
	void *settings = xcalloc(1, command->settings_size);
	struct error err;
	bool help;
	int operands;
	int code = options_parse(command, count, arguments, settings, &operands, &help, &err);

	if (code == 0 && help)
		options_print_help(command, stdout);
	else if (code == 0)
		code = command->run(settings, arguments, operands, &err);
	options_done(command, settings);
	free(settings);
	return code < 0 ? complain(&err) : code;
}

static int help(const char *name)
{
	const struct command *command;
	struct error err;

	if (!name) {
		print_overview(stdout);
		return 0;
	}
	command = find_command(name, &err);
	if (!command)
		return complain(&err);
	options_print_help(command, stdout);
	return 0;
}

/* Who closed the other end of the pipe has read all that he wants. */
static bool has_read_enough(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* A list that ends on a full disk looks like one that is whole: what succeeded but for that has not. */
static int all_printed(int code)
{
	bool lost = ferror(stdout);
	struct error err;

	errno = 0;
	lost = fflush(stdout) != 0 || lost;
	if (!lost || has_read_enough())
		return code;
	/* what was lost earlier than at the end has left no reason behind */
	error_set(&err, ERROR_OS, say(TEXTS.lost), errno ? ": " : "", errno ? strerror(errno) : "");
	complain(&err);
	return code == EXIT_IS_PASS ? EXIT_IS_ERROR : code;
}

/* What is opened later must not become stdout because somebody closed that. */
static void open_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			_exit(EXIT_IS_ERROR);
}

static int run_davy(int count, char **arguments)
{
	const struct command *command;
	const char *first = count > 1 ? arguments[1] : NULL;
	struct error err;

	if (first && !strcmp(first, "--lang") && count > 2 && words_choose(arguments[2])) {
		count -= 2;
		arguments += 2;
		first = count > 1 ? arguments[1] : NULL;
	}
	if (!first) {
		print_overview(stderr);
		return EXIT_IS_USAGE;
	}
	if (!strcmp(first, "help") || !strcmp(first, "--help") || !strcmp(first, "-h"))
		return help(count > 2 ? arguments[2] : NULL);
	if (!strcmp(first, "--version")) {
		printf("davy %s\n", DAVY_VERSION);
		return 0;
	}
	command = find_command(first, &err);
	return command ? run_command(command, count - 2, arguments + 2) : complain(&err);
}

int main(int count, char **arguments)
{
	open_standard_streams();
	signal(SIGPIPE, SIG_IGN);
	return all_printed(run_davy(count, arguments));
}
