/* SPDX-License-Identifier: Apache-2.0 */
#include "push/sqlstate.h"

#include <string.h>

struct meaning {
	const char *begins;
	enum push_outcome outcome;
	int reason;
	bool rests;
};

/* The first that fits. */
static const struct meaning MEANINGS[] = {
	{"23505", PUSH_PARKED, PUSH_NOT_COMPARED},
	{"25006", PUSH_RETRY, PUSH_BUSY, true},
	{"42501", PUSH_PAUSED, PUSH_NOT_ALLOWED},
	{"P0001", PUSH_PARKED, PUSH_REFUSED},
	{"08", PUSH_RETRY, PUSH_IN_TROUBLE + PUSH_CUT_OFF, true},
	{"22", PUSH_PARKED, PUSH_REFUSED},
	{"23", PUSH_PARKED, PUSH_REFUSED},
	{"28", PUSH_PAUSED, PUSH_NOT_ALLOWED},
	{"3D", PUSH_PAUSED, PUSH_NOT_THERE},
	{"3F", PUSH_PAUSED, PUSH_NOT_THERE},
	{"40", PUSH_RETRY, PUSH_BUSY},
	{"42", PUSH_PAUSED, PUSH_NOT_THERE},
	{"44", PUSH_PARKED, PUSH_REFUSED},
	{"53", PUSH_RETRY, PUSH_BUSY, true},
	{"54", PUSH_PARKED, PUSH_RECORD_TOO_LARGE},
	{"55", PUSH_RETRY, PUSH_BUSY, true},
	{"57", PUSH_RETRY, PUSH_BUSY, true},
	{"58", PUSH_RETRY, PUSH_BROKEN, true},
	{"F0", PUSH_RETRY, PUSH_BROKEN, true},
	{"XX", PUSH_RETRY, PUSH_BROKEN, true},
};

struct push_verdict sqlstate_judge(const char *sqlstate, unsigned tries, double chance)
{
	struct push_verdict verdict = {.outcome = PUSH_PARKED, .reason = PUSH_UNKNOWN_ANSWER};

	for (size_t i = 0; i < sizeof(MEANINGS) / sizeof(MEANINGS[0]); i++) {
		const struct meaning *meaning = &MEANINGS[i];

		if (strncmp(sqlstate, meaning->begins, strlen(meaning->begins)) != 0)
			continue;
		verdict.outcome = meaning->outcome;
		verdict.reason = meaning->reason;
		verdict.rests = meaning->rests;
		break;
	}
	push_set_delay(&verdict, tries, chance, -1);
	return verdict;
}

bool sqlstate_find(const char *message, char code[SQLSTATE_SIZE])
{
	static const char SIGNS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	enum { LENGTH = SQLSTATE_SIZE - 1 };

	for (const char *at = strstr(message, ":  "); at; at = strstr(at + 1, ":  ")) {
		const char *found = at + 3;

		if (strspn(found, SIGNS) != LENGTH || strncmp(found + LENGTH, ": ", 2) != 0)
			continue;
		memcpy(code, found, LENGTH);
		code[LENGTH] = '\0';
		return true;
	}
	code[0] = '\0';
	return false;
}
