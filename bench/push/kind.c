/* SPDX-License-Identifier: Apache-2.0 */
#include "push/kind.h"

#include <string.h>

static const struct push_kind *const KINDS[] = {&PUSH_KIND_EPCIS, &PUSH_KIND_JSON,
						&PUSH_KIND_POSTGRESQL};

const struct push_kind *push_kind_find(const char *name, struct error *err)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(KINDS[i]->name, name))
			return KINDS[i];
	error_set(err, ERROR_USAGE,
		  "destinations.json: there is no kind '%.40s' of destinations; known are epcis, "
		  "json, postgresql, bag and mqtt",
		  name);
	return NULL;
}
