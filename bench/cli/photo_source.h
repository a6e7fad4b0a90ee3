/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a photo that the bench asks a person for comes from: a file that was named in advance or is typed (or dropped on the
 * terminal), the newest picture that has come into a folder since it was asked (of a phone that copies its pictures there, a
 * camera's card), or a USB camera. What is found is only named; the controller looks at it and keeps it (run/photo.h).
 */
#ifndef DAVY_CLI_PHOTO_SOURCE_H
#define DAVY_CLI_PHOTO_SOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "loop/loop.h"

/* What the command line says; any of it may be NULL, and goes before what the station's file says. */
struct photo_wish {
	const struct value *given; /* map: "ID" or "SLOT:ID" to a file */
	const char *folder;
	const char *camera; /* "/dev/video0" */
};

/* Borrowed; `path` is absolute, `text` what else was typed. */
struct photo_answer {
	const char *path, *from, *text;
};

/* `answer` is NULL when none could be found, and `err` says why. */
typedef void photo_found_fn(void *ctx, const struct photo_answer *answer, const struct error *err);

struct photo_source;

/* Photos were given for a run that is simulated: always -1. */
int photo_source_refuse_simulated(struct error *err);
/* Does this event "operator" ask for a photo? */
bool photo_source_is_asked(const struct value *question);
/* The wish lives until it is freed. */
struct photo_source *photo_source_new(struct loop *loop, const struct photo_wish *wish);
/* A picture that a camera took is gone with it. Accepts NULL. */
void photo_source_free(struct photo_source *source);
/* This question (an event "operator") is asked: what lies in the folder now is not its answer. */
void photo_source_ask(struct photo_source *source, const struct value *question);
/* Say what was named in advance for it, if anything was, and has not been said before. */
bool photo_source_given(struct photo_source *source, photo_found_fn *fn, void *ctx);
/* What a person may do about it, as a sentence; the caller frees it. */
char *photo_source_hint(const struct photo_source *source);
/* A person typed this. Told from inside, or when the camera has come to its end. */
void photo_source_take(struct photo_source *source, const char *typed, photo_found_fn *fn,
		       void *ctx);
/* It is not asked any more: nothing is told. */
void photo_source_forget(struct photo_source *source);
/* Say on standard error which photo was named in advance and nothing has asked for, if there is one. */
void photo_source_tell_unused(const struct photo_source *source);

#endif
