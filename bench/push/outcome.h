/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer means for a record (pure): the table of `../facts/lifecycle-records.md` 5.3, and what it leaves open.
 *
 *   200, 201                     delivered (204, too: there was nothing to say)
 *   202                          accepted: the receiver works on it; asked again until it says what came of it
 *   409                          somebody used this ID before: the kind of destination compares (push_compared)
 *   400, 406, 413, 415, 422      parked: sent alone and as it was signed, it will be refused again (413 too: one record is
 *                                the smallest batch)
 *   401, 403, 404, TLS           the destination is paused, and probed every hour
 *   3xx                          refused and paused: a record goes where the laboratory said, and nowhere else
 *   408, 425, 429, 5xx,          again after random(0, min(3600, 5·2^tries)) s, and not before Retry-After; without end.
 *   no name, no answer           Where nobody answered, or answered 429 or 503, the whole destination rests so long
 *   any other                    parked: nobody knows what it means
 *
 * Full jitter, so that many benches that lost the same receiver do not come back at once.
 */
#ifndef DAVY_PUSH_OUTCOME_H
#define DAVY_PUSH_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PUSH_PROBE_MS = 3600 * 1000,	   /* of a destination that is paused */
	PUSH_RETRY_MOST_MS = 3600 * 1000,  /* the longest delay without Retry-After */
	PUSH_AFTER_MOST_MS = 86400 * 1000, /* the longest Retry-After that is believed */
};

enum push_outcome {
	PUSH_DELIVERED = 1,
	PUSH_ACCEPTED,
	PUSH_RETRY,
	PUSH_PARKED,
	PUSH_PAUSED,
};

/* What kept an answer from coming. */
enum push_trouble {
	PUSH_NO_TROUBLE = 0,
	PUSH_NO_NAME,	    /* the name is not known */
	PUSH_NO_CONNECTION, /* nobody listens, or the way is cut */
	PUSH_NO_ANSWER,	    /* connected, and the time was over */
	PUSH_TOO_SLOW,	    /* an answer that trickles */
	PUSH_CUT_OFF,	    /* it ended before its end */
	PUSH_NOT_TRUSTED,   /* the receiver's certificate: see the detail */
	PUSH_EXPIRED,	    /* … is over, or not valid yet */
	PUSH_REVOKED,
	PUSH_OTHER_NAME, /* … of another host */
	PUSH_NO_TLS,	 /* no agreement on TLS; our certificate was refused, too */
	PUSH_OWN_FILES,	 /* our CA, certificate or key cannot be read */
	PUSH_TOO_LARGE,	 /* more than PUSH_ANSWER_MOST, before there was a status */
	PUSH_NOT_PROVEN, /* the receiver's certificate, and nobody says in what it fails */
};

enum push_reason {
	PUSH_FINE = 1,
	PUSH_WORKS_ON_IT,
	PUSH_REFUSED, /* by its content */
	PUSH_RECORD_TOO_LARGE,
	PUSH_OTHER_CONTENT, /* an event of ours, by its ID, with other content */
	PUSH_NOT_COMPARED,  /* 409, and what it has cannot be seen */
	PUSH_JOB_FAILED,
	PUSH_FORGOTTEN,	 /* accepted, and not there afterwards */
	PUSH_NEVER_ENDS, /* a job that goes on for longer than anybody waits */
	PUSH_UNKNOWN_ANSWER,
	PUSH_NOT_MAPPED,  /* the record lacks what the mapping requires */
	PUSH_NOT_ALLOWED, /* 401, 403 */
	PUSH_NOT_THERE,	  /* 404 */
	PUSH_REDIRECTED,
	PUSH_BUSY,	 /* 408, 425, 429, 503 */
	PUSH_BROKEN,	 /* other 5xx */
	PUSH_IN_TROUBLE, /* + enum push_trouble: one reason each */
};

struct push_answer {
	enum push_trouble trouble;
	int status;	  /* 0: there was none */
	int64_t after_ms; /* of Retry-After; -1: it said nothing */
	char sqlstate[6]; /* of a database, which has no status (sqlstate.h); or empty */
};

struct push_verdict {
	enum push_outcome outcome;
	int reason;	  /* of enum push_reason */
	int64_t delay_ms; /* not before */
	bool rests;	  /* the whole destination does */
};

/* `tries` is how often it was tried before, `chance` within [0, 1). */
struct push_verdict push_judge(const struct push_answer *answer, unsigned tries, double chance);
/* The delay of an outcome that has one: of a pause, or of what is tried or asked again. */
void push_set_delay(struct push_verdict *verdict, unsigned tries, double chance, int64_t after_ms);
/* The delay alone. */
int64_t push_delay(unsigned tries, double chance, int64_t after_ms);
/*
 * A Retry-After: seconds, or a date, of which that of the answer (its Date) is taken; -1 where it is neither. Either may be
 * NULL.
 */
int64_t push_retry_after(const char *retry_after, const char *date);

const char *push_outcome_name(enum push_outcome outcome); /* "delivered" … as records say */
/* "refused" … as records say, and what people read; of `name` NULL where nobody knows it. */
const char *push_reason_name(int reason);
struct push_words {
	const char *english, *chinese;
};
const struct push_words *push_reason_words(const char *name);

#endif
