/* SPDX-License-Identifier: Apache-2.0 */
#include "push/report.h"

#include <string.h>

#include "base/utf8.h"

/* So that a report fits into a line and into a record, whatever receivers say (OUTBOX_ITEMS_MOST). */
enum { BODY_SHOWN = 2048, TEXT_SHOWN = 2000 };

/* That canonical JSON can say. */
static bool is_text(const struct buf *bytes)
{
	return utf8_valid_size(bytes->data, bytes->size) == bytes->size &&
	       !memchr(bytes->data, 0, bytes->size);
}

/* What a receiver has said, where it is text of a fair length; NULL sets nothing. */
static void set_heard(struct value *outcome, const char *name, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	if (size && size <= TEXT_SHOWN && utf8_valid_size(text, size) == size)
		value_set_text(outcome, name, text);
}

static void describe_body(struct value *outcome, const struct http_answer *answer)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of(answer->body.data, answer->body.size, digest);
	hash_hex(digest, hex);
	value_set_text(outcome, "bodySha256", hex);
	value_set_int(outcome, "bodySize", (int64_t)answer->body.size);
	if (answer->is_cut)
		value_set_bool(outcome, "bodyIsCut", true);
	if (answer->body.size && answer->body.size <= BODY_SHOWN && is_text(&answer->body))
		value_set(outcome, "body", value_bytes(answer->body.data, answer->body.size));
}

static void describe_answer(struct value *outcome, const struct http_answer *answer)
{
	if (!answer->said.status && !answer->said.sqlstate[0])
		return;
	if (answer->said.status)
		value_set_int(outcome, "status", answer->said.status);
	else
		value_set_text(outcome, "sqlstate", answer->said.sqlstate);
	if (answer->headers.size && is_text(&answer->headers))
		value_set(outcome, "headers",
			  value_bytes(answer->headers.data, answer->headers.size));
	describe_body(outcome, answer);
	if (answer->peer[0])
		value_set_text(outcome, "peerSha256", answer->peer);
}

struct value *push_report(const struct push_attempt *attempt, int64_t seq)
{
	const struct push_verdict *verdict = &attempt->verdict;
	struct value *outcome = value_map();
	bool is_fine = verdict->outcome == PUSH_DELIVERED;
	bool is_definite = is_fine || verdict->outcome == PUSH_PARKED;

	value_set_int(outcome, "seq", seq);
	value_set_text(outcome, "outcome", push_outcome_name(verdict->outcome));
	if (!is_fine)
		value_set_text(outcome, "reason", push_reason_name(verdict->reason));
	if (attempt->answer.detail[0])
		set_heard(outcome, "detail", attempt->answer.detail);
	else if (attempt->answer.said.status && !is_fine)
		value_set(outcome, "detail", value_printf("HTTP %d", attempt->answer.said.status));
	if (is_definite) {
		describe_answer(outcome, &attempt->answer);
		return outcome;
	}
	value_set_int(outcome, "delayMs", verdict->delay_ms);
	set_heard(outcome, "location", attempt->location);
	if (verdict->rests)
		value_set_bool(outcome, "rests", true);
	return outcome;
}
