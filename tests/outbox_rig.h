/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of people's log, asked as the process of a destination does, and as people do. */
#ifndef DAVY_TESTS_OUTBOX_RIG_H
#define DAVY_TESTS_OUTBOX_RIG_H

#include <stdint.h>

#include "base/value.h"
#include "tests/people_rig.h"

/* One destination, "p", that gets all that persons and the bench say. */
#define OUTBOX_EVERYTHING                                                                          \
	"{\"destinations\":[{\"name\":\"p\",\"kind\":\"epcis\","                                   \
	"\"records\":[\"event\",\"declaration\",\"signature\"],\"simulated\":true}]}"

/* What destinations.json says from now on. */
void outbox_destinations(struct people *people, const char *text);
/* What is answered to this JSON; NULL where it is refused. The caller frees it. */
struct value *outbox_ask(struct people *people, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A count of the first destination: "new", "retry", "delivered" … */
int64_t outbox_count(struct people *people, const char *what);

#endif
