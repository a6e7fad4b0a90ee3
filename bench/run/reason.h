/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a verdict is what it is, in Chinese. Journals and records hold a reason in English, where it is part of what is hashed,
 * signed and replayed; so the Chinese is made when it is printed, by recognising the sentence (reason_table.c). Journals of
 * before are understood in the same way. Where a check was told in both languages already (run/phrase.h) nothing is made.
 */
#ifndef DAVY_RUN_REASON_H
#define DAVY_RUN_REASON_H

#include <stdbool.h>

/* The same in Chinese, to be freed by the caller; NULL: it is not one of Davy's own, and stands as it was said. */
char *reason_chinese(const char *english);

/*
 * A sentence as the code prints it, with %s (some text), %d (digits), %g (a number) and %q (a quantity, a limit or
 * a state, as in "-0.5 V", "<= 20 s", "on": short sentences of a script are none) for its parts, and what it is in Chinese:
 * {1} is the first part as it is, {1?} in Chinese where it is a reason itself, {1+} the same, also where it is `within` others
 * only, {1!} in Chinese, without which the whole is not recognised.
 */
struct reason_form {
	const char *english, *chinese;
	bool within; /* too short to be recognised by itself: a script may say such a thing, too */
};

/* Each ends with a form without a text: why a verdict is what it is, and what davy verify finds wrong. */
extern const struct reason_form REASON_FORMS[], PROOF_REASON_FORMS[];

#endif
