/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands and their options as tables: a row says what an option is called, what it takes, what it
 * means and where it goes. The tables parse, print help, and name the nearest option to a wrong one.
 */
#ifndef DAVY_CLI_OPTIONS_H
#define DAVY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/value.h"
#include "cli/words.h"

/* What a command ends with; README and scripts rely on these numbers. */
enum exit_code {
	EXIT_IS_PASS = 0,
	EXIT_IS_FAIL = 1,
	EXIT_IS_USAGE = 2,
	EXIT_IS_ERROR = 3,
	EXIT_IS_ABORTED = 4,
	EXIT_IS_INCONCLUSIVE = 5,
};

enum option_kind {
	OPTION_FLAG = 1, /* bool */
	OPTION_TEXT,	 /* const char * */
	OPTION_WHOLE,	 /* int64_t, not negative */
	OPTION_SLOT,	 /* int64_t: a slot's number, 0 where none is given */
	OPTION_REAL,	 /* double */
	OPTION_PAIR,	 /* struct value *: a map; KEY=VALUE, any number of times */
	OPTION_LIST,	 /* struct value *: a list of texts, any number of times */
	OPTION_MAYBE,	 /* struct option_maybe: --name or --name=TEXT */
};

struct option_maybe {
	bool given;
	const char *text; /* or NULL */
};

struct option {
	const char *name; /* without its dashes; NULL ends a table */
	enum option_kind kind;
	const char *argument; /* what help calls it: "N" */
	size_t place;	      /* offset in the command's settings */
	struct words help;
};

struct command {
	const char *name;
	const char *operands; /* "PROTOCOL", for the usage line */
	int least, most;      /* how many operands */
	struct words summary; /* one line */
	struct words more;    /* paragraphs below it, or empty */
	const struct option *options;
	size_t settings_size;
	bool hidden; /* not for people */
	/* Returns an exit_code, or -1 with the sentence to print. */
	int (*run)(void *settings, char **operands, int count, struct error *err);
};

/*
 * Read the arguments behind the command's name into zeroed `settings`; operands are gathered at the
 * front of `arguments`. Texts point into the arguments. `*help` is set when --help or -h was there.
 */
int options_parse(const struct command *command, int count, char **arguments, void *settings,
		  int *operands, bool *help, struct error *err);
/* Free what options_parse allocated. */
void options_done(const struct command *command, void *settings);
void options_print_help(const struct command *command, FILE *out);
/* The word of `words` (ended by NULL) that is nearest to `wrong`, or NULL when none is near. */
const char *options_nearest(const char *const *words, const char *wrong);

/* Rows that most commands have. */
#define OPTION_STATE_ROW(settings)                                                                               \
	{                                                                                                        \
		"state", OPTION_TEXT, "DIR", offsetof(settings, state),                                          \
		{                                                                                                \
			"where runs are kept (else $DAVY_STATE, else the system's or user's "                    \
			"state folder)",                                                                         \
				"检验数据目录(缺省为 $DAVY_STATE,再次为系统或用户状态目录)" \
		}                                                                                                \
	}
/* Of commands with which a person signs. */
#define OPTION_KEY_ROW(settings)                                                                   \
	{                                                                                          \
		"key", OPTION_TEXT, "FILE", offsetof(settings, key),                               \
		{                                                                                  \
			"your private key (davy keys make)", "本人私钥文件(davy keys make)"  \
		}                                                                                  \
	}
#define OPTION_PASSPHRASE_ROW(settings)                                                            \
	{                                                                                          \
		"passphrase-file", OPTION_TEXT, "FILE", offsetof(settings, passphrase),            \
		{                                                                                  \
			"its passphrase is the first line of this file (0600); else it is asked",  \
				"口令取自该文件(0600)的第一行;缺省时在终端输入" \
		}                                                                                  \
	}
#define OPTION_JSON_ROW(settings)                                                                  \
	{                                                                                          \
		"json", OPTION_FLAG, NULL, offsetof(settings, json),                               \
		{                                                                                  \
			"print one JSON object and nothing else", "只输出一个 JSON 对象"    \
		}                                                                                  \
	}

#endif
