/* SPDX-License-Identifier: Apache-2.0 */
/* By each key that is enrolled, since an authorisation is a key's. */
#include "record/retest.h"

#include <string.h>

#include "record/roster.h"

static bool may_authorise(const struct roster *roster, const char *key, int64_t at_ms)
{
	struct error ignored;

	return roster_allows(roster, key, ROLE_REVIEWER, NULL, at_ms, &ignored) ||
	       roster_allows(roster, key, ROLE_SIGNATORY, NULL, at_ms, &ignored);
}

struct value *retest_authorisers(struct bench_log *log, const struct moment *now, struct error *err)
{
	const struct roster *roster = bench_log_roster(log, err);
	struct value *people, *found, *persons;

	if (!roster)
		return NULL;
	people = roster_describe(roster);
	found = value_map();
	value_set_bool(found, "enrolled", roster_administrator(roster));
	persons = value_set(found, "persons", value_list());
	for (size_t i = 0; i < value_count(people); i++) {
		const struct value *one = value_at(people, i);

		if (may_authorise(roster, value_get_text(one, "kid"), now->wall.ms))
			value_add(persons, value_text(value_get_text(one, "person")));
	}
	value_free(people);
	return found;
}

int retest_check_authoriser(const char *by, const struct value *authorisers, struct error *err)
{
	const struct value *persons = value_get(authorisers, "persons");

	if (!value_get_bool(authorisers, "enrolled"))
		return 0;
	for (size_t i = 0; by && i < value_count(persons); i++)
		if (!strcmp(value_at(persons, i)->text, by))
			return 0;
	return error_set(
		err, ERROR_REFUSED,
		"'%.40s' does not authorise re-tests on this bench: a reviewer or an "
		"authorised signatory does, whom an administrator has enrolled (davy keys)",
		by ? by : "");
}

int retest_check(const struct value *retest, const struct value *authorisers, struct error *err)
{
	return retest ? retest_check_authoriser(value_get_text(retest, "authorisedBy"), authorisers,
						err)
		      : 0;
}
