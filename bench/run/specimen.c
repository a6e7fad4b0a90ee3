/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When two specimens are one. One that was used up must not come back by another spelling of its serial number
 * (base/spelling.h). Two makers' numbers that differ in nothing else are taken for one: the refusal names both, and a
 * person decides.
 */
#include <string.h>

#include "base/spelling.h"
#include "run/consumed.h"

bool specimen_same(const struct specimen *a, const struct specimen *b)
{
	return a->simulated == b->simulated && !strcmp(a->class, b->class) &&
	       spelling_same(a->serial, b->serial);
}

bool specimen_is_named(const struct specimen *specimen)
{
	return !spelling_is_blank(specimen->serial);
}
