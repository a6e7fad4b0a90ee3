/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a journal: the run's order, its sources word for word, what they compiled to, and the
 * limits as they were frozen. Nothing is taken from the files of today: a protocol that was changed
 * since does not change what an old run is replayed with.
 */
#include "run/replay_head.h"

#include <string.h>

#include "base/hash.h"

static int take_source(struct replay_head *head, const struct value *line, struct error *err)
{
	const char *name = value_get_text(line, "name");
	const struct value *text = value_get(line, "text");
	const char *digest = value_get_text(line, "sha256");
	uint8_t sum[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (!name || !digest || !text || text->kind != VALUE_TEXT)
		return error_set(err, ERROR_DEVICE, "a source in the journal is incomplete");
	hash_of(text->text, text->size, sum);
	hash_hex(sum, hex);
	if (strcmp(hex, digest) != 0)
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal says sha256 %.16s…, its text there gives %.16s…",
				 name, digest, hex);
	value_set(head->sources, name, value_copy(text));
	return 0;
}

static int nothing_to_replay(const struct replay_head *head, struct error *err)
{
	bool by_hand = value_get_bool(value_get(head->run, "order"), "by_hand");

	return error_set(err, ERROR_USAGE, "%s: there is nothing to replay",
			 by_hand ? "the bench was operated by hand, and nothing was judged"
				 : "the run ended before its script began");
}

static int take_line(struct replay_head *head, const struct journal_item *item, struct error *err)
{
	if (!strcmp(item->kind, "run") && head->run)
		return error_set(err, ERROR_DEVICE, "the journal says twice what the run is");
	else if (!strcmp(item->kind, "run"))
		head->run = value_copy(item->line);
	else if (!strcmp(item->kind, "source"))
		return take_source(head, item->line, err);
	else if (!strcmp(item->kind, "anchor") && !head->wall) /* later ones move nothing */
		head->wall = value_get_int(item->line, "ns", 0);
	else if (!strcmp(item->kind, "start"))
		head->start = value_copy(value_get(item->line, "says"));
	else if (!strcmp(item->kind, "concludes"))
		head->concluded = true;
	else if (!strcmp(item->kind, "verdict") && !head->concluded)
		return nothing_to_replay(head, err);
	return 0;
}

static int read_lines(struct replay_head *head, struct journal_reader *reader, struct error *err)
{
	struct journal_item item;
	int got;

	while ((got = journal_reader_next(reader, &item, err)) == 1) {
		if (item.kind && take_line(head, &item, err) < 0)
			return -1;
		if (head->run && (head->start || head->concluded))
			return 0;
	}
	if (got < 0)
		return -1;
	return error_set(err, ERROR_USAGE, "the run was cut short before its script began");
}

double replay_head_wire_scale(const struct replay_head *head)
{
	const struct value *order = value_get(head->run, "order");
	const char *clock = value_get_text(order, "clock");

	return value_get_bool(order, "rig") && clock && !strcmp(clock, "scaled")
		       ? value_get_real(order, "scale", 1)
		       : 1;
}

const char *replay_head_source(const struct replay_head *head, const char *key, const char **name)
{
	*name = value_get_text(head->run, key);
	return *name ? value_get_text(head->sources, *name) : NULL;
}

static int check_limits(const struct replay_head *head, struct error *err)
{
	struct value *steps = protocol_describe(head->protocol);
	bool same = value_same(steps, value_get(head->run, "steps"));

	value_free(steps);
	return same ? 0
		    : error_set(err, ERROR_DEVICE,
				"line 'run': the limits frozen in the journal are not those that "
				"its protocol and its limit set give");
}

static int compile(struct replay_head *head, struct error *err)
{
	const char *name;
	const char *limits = replay_head_source(head, "limits_source", &name);
	const char *calibration;

	if (limits) {
		head->limits = limit_set_parse(limits, strlen(limits), name, err);
		if (!head->limits)
			return -1;
		if (value_get_bool(head->run, "limits_unsigned"))
			limit_set_distrust(head->limits);
	}
	calibration = replay_head_source(head, "calibration", &name);
	head->calibration =
		calibration ? calibration_parse(calibration, name, err) : calibration_none();
	if (!head->calibration)
		return -1;
	head->protocol = protocol_compile(value_get(head->run, "protocol_data"), head->limits,
					  "journal", err);
	if (!head->protocol)
		return -1;
	if (check_limits(head, err) < 0)
		return -1;
	head->fixture = fixture_compile(value_get(head->run, "fixture_data"),
					value_get(head->run, "drivers"), "journal", err);
	if (!head->fixture ||
	    fixture_take_bounds(head->fixture, value_get(head->protocol->data, "bounds"), err) < 0)
		return -1;
	return protocol_bind(head->protocol, head->fixture, "journal", err);
}

int replay_head_read(struct replay_head *head, const char *folder, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	int done;

	*head = (struct replay_head){.sources = value_map()};
	if (!reader)
		return -1;
	done = read_lines(head, reader, err);
	journal_reader_close(reader);
	return done < 0 ? -1 : compile(head, err);
}

void replay_head_done(struct replay_head *head)
{
	protocol_free(head->protocol);
	fixture_free(head->fixture);
	calibration_free(head->calibration);
	limit_set_free(head->limits);
	value_free(head->run);
	value_free(head->sources);
	value_free(head->start);
}
