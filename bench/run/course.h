/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of a run: everything that follows from what the script asked and what the bench showed,
 * and nothing else. It holds the open requests, traces, guards, readings and judgements; it has no
 * wire, no process and no clock. A live run feeds it from the slot and the runner (run.c); a replay
 * feeds it the same events from the journal (replay.c) and must see the same results come out.
 */
#ifndef DAVY_RUN_COURSE_H
#define DAVY_RUN_COURSE_H

#include "run/condition.h"
#include "run/evidence.h"
#include "run/judgement.h"
#include "run/photo.h"
#include "run/resource.h"

enum request_kind {
	REQUEST_WAIT = 1,
	REQUEST_CONDITION,
	REQUEST_TRACE, /* stays until its step ends */
	REQUEST_GUARD, /* stays until its step ends */
	REQUEST_ACT,
	REQUEST_SET,
	REQUEST_OPERATOR,
	REQUEST_WATCH, /* the course's own, of an environment: it has no id and no answer */
	REQUEST_TAKE,  /* waits for things that runs share */
	REQUEST_MEET,  /* waits for the other runs of the batch */
};

enum { REQUEST_SETTINGS = 8, COURSE_OPEN_MOST = 64 /* requests at once */ };

/* What an adjustment is called at the bench, and in a world: "adjust.zero". */
#define ADJUST_ID "adjust."

/* A request that has not ended yet. */
struct request {
	struct request *next;
	uint32_t id;
	enum request_kind kind;
	nsec opened;
	nsec deadline;	 /* NSEC_NEVER: none */
	nsec every;	 /* how often its channels are wanted */
	int channel, of; /* or -1 */
	struct condition condition;
	struct series trace;
	double resolution; /* TRACE: the coarsest seen, half-width, SI */
	double drift;	   /* TRACE: the largest seen, and the longest */
	double seconds;
	struct limit limit; /* GUARD */
	int interruption;   /* WAIT: of the protocol, in which it may be interrupted; or -1 */
	bool gap;	    /* TRACE: the bench was away while it was open */
	int line;	    /* ACT */
	bool on;
	int device; /* SET */
	size_t setting_count;
	struct {
		int write;
		double number; /* in the write's unit */
	} setting[REQUEST_SETTINGS];
	const char *operator_verb; /* OPERATOR: "confirm" "enter" "scan" "adjust" "photograph" */
	char operator_id[48];
	char operator_unit[24];
	char *zh;     /* OPERATOR: its text in Chinese; or NULL */
	int mistyped; /* entries that could not be taken */
	char *text;
	void *host; /* what the host keeps beside it, from open to close */
};

struct course_host {
	/* The request goes on: want its channels, arm its deadline, do its act. */
	void (*open)(void *ctx, struct request *request);
	/* It is over: forget it. */
	void (*close)(void *ctx, struct request *request);
	/* What the runner is told. The payload is taken. */
	void (*result)(void *ctx, uint32_t id, struct value *payload);
	/* A reading was made; its description is evidence_describe(id). */
	void (*reading)(void *ctx, uint64_t id);
	void (*judged)(void *ctx, const struct judged *judged);
	/* A guard of the protocol was breached, or the bench owes a reading: the run ends. */
	void (*breach)(void *ctx, enum verdict verdict, const char *why);
	void (*step)(void *ctx, const char *name, int repeat, bool begins);
	/*
	 * The environment is known: the script may begin. `why` is NULL, or says what is not as the
	 * protocol asks (JUDGEMENT_WHY bytes).
	 */
	void (*fit)(void *ctx, const char *why);
	/* The operator's entry cannot be taken, and why; the request stays open for another. */
	void (*ask_again)(void *ctx, struct request *request, const char *why);
	/* A person has adjusted the specimen: {what, by}. */
	void (*adjusted)(void *ctx, const struct value *adjustment);
	/* What was taken is nobody's again. */
	void (*give)(void *ctx);
};

struct course {
	const struct fixture *fixture;
	const struct course_host *host;
	void *ctx;
	struct evidence evidence;
	struct judgement judgement;
	struct conditions *conditions; /* course_conditions.c */
	struct request *open;	       /* newest first */
	bool ended;		       /* no further request is accepted */
	bool stopping;		       /* finally blocks only */
	bool world_answers; /* the operator is a world's, and no person; by course_init not */
	struct {
		double high, low; /* shortest widths of the last count, s */
	} pulse[FIXTURE_MOST];
	struct absence *absence; /* by the protocol's interruptions */
	/* what has left its safe level, and what was set that has none: course_interruption.c */
	bool away[FIXTURE_MOST], set_away[FIXTURE_MOST][FIXTURE_SAFE_WRITES];
	char set_for_good[80];
	int photographs; /* so many photos were asked for */
	bool has_met;	 /* other runs, in step */
	bool is_alone;	 /* it was interrupted: the others have gone on without it */
	char step[96];
	bool in_step; /* it was begun, and has not been ended */
	struct {
		uint32_t id; /* of the request that took it, or waits for it */
		size_t count;
		char name[RESOURCE_NAMES][RESOURCE_NAME];
		bool held;
		bool left; /* whoever took it will not give it back */
	} taken;
};

void course_init(struct course *course, const struct fixture *fixture,
		 const struct protocol *protocol, const struct calibration *calibration, int slot,
		 nsec wall, bool simulated, const struct course_host *host, void *ctx);
void course_done(struct course *course);

/*
 * The bench is up: watch the environment that the protocol declares. The host is told `fit` once it is
 * known, or at once when none is declared.
 */
void course_begin(struct course *course, nsec now);
/*
 * All is over: judge what was watched. Only after course_begin. `early`: the run did not come to its end,
 * and nothing is said of a channel that it never came to trace.
 */
void course_conclude(struct course *course, nsec now, bool early);

/* The script asks (a REQUEST frame's payload). A mistake of the script is told to it as a result. */
void course_request(struct course *course, uint32_t id, nsec now, const struct value *payload);
void course_cancel(struct course *course, uint32_t id);
/* The bench shows. */
void course_sample(struct course *course, int channel, const struct bench_sample *sample);
/* Several of one channel, in the order of their times: as if one by one. */
void course_samples(struct course *course, int channel, const struct bench_sample *samples,
		    size_t count);
void course_pulse(struct course *course, int line, double high, double low);
/* Time has come for this request. */
void course_due(struct course *course, uint32_t id, nsec now);
/* An act or a setting was done at `now`. */
void course_acted(struct course *course, uint32_t id, nsec now);
/* What it waited for is its own. */
void course_took(struct course *course, uint32_t id, nsec now);
/* An act or a setting was refused, and the script is told why. */
void course_refused(struct course *course, uint32_t id, const char *why);
/* The operator answered. */
void course_answer(struct course *course, uint32_t id, const char *text);
/* The operator gave a photo (run/photo.h), which the script knows by its digest. */
void course_photographed(struct course *course, uint32_t id, const struct value *photo);
/* The script gives a measure. -1: it may not; the sentence ends the run as ERROR. */
int course_measure(struct course *course, const struct value *payload, struct error *err);
/*
 * The bench was away, and is there again. The wait `id` in which that was allowed ends, with what is left of it as its
 * result: nobody saw the time in between, and it does not count. `error`: by how much `away` may be wrong, either way.
 */
void course_resumed(struct course *course, uint32_t id, nsec now, nsec away, nsec error);
/* The open wait in which it may be interrupted, or NULL. */
const struct request *course_interruptible(const struct course *course);
/* A new slot has none of the requests that go on through an interruption: open them there. */
void course_reopen(struct course *course);
/* Drop every open request without a result (a stop: the runner has dropped them, too). */
void course_drop_all(struct course *course);
struct request *course_find(struct course *course, uint32_t id);
/* Is anything open that will wake the script? Traces and guards alone will not. */
bool course_waits(const struct course *course);

/*
 * ---- between course.c, course_verbs.c, course_share.c, course_trace.c, course_interruption.c and
 * course_conditions.c ----
 */

/* How long the bench was away in one wait that allows it, in all. */
struct absence {
	nsec time, error;
	int times;
};

/* May the script ask this while it stands in a wait that may be interrupted? Nothing else can be taken up again. */
int interruption_refuses(const struct course *course, struct error *err);
/* May this wait be interrupted as the script says? `*interruption` is the protocol's, or -1: it may not. */
int interruption_of(const struct course *course, const char *name, int *interruption,
		    struct error *err);
/* An act or setting is asked for, and is done: is the output at its safe level? */
void interruption_asked(struct course *course, const struct request *request);
void interruption_acted(struct course *course, const struct request *request);
/* What is watched goes on with the next sample: open it in the new slot. */
void conditions_reopen(struct course *course);

/* What is watched sees every sample, also one that has just ended the run. */
void conditions_samples(struct course *course, int channel, const struct bench_sample *samples,
			size_t count);
/* A person scanned this of the specimen, as a request of this id asked: is it what was ordered? Else nothing. */
void conditions_scanned(struct course *course, const char *id, const char *text);
/* A request is no longer open: what was traced until now may be traced no more. */
void conditions_closed(struct course *course);
void conditions_done(struct course *course);

/* A verb answers, or opens a request; -1 is the script's mistake. */
typedef int course_verb_fn(struct course *course, uint32_t id, nsec now,
			   const struct value *payload, struct error *err);
course_verb_fn *course_find_verb(const char *verb);  /* or NULL */
course_verb_fn *course_trace_verb(const char *verb); /* or NULL */
course_verb_fn verb_take, verb_give, verb_in_step;
/* Give back what is taken, if anything is. */
void course_give(struct course *course);

struct request *request_new(uint32_t id, enum request_kind kind, nsec now);
void request_free(struct request *request);
/* Take a request in: it is open from here on. */
void course_admit(struct course *course, struct request *request);
/* Take it out; the caller answers and frees it. */
void course_unlink(struct course *course, struct request *request);

/* A quantity field, in the dimension of the unit `dimension_of` (NULL: any). */
int course_quantity(const struct course *course, const struct value *payload, const char *key,
		    const char *dimension_of, struct quantity *quantity, struct error *err);
struct value *course_reading_value(struct course *course, uint64_t reading);
/* {ok = true, value}; takes the value, which may be NULL. */
struct value *course_result(struct value *value);
void course_answer_plain(struct course *course, uint32_t id);
void course_answer_reading(struct course *course, uint32_t id, uint64_t reading);
void course_answer_why(struct course *course, uint32_t id, const char *why);

#endif
