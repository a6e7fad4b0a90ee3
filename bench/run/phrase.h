/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to a person, in both languages: the journal keeps both, and whoever reads it sees his own
 * (cli/words.h). What comes from deeper down (an instrument's error, the guard's reason) is English only
 * and stands in both as it is.
 */
#ifndef DAVY_RUN_PHRASE_H
#define DAVY_RUN_PHRASE_H

#include <stdarg.h>

#include "base/value.h"

enum { PHRASE_MOST = 400 }; /* bytes of each; what is longer is cut off between two letters */

struct phrase {
	char text[PHRASE_MOST], zh[PHRASE_MOST];
};

/* Both formats take the same values; a language whose order is another says so (%2$s). */
void phrase_set(struct phrase *phrase, const char *text, const char *zh, ...)
	__attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void phrase_print(struct phrase *phrase, const char *text, const char *zh, va_list values);
/* This before another, as "after a trip: …". */
void phrase_lead(struct phrase *phrase, const char *text, const char *zh,
		 const struct phrase *rest);
/* Under `key`, and under `key`_zh where that is another; nothing of an empty one. */
void phrase_put(struct value *map, const char *key, const struct phrase *phrase);

#endif
