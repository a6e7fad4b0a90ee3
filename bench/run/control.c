/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is looked at before anything is opened, and the first thing that is amiss is named. */
#include "run/control.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "record/approval.h"
#include "run/registered.h"

int control_check_source(const struct plan *plan, const struct plan_source *source,
			 struct error *err)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of(source->text, source->size, digest);
	hash_hex(digest, hex);
	return approval_check(value_get(plan->registered, "approvals"), source->name, hex,
			      plan->wall / MSEC(1), err);
}

static int check_sources(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->source_count; i++) {
		const struct plan_source *source = &plan->source[i];

		if (strcmp(source->name, REGISTERED_SOURCE) != 0 &&
		    (!plan->station_source || strcmp(source->name, plan->station_source) != 0) &&
		    control_check_source(plan, source, err) < 0)
			return -1;
	}
	return 0;
}

/* Is it about something that this fixture has, on this slot? */
static bool counts(const struct plan *plan, const struct certificate *certificate)
{
	const char *slash = strchr(certificate->instrument, '/');
	const char *name = slash ? slash + 1 : certificate->instrument;

	return (fixture_find_device(plan->fixture, name) >= 0 ||
		fixture_find_certified(plan->fixture, name) >= 0) &&
	       calibration_find(plan->calibration, plan->order->slot, name,
				certificate->quantity) == certificate;
}

static int check_certificates(const struct plan *plan, struct error *err)
{
	const struct certificate *certificate;

	if (strcmp(plan->calibration_from, "register") != 0)
		return error_set(err, ERROR_REFUSED,
				 "a run for a certificate takes its instruments' certificates from "
				 "the register, which has none: davy calibrations add");
	for (size_t i = 0; (certificate = calibration_at(plan->calibration, i)); i++) {
		if (!counts(plan, certificate))
			continue;
		if (isnan(certificate->repeatability))
			return error_set(err, ERROR_REFUSED,
					 "check standard %s does not give the repeatability of %s "
					 "now, and no run for a certificate rests on it: davy "
					 "check-standard show %s",
					 certificate->check_standard, certificate->instrument,
					 certificate->check_standard);
		if (certificate_expired(certificate, plan->wall))
			return error_set(err, ERROR_REFUSED,
					 "certificate %s of %s ran out on %s: no run for a "
					 "certificate rests on it",
					 certificate->number, certificate->instrument,
					 certificate->due);
	}
	return 0;
}

int control_check(const struct plan *plan, struct error *err)
{
	if (!plan->order->certificate)
		return 0;
	if (check_sources(plan, err) < 0)
		return -1;
	return check_certificates(plan, err);
}
