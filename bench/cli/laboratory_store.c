/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/laboratory_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/words.h"

static const struct {
	struct words unverified, not_verified, unknown, gone;
} TEXTS = {
	.unverified =
		{"NOT VERIFIED: %zu records that stand there as these benches' own, and prove "
		 "nothing; nothing above is taken from them:",
		 "未通过验证:库中有 %zu 条记录自称出自以下检验台,但不能证明;以上内容均未采用:"},
	.not_verified = {"%s, record %lld, brought by %s at %s: %s",
			 "%s,记录 %lld,由 %s 于 %s 送入:%s"},
	.unknown =
		{"KEYS that only their own logs vouch for; read them at these benches (davy keys) "
		 "and put them into the destination's \"benches\":",
		 "以下检验台的密钥只有其自身日志作证;请到各台用 davy keys 核对,并写入该目的地的 "
		 "benches:"},
	.gone = {"the program that reads the laboratory's store cannot be started",
		 "无法启动读取实验室汇总库的程序"},
};

/* ---- reading ---- */

static void become(const char *program, const char *state, const char *from, const char *equipment,
		   int out)
{
	char *const arguments[] = {(char *)program,
				   (char *)state,
				   (char *)from,
				   (char *)(equipment ? "read" : "read-runs"),
				   (char *)(equipment ? equipment : "all"),
				   NULL};

	if (dup2(out, STDOUT_FILENO) >= 0)
		execv(program, arguments);
	_exit(EXIT_IS_ERROR);
}

static void hear(int fd, struct buf *text)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR))
		buf_add(text, bytes, got > 0 ? (size_t)got : 0);
}

/* What it ended with, or -1; where that is not 0 it has said why. */
static int read_far(const char *state, const char *from, const char *equipment, struct buf *text,
		    struct error *err)
{
	char *program = place_push_program(err);
	int ends[2], status = 0;
	pid_t child;

	if (!program)
		return -1;
	child = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
	if (child == 0)
		become(program, state, from, equipment, ends[1]);
	free(program);
	if (child < 0)
		return error_os(err, "%s", say(TEXTS.gone));
	close(ends[1]);
	hear(ends[0], text);
	close(ends[0]);
	if (waitpid(child, &status, 0) != child)
		return error_os(err, "%s", say(TEXTS.gone));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_IS_ERROR;
}

int laboratory_store_read(const char *state, const char *from, const char *equipment,
			  struct value **told, struct error *err)
{
	struct buf text;
	int code;

	*told = NULL;
	buf_init(&text);
	code = read_far(state, from, equipment, &text, err);
	if (code == 0) {
		*told = json_parse(text.data, text.size, from, err);
		code = *told ? 0 : -1;
	}
	buf_done(&text);
	return code;
}

/* ---- what is left open ---- */

/* Of what stands in the store anybody may have written it: it is made harmless for a terminal. */
static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static void print_unverified(const struct value *list)
{
	if (value_count(list))
		print_line(xprintf(say(TEXTS.unverified), value_count(list)));
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *one = value_at(list, i);
		char *text = xprintf(say(TEXTS.not_verified), value_get_text(one, "bench"),
				     (long long)value_get_int(one, "seq", 0),
				     value_get_text(one, "cameBy"), value_get_text(one, "cameAt"),
				     value_get_text(one, "why"));

		print_line(xprintf("  %s", text));
		free(text);
	}
}

static bool has_unknown(const struct value *benches)
{
	for (size_t i = 0; i < value_count(benches); i++)
		if (!value_get_bool(value_at(benches, i), "known"))
			return true;
	return false;
}

static void print_unknown(const struct value *benches)
{
	if (has_unknown(benches))
		columns_print(stdout, say(TEXTS.unknown));
	for (size_t i = 0; i < value_count(benches); i++) {
		const struct value *bench = value_at(benches, i);

		if (!value_get_bool(bench, "known"))
			print_line(xprintf("  %s: %s", value_get_text(bench, "bench"),
					   value_get_text(bench, "key")));
	}
}

bool laboratory_store_is_open(const struct value *told)
{
	return value_count(value_get(told, "unverified")) ||
	       has_unknown(value_get(told, "benches")) || value_get_bool(told, "isCut");
}

void laboratory_store_print_open(const struct value *told)
{
	print_unverified(value_get(told, "unverified"));
	print_unknown(value_get(told, "benches"));
}
