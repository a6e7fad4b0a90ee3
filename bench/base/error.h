/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, as one sentence for the person at the bench: who, what, why.
 *
 * The place that knows writes the sentence; callers only prepend whose it was. Every function that
 * can fail returns -1 (or NULL) and fills the `struct error` it was given; on success the error is
 * left untouched.
 */
#ifndef DAVY_BASE_ERROR_H
#define DAVY_BASE_ERROR_H

enum error_kind {
	ERROR_USAGE = 1, /* a bad script, option or file: its author mends it */
	ERROR_DEVICE,	 /* an instrument or line answered, but wrongly */
	ERROR_TIMEOUT,	 /* nothing came in time */
	ERROR_LINK,	 /* the wire itself is gone */
	ERROR_REFUSED,	 /* the guard or a rule said no */
	ERROR_OS,	 /* the operating system said no */
};

struct error {
	enum error_kind kind;
	int os;		/* errno, where the operating system has said it; else 0 */
	char text[480]; /* UTF-8, one sentence, no newline, cut on a character border */
};

/* Fill `err`; always returns -1, so that `return error_set(...)` reads as one thought. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set with ERROR_OS, and append ": " and what errno means. */
int error_os(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prepend "<format>: " to a filled error; returns -1. */
int error_context(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
