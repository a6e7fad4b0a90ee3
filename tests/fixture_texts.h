/* SPDX-License-Identifier: Apache-2.0 */
/* Fixtures and their drivers as texts of JSON with single quotes, compiled for a claim. */
#ifndef DAVY_TESTS_FIXTURE_TEXTS_H
#define DAVY_TESTS_FIXTURE_TEXTS_H

#include "run/fixture.h"

/* NULL where it is refused. The caller frees it. */
struct fixture *fixture_of_text(const char *json, const char *drivers, struct error *err);
/* One that must compile. */
struct fixture *fixture_sound(const char *json, const char *drivers);
/* One that must be refused, as usage, with a sentence that has `why` in it. */
void fixture_refused(const char *json, const char *drivers, const char *why);

#endif
