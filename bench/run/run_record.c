/* SPDX-License-Identifier: Apache-2.0 */
/* record.json is written last: while it is missing, the next start calls this again, and what the log has is not made twice. */
#include "run/run_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/cylinder.h"
#include "record/event.h"
#include "record/second_signature.h"
#include "record/store_entry.h"
#include "run/journal_digest.h"
#include "run/run_earlier.h"
#include "run/run_event.h"

struct making {
	const struct run_record_by *by;
	const struct account *account;
	const struct moment *moment;
	bool is_simulated;
	char *run, *specimen; /* their URIs */
	char *place;	      /* that of the fixture in its slot, or NULL */
	/* what the log has of the run already: */
	bool is_recorded, is_held;
	struct value *debited; /* map of the lines */
	struct appended *appended;
};

/* A rehearsal in real time has the name of the one before it, and takes its own time. */
static bool is_of_this_journal(const struct making *making, const struct value *says)
{
	const struct value *run = value_get(says, "mse:run");
	const char *chain = value_get_text(value_get(run, "mse:journal"), "mse:chain");

	return !chain || !strcmp(chain, making->account->chain);
}

/* Others may be about the same names. */
static int take_own(void *ctx, const struct store_entry *found, struct error *err)
{
	struct making *making = ctx;
	const struct value *says = found->entry.says;
	const char *run = value_get_text(value_get(says, "mse:run"), "mse:run");
	const char *held = value_get_text(value_get(says, "mse:holds"), "mse:run");

	making->is_held |= held && !strcmp(held, making->run);
	if (!strcmp(found->entry.kind, ENTRY_DEBIT) && value_get_text(says, "line"))
		value_set_bool(making->debited, value_get_text(says, "line"), true);
	if (making->is_recorded || !run || strcmp(run, making->account->id) != 0)
		return 0;
	if (!is_of_this_journal(making, says))
		return error_set(err, ERROR_REFUSED,
				 "record %llu is of another run of this name, whose folder was "
				 "removed; this one stays without a record: run it once more, "
				 "under the next name",
				 (unsigned long long)found->entry.seq);
	making->is_recorded = true;
	making->appended->seq = found->entry.seq;
	snprintf(making->appended->id, sizeof(making->appended->id), "%s", found->entry.id);
	jws_write(found->jws, jws_count(found->jws), &making->appended->text);
	return 0;
}

static int append(const struct making *making, const char *kind, const struct value *says,
		  const char *const *subjects, struct appended *appended, struct error *err)
{
	return bench_log_append(making->by->log,
				&(struct bench_entry){.kind = kind,
						      .says = says,
						      .is_measured = true,
						      .is_simulated = making->is_simulated,
						      .subjects = subjects},
				making->moment, appended, err);
}

static int add_second(const struct making *making, uint64_t seq, struct error *err)
{
	if (!making->by->second || making->is_simulated)
		return 0;
	return second_signature_add(making->by->log, making->by->second, seq, making->moment, err);
}

static int record(struct making *making, struct error *err)
{
	bool is_check = making->place && !strcmp(making->place, making->specimen);
	const char *const subjects[] = {making->specimen, making->run,
					is_check ? NULL : making->place, NULL};
	struct bench_log *log = making->by->log;
	struct run_event made = {.base = bench_log_base(log),
				 .bench = bench_log_bench(log),
				 .zone_minutes = making->moment->wall.zone_minutes,
				 .is_late = making->by->is_late,
				 .software = making->by->software};
	struct value *event = NULL, *earlier, *digest;
	char id[EVENT_ID_TEXT_SIZE];
	int done = -1;

	bench_log_name(log, making->moment, id);
	earlier = run_event_is_of_bench(making->account)
			  ? value_list()
			  : run_earlier(log, making->specimen, making->is_simulated, err);
	digest = earlier ? journal_digest(making->account->folder, err) : NULL;
	made.id = id;
	made.earlier = earlier;
	made.digest = digest;
	if (digest)
		event = run_event(making->account, &made, err);
	if (event)
		done = append(making, ENTRY_EVENT, event, subjects, making->appended, err);
	value_free(event);
	value_free(digest);
	value_free(earlier);
	return done;
}

/* What is used up is held back until the time for objections is over: a person disposes of it then. */
static int hold(const struct making *making, struct error *err)
{
	const char *const subjects[] = {making->specimen, making->run, NULL};
	char id[EVENT_ID_TEXT_SIZE];
	struct value *event, *why;
	struct appended held;
	int done;

	bench_log_name(making->by->log, making->moment, id);
	event = event_new(LIFE_HOLDING, id, &making->moment->wall, making->specimen);
	why = value_map();
	value_set_text(why, "run", making->run);
	value_set_text(why, "why", "used up by a destructive test");
	value_set_text(why, "zh", "破坏性检验后封存");
	event_extend(event, "holds", why);
	buf_init(&held.text);
	done = append(making, ENTRY_EVENT, event, subjects, &held, err);
	if (done == 0)
		done = add_second(making, held.seq, err);
	buf_done(&held.text);
	value_free(why);
	value_free(event);
	return done;
}

static int debit(const struct making *making, const struct value *gas, struct error *err)
{
	char subject[CYLINDER_SUBJECT_SIZE];
	const char *const subjects[] = {subject, making->run, NULL};
	const char *cylinder = value_get_text(gas, "cylinder"), *line = value_get_text(gas, "line");
	struct value *says;
	int done;

	if (!cylinder || !line || !value_get(gas, "volume") || value_get(making->debited, line))
		return 0;
	cylinder_debit_subject(cylinder, subject);
	says = cylinder_debit(cylinder, line, value_get_real(gas, "volume", NAN),
			      value_get_text(gas, "unit"), making->run);
	done = append(making, ENTRY_DEBIT, says, subjects, NULL, err);
	value_free(says);
	return done;
}

static int debit_all(const struct making *making, struct error *err)
{
	const struct value *gases = making->account->gases;

	for (size_t i = 0; i < value_count(gases) && !making->is_simulated; i++)
		if (debit(making, value_at(gases, i), err) < 0)
			return -1;
	return 0;
}

static int make(struct making *making, struct error *err)
{
	char *path = xprintf("%s/record.json", making->account->folder);
	int done = store_entry_each(bench_log_store(making->by->log), making->run, take_own, making,
				    err);

	if (done == 0 && !making->is_recorded)
		done = record(making, err);
	if (done == 0)
		done = add_second(making, making->appended->seq, err);
	if (done == 0 && !making->is_held && making->account->consumes)
		done = hold(making, err);
	if (done == 0)
		done = debit_all(making, err);
	if (done == 0)
		done = file_write(path, making->appended->text.data, making->appended->text.size,
				  err);
	free(path);
	return done;
}

int run_record(const struct run_record_by *by, const struct account *account,
	       const struct moment *moment, struct appended *appended, struct error *err)
{
	const char *base = bench_log_base(by->log);
	struct making making = {
		.by = by,
		.account = account,
		.moment = moment,
		.is_simulated = value_get_bool(account->head, "simulated"),
		.run = run_event_run(account, base),
		.specimen = run_event_specimen(account, base, bench_log_bench(by->log)),
		.place = run_event_place(account, base, bench_log_bench(by->log)),
		.debited = value_map(),
		.appended = appended,
	};
	int done = make(&making, err);

	value_free(making.debited);
	free(making.place);
	free(making.specimen);
	free(making.run);
	return done;
}
