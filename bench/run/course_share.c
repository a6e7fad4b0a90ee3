/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs for what runs share: take, give, in_step.
 *
 * A run waits for others in one place at a time, and never while it has taken something. That is what
 * keeps runs from waiting for each other in a circle, so it is enforced here, whatever the script does.
 *
 * Whoever took something and did not come to the end of it (an error, a lost race, a stop) has left it:
 * it stays this run's until its finally blocks have run, because its outputs may still be on it. Those
 * blocks may take it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/course.h"

static const char *name_at(const struct value *names, size_t i)
{
	const struct value *name = value_at(names, i);

	return name && name->kind == VALUE_TEXT ? name->text : "";
}

static char *list_names(const struct course *course)
{
	char *text = xstrdup(course->taken.name[0]);

	for (size_t i = 1; i < course->taken.count; i++) {
		char *more = xprintf("%s, %s", text, course->taken.name[i]);

		free(text);
		text = more;
	}
	return text;
}

static bool is_taken(const struct course *course, const char *name)
{
	for (size_t i = 0; course->taken.held && i < course->taken.count; i++)
		if (!strcmp(course->taken.name[i], name))
			return true;
	return false;
}

static bool all_taken(const struct course *course, const struct value *names)
{
	for (size_t i = 0; i < value_count(names); i++)
		if (!is_taken(course, name_at(names, i)))
			return false;
	return true;
}

static int check_shared(const struct course *course, const char *name, bool in_step,
			struct error *err)
{
	const struct fixture_resource *resource = fixture_find_resource(course->fixture, name);

	if (!resource)
		return error_set(err, ERROR_USAGE,
				 "the fixture shares no '%s': it is not among its resources", name);
	if (resource->in_step == in_step)
		return 0;
	if (in_step)
		return error_set(err, ERROR_USAGE,
				 "%s is exclusive: exclusive(\"%s\", function() … end)", name,
				 name);
	return error_set(err, ERROR_USAGE, "%s is a meeting: in_step(\"%s\")", name, name);
}

static int check_names(const struct course *course, const struct value *names, struct error *err)
{
	if (value_count(names) < 1 || value_count(names) > RESOURCE_NAMES)
		return error_set(err, ERROR_USAGE, "between 1 and %d things are taken at once",
				 RESOURCE_NAMES);
	for (size_t i = 0; i < value_count(names); i++) {
		for (size_t k = 0; k < i; k++)
			if (!strcmp(name_at(names, k), name_at(names, i)))
				return error_set(err, ERROR_USAGE, "%s is named twice",
						 name_at(names, i));
		if (check_shared(course, name_at(names, i), false, err) < 0)
			return -1;
	}
	return 0;
}

/* May it wait for others now? */
static int check_free_to_wait(const struct course *course, struct error *err)
{
	char *names;

	for (const struct request *request = course->open; request; request = request->next)
		if (request->kind == REQUEST_TAKE || request->kind == REQUEST_MEET)
			return error_set(err, ERROR_USAGE,
					 "another task of this run waits for other runs already: "
					 "it can in one place at a time");
	if (!course->taken.held || course->taken.left)
		return 0;
	names = list_names(course);
	error_set(err, ERROR_USAGE,
		  "this run has taken %s: until it is given back it takes nothing else and meets "
		  "nobody (take all at once: exclusive({ … }, f))",
		  names);
	free(names);
	return -1;
}

void course_give(struct course *course)
{
	if (!course->taken.held)
		return;
	course->taken.held = course->taken.left = false;
	course->host->give(course->ctx);
}

int verb_take(struct course *course, uint32_t id, nsec now, const struct value *payload,
	      struct error *err)
{
	const struct value *names = value_get(payload, "names");

	if (check_names(course, names, err) < 0 || check_free_to_wait(course, err) < 0)
		return -1;
	if (all_taken(course, names)) { /* left by somebody, and taken again */
		course->taken.left = false;
		course->taken.id = id;
		course_answer_plain(course, id);
		return 0;
	}
	course_give(course);
	course->taken.id = id;
	course->taken.count = 0;
	for (size_t i = 0; i < value_count(names); i++)
		snprintf(course->taken.name[course->taken.count++], RESOURCE_NAME, "%s",
			 name_at(names, i));
	course_admit(course, request_new(id, REQUEST_TAKE, now));
	return 0;
}

void course_took(struct course *course, uint32_t id, nsec now)
{
	struct request *request = course_find(course, id);

	if (!request)
		return;
	course->evidence.now = now;
	course->taken.held = true;
	course->taken.left = false;
	course_unlink(course, request);
	course_answer_plain(course, id);
	request_free(request);
}

int verb_give(struct course *course, uint32_t id, nsec now, const struct value *payload,
	      struct error *err)
{
	(void)now;
	(void)err;
	if (course->taken.held && value_get_int(payload, "of", 0) == (int64_t)course->taken.id) {
		if (value_get_bool(payload, "left"))
			course->taken.left = true;
		else
			course_give(course);
	}
	course_answer_plain(course, id);
	return 0;
}

int verb_in_step(struct course *course, uint32_t id, nsec now, const struct value *payload,
		 struct error *err)
{
	const char *name = value_get_text(payload, "name");
	struct request *request;

	if (check_shared(course, name ? name : "", true, err) < 0 ||
	    check_free_to_wait(course, err) < 0)
		return -1;
	if (course->is_alone)
		return error_set(err, ERROR_USAGE,
				 "the run was interrupted, and nobody waits for it in %s any more",
				 name);
	course_give(course);
	course->has_met = true;
	request = request_new(id, REQUEST_MEET, now);
	request->text = xstrdup(name);
	course_admit(course, request);
	return 0;
}
