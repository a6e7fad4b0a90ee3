/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person types on a terminal, key by key; what the terminal does by itself is its own. In real time: keys come from outside.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "cli/typing.h"
#include "tests/claims.h"
#include "tests/clock_rig.h"
#include "tests/terminal_rig.h"

struct typist {
	struct clock_rig *time;
	struct terminal terminal;
	struct typing *typing;
	char line[80];
	int lines, ends;
};

static void took_line(void *ctx, const char *text)
{
	struct typist *typist = ctx;

	typist->lines++;
	typist->ends += !text;
	snprintf(typist->line, sizeof(typist->line), "%s", text ? text : "");
}

static void took_key(void *ctx)
{
	(void)ctx;
}

static void typist_open(struct typist *typist)
{
	static const struct typing_handlers HANDLERS = {took_line, took_key};

	memset(typist, 0, sizeof(*typist));
	typist->time = clock_rig_new(CLOCK_KIND_REAL, 1);
	terminal_open(&typist->terminal, 80, 24);
	typist->typing =
		typing_new(typist->time->loop, fileno(typist->terminal.out), &HANDLERS, typist);
}

static void typist_close(struct typist *typist)
{
	typing_free(typist->typing);
	terminal_close(&typist->terminal);
	clock_rig_free(typist->time);
}

static void types(struct typist *typist, const char *keys)
{
	terminal_type(&typist->terminal, keys);
	clock_rig_run(typist->time, clock_now(typist->time->clock) + MSEC(100) * claims_slowness());
}

static tcflag_t modes(const struct typist *typist)
{
	struct termios now;

	CU_ASSERT_EQUAL_FATAL(tcgetattr(fileno(typist->terminal.out), &now), 0);
	return now.c_lflag & (ICANON | ECHO | ISIG);
}

static void a_line_is_edited_by_whole_characters(void)
{
	struct typist typist;

	typist_open(&typist);
	typing_begin(typist.typing, true);
	types(&typist, "12 公斤");
	CU_ASSERT_STRING_EQUAL(typing_text(typist.typing), "12 公斤");
	types(&typist, "\x7f\x7f\x7f");
	CU_ASSERT_STRING_EQUAL(typing_text(typist.typing), "12");
	types(&typist, "\x1b[A\x1bOP\x1b[15~.5"); /* arrow up, F1, F5 */
	CU_ASSERT_STRING_EQUAL(typing_text(typist.typing), "12.5");
	types(&typist, "\x15\x7f"
		       "7\x04"); /* kill the line; EOF behind a text ends nothing */
	CU_ASSERT_STRING_EQUAL(typing_text(typist.typing), "7");
	CU_ASSERT_EQUAL(typist.lines, 0);
	types(&typist, "\x1dX\r");
	CU_ASSERT_EQUAL(typist.lines, 1);
	CU_ASSERT_STRING_EQUAL(typist.line, "7\x1dX"); /* a scanner's separator is a part of it */
	typist_close(&typist);
}

static void nothing_that_is_typed_shows_by_itself_and_the_terminal_is_given_back(void)
{
	struct typist typist;

	typist_open(&typist);
	CU_ASSERT_EQUAL(modes(&typist), ICANON | ECHO | ISIG);
	typing_begin(typist.typing, true);
	CU_ASSERT_EQUAL(modes(&typist), ISIG); /* Ctrl-C stays what it is */
	types(&typist, "secret");
	terminal_look(&typist.terminal);
	CU_ASSERT_PTR_NULL(terminal_line(&typist.terminal, "secret"));

	typing_pause(typist.typing);
	CU_ASSERT_EQUAL(modes(&typist), ICANON | ECHO | ISIG);
	typing_resume(typist.typing);
	CU_ASSERT_EQUAL(modes(&typist), ISIG);
	CU_ASSERT_STRING_EQUAL(typing_text(typist.typing), "secret");
	types(&typist, "\n");
	CU_ASSERT_STRING_EQUAL(typist.line, "secret");
	CU_ASSERT_EQUAL(modes(&typist), ICANON | ECHO | ISIG);
	typist_close(&typist);
}

static void what_is_typed_while_nothing_is_asked_shows_nowhere(void)
{
	struct typist typist;

	typist_open(&typist);
	typing_hide(typist.typing);
	types(&typist, "\n\n");
	terminal_look(&typist.terminal);
	CU_ASSERT_EQUAL(typist.terminal.row, 0);
	typing_begin(typist.typing, true);
	types(&typist, "5\n");
	CU_ASSERT_STRING_EQUAL(typist.line, "5");
	CU_ASSERT_EQUAL(modes(&typist), ISIG);
	typing_free(typist.typing);
	typist.typing = NULL;
	CU_ASSERT_EQUAL(modes(&typist), ICANON | ECHO | ISIG);
	typist_close(&typist);
}

static void ctrl_c_throws_away_nothing_of_the_screen(void)
{
	struct typist typist;

	typist_open(&typist);
	typing_hide(typist.typing);
	for (int i = 0; i < 200; i++) /* more than waits where Ctrl-C does not reach it */
		fputs("  slot 1 runs: zero, at 0.5 L/min\n", typist.terminal.out);
	fputs("── zero\n", typist.terminal.out);
	fflush(typist.terminal.out);
	types(&typist, "\x03");
	terminal_look(&typist.terminal);
	CU_ASSERT_PTR_NOT_NULL(terminal_line(&typist.terminal, "── zero"));
	typist_close(&typist);
}

static void what_is_dropped_is_not_left_for_the_shell(void)
{
	struct typist typist;
	int left = -1;

	typist_open(&typist);
	typing_hide(typist.typing);
	types(&typist, "6912345678901\n"); /* a scanner */
	typing_drop(typist.typing);
	typing_free(typist.typing);
	typist.typing = NULL;
	CU_ASSERT_EQUAL_FATAL(ioctl(fileno(typist.terminal.out), FIONREAD, &left), 0);
	CU_ASSERT_EQUAL(left, 0);
	typist_close(&typist);
}

static void the_end_of_input_on_an_empty_line_is_told(void)
{
	struct typist typist;

	typist_open(&typist);
	typing_begin(typist.typing, true);
	types(&typist, "\x04");
	CU_ASSERT_EQUAL(typist.ends, 1);
	CU_ASSERT_EQUAL(modes(&typist), ICANON | ECHO | ISIG);
	typist_close(&typist);
}

static void what_was_typed_before_is_forgotten(void)
{
	struct typist typist;

	typist_open(&typist);
	types(&typist, "early\n");
	typing_begin(typist.typing, true);
	types(&typist, "5\nlate\n");
	CU_ASSERT_EQUAL(typist.lines, 1);
	CU_ASSERT_STRING_EQUAL(typist.line, "5");
	typing_begin(typist.typing, true);
	types(&typist, "6\n");
	CU_ASSERT_STRING_EQUAL(typist.line, "6");
	typist_close(&typist);
}

void suite_typing(void)
{
	suite_begin("typing");
	claim(a_line_is_edited_by_whole_characters);
	claim(nothing_that_is_typed_shows_by_itself_and_the_terminal_is_given_back);
	claim(what_is_typed_while_nothing_is_asked_shows_nowhere);
	claim(ctrl_c_throws_away_nothing_of_the_screen);
	claim(what_is_dropped_is_not_left_for_the_shell);
	claim(the_end_of_input_on_an_empty_line_is_told);
	claim(what_was_typed_before_is_forgotten);
}
