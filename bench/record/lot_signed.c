/* SPDX-License-Identifier: Apache-2.0 */
/* From the header of the signature, which says all of it. */
#include "record/lot_signed.h"

#include "record/cosign.h"

static struct value *find_verdict(struct value *verdicts, int64_t seq)
{
	for (size_t i = 0; i < value_count(verdicts); i++)
		if (seq && value_get_int(value_at(verdicts, i), "seq", 0) == seq)
			return verdicts->items[i];
	return NULL;
}

int lot_signed_take(struct value *verdicts, const struct entry *entry, struct error *err)
{
	static const char *const MEMBERS[] = {"role", "meaning", "person", "time"};
	struct value *verdict = find_verdict(verdicts, value_get_int(entry->says, "seq", 0));
	struct value *header = verdict ? cosign_header(entry->says, err) : NULL, *people, *one;

	if (!verdict)
		return 0;
	if (!header)
		return error_context(err, "record %llu", (unsigned long long)entry->seq);
	people = (struct value *)value_get(verdict, "signed");
	if (!people)
		people = value_set(verdict, "signed", value_list());
	one = value_add(people, value_map());
	value_set_int(one, "seq", (int64_t)entry->seq);
	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++)
		value_set_text(one, MEMBERS[i], value_get_text(header, MEMBERS[i]));
	value_free(header);
	return 0;
}
