/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits that may be interrupted: what a script may have open when its bench loses its power, so that the run can be
 * taken up again.
 *
 * When a controller dies its guardian makes every output safe, and nobody knows what an instrument that was set
 * keeps. So such a wait is refused, whether or not anything happens in it, unless every output is at its safe level by
 * then, nothing was set that has none, nothing that runs share is this run's, it has met no other run, and nothing
 * else is open but traces, of which the least and the greatest value hold for what was seen. While it goes on nothing
 * else is asked for.
 *
 * What is away from safe counts from the moment it was asked for; it is back once that was done.
 */
#include <stdio.h>

#include "run/course.h"

static int allowed_of(const struct course *course, const char *name, int *interruption,
		      struct error *err)
{
	if (protocol_interruption(course->judgement.protocol, name, interruption))
		return 0;
	return error_set(
		err, ERROR_USAGE,
		"the header's 'interruptions' has no '%.40s': where a run may be interrupted, "
		"and for how long, is declared there",
		name);
}

static int check_safe(const struct course *course, const char *name, struct error *err)
{
	const struct fixture *fixture = course->fixture;

	for (size_t i = 0; i < fixture->line_count; i++)
		if (course->away[i])
			return error_set(err, ERROR_USAGE,
					 "the wait '%s' cannot be interrupted: %s is not at its "
					 "safe level, and would be after a loss of power",
					 name, fixture->line[i].name);
	for (size_t i = 0; i < fixture->device_count; i++)
		for (size_t k = 0; k < fixture->device[i].safe_count; k++)
			if (course->set_away[i][k])
				return error_set(
					err, ERROR_USAGE,
					"the wait '%s' cannot be interrupted: %s.%s is not at its "
					"safe value, and would be after a loss of power",
					name, fixture->device[i].name,
					fixture->device[i]
						.driver->write[fixture->device[i].safe[k].write]
						.name);
	if (!course->set_for_good[0])
		return 0;
	return error_set(
		err, ERROR_USAGE,
		"the wait '%s' cannot be interrupted: %s was set, which has no safe value, "
		"and nobody knows what it is after a loss of power",
		name, course->set_for_good);
}

static int check_alone(const struct course *course, const char *name, struct error *err)
{
	if (course->taken.held)
		return error_set(err, ERROR_USAGE,
				 "the wait '%s' cannot be interrupted: the run has taken %s, which "
				 "would be another's after a loss of power",
				 name, course->taken.name[0]);
	if (course->has_met)
		return error_set(err, ERROR_USAGE,
				 "the wait '%s' cannot be interrupted: the run has met others in "
				 "step, and would come back alone",
				 name);
	for (const struct request *request = course->open; request; request = request->next)
		if (request->kind != REQUEST_TRACE)
			return error_set(
				err, ERROR_USAGE,
				"the wait '%s' cannot be interrupted: %s beside it, which nobody "
				"would do in a loss of power",
				name,
				request->kind == REQUEST_GUARD ? "a guard watches"
							       : "the script waits for something");
	return 0;
}

int interruption_of(const struct course *course, const char *name, int *interruption,
		    struct error *err)
{
	*interruption = -1;
	if (!name)
		return 0;
	if (allowed_of(course, name, interruption, err) < 0 || check_safe(course, name, err) < 0)
		return -1;
	return check_alone(course, name, err);
}

const struct request *course_interruptible(const struct course *course)
{
	for (const struct request *request = course->open; request; request = request->next)
		if (request->kind == REQUEST_WAIT && request->interruption >= 0)
			return request;
	return NULL;
}

int interruption_refuses(const struct course *course, struct error *err)
{
	const struct request *wait = course_interruptible(course);

	if (!wait)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "the script stands in the wait '%s', in which it may be interrupted: "
			 "nothing else is asked for until that is over",
			 course->judgement.protocol->interruption[wait->interruption].name);
}

void interruption_asked(struct course *course, const struct request *request)
{
	const struct fixture_device *device;

	if (request->kind == REQUEST_ACT &&
	    request->on != course->fixture->line[request->line].safe)
		course->away[request->line] = true;
	if (request->kind != REQUEST_SET)
		return;
	device = &course->fixture->device[request->device];
	for (size_t i = 0; i < request->setting_count; i++) {
		int safe = fixture_find_setting(device, request->setting[i].write);

		if (safe < 0)
			snprintf(course->set_for_good, sizeof(course->set_for_good), "%s.%s",
				 device->name,
				 device->driver->write[request->setting[i].write].name);
		else if (request->setting[i].number != device->safe[safe].number)
			course->set_away[request->device][safe] = true;
	}
}

void interruption_acted(struct course *course, const struct request *request)
{
	const struct fixture_device *device;

	if (request->kind == REQUEST_ACT)
		course->away[request->line] =
			request->on != course->fixture->line[request->line].safe;
	if (request->kind != REQUEST_SET)
		return;
	device = &course->fixture->device[request->device];
	for (size_t i = 0; i < request->setting_count; i++) {
		int safe = fixture_find_setting(device, request->setting[i].write);

		if (safe >= 0)
			course->set_away[request->device][safe] =
				request->setting[i].number != device->safe[safe].number;
	}
}

/* ---- taken up again ---- */

void course_reopen(struct course *course)
{
	conditions_reopen(course);
	for (struct request *request = course->open; request; request = request->next)
		if (request->kind == REQUEST_TRACE)
			course->host->open(course->ctx, request);
}

static void mark_gaps(struct course *course)
{
	for (struct request *request = course->open; request; request = request->next)
		request->gap = request->gap || request->kind == REQUEST_TRACE;
}

void course_resumed(struct course *course, uint32_t id, nsec now, nsec away, nsec error)
{
	struct request *request = course_find(course, id);
	struct absence *absence;
	struct value *value;
	char left[48];

	if (!request || request->kind != REQUEST_WAIT || request->interruption < 0)
		return;
	absence = &course->absence[request->interruption];
	absence->time += away;
	absence->error += error;
	absence->times++;
	course->is_alone = true;
	mark_gaps(course);

	course->evidence.now = now;
	snprintf(left, sizeof(left), "%.9f s", nsec_seconds(request->deadline - (now - away)));
	value = value_map();
	value_set_text(value, "left", left);
	course_unlink(course, request);
	course->host->result(course->ctx, id, course_result(value));
	request_free(request);
}
