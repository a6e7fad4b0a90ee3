/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fixture_texts.h"

#include <string.h>

#include "tests/bench_rig.h"
#include "tests/claims.h"

struct fixture *fixture_of_text(const char *json, const char *drivers, struct error *err)
{
	struct value *value = said(json), *data = said(drivers);
	struct fixture *fixture = fixture_compile(value, data, "f.lua", err);

	value_free(value);
	value_free(data);
	return fixture;
}

struct fixture *fixture_sound(const char *json, const char *drivers)
{
	struct error err;
	struct fixture *fixture = fixture_of_text(json, drivers, &err);

	if (!fixture)
		CU_FAIL_FATAL(err.text);
	return fixture;
}

void fixture_refused(const char *json, const char *drivers, const char *why)
{
	struct error err = {0};
	struct fixture *fixture = fixture_of_text(json, drivers, &err);

	CU_ASSERT_PTR_NULL(fixture);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	if (!strstr(err.text, why))
		CU_FAIL(err.text);
	fixture_free(fixture);
}
