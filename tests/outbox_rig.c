/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/outbox_rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/outbox_request.h"
#include "tests/claims.h"

void outbox_destinations(struct people *people, const char *text)
{
	char *path = xprintf("%s/destinations.json", people->rig->folder);
	struct error err;

	CU_ASSERT_EQUAL_FATAL(file_write(path, text, strlen(text), &err), 0);
	free(path);
}

struct value *outbox_ask(struct people *people, const char *format, ...)
{
	struct value *request, *answer;
	va_list arguments;
	char text[600];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	request = json_parse(text, strlen(text), "claim", &people->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	answer = outbox_request(people->log, request, &people->now, &people->err);
	value_free(request);
	return answer;
}

int64_t outbox_count(struct people *people, const char *what)
{
	struct value *answer = outbox_ask(people, "{\"what\":\"list\"}");
	int64_t counted = value_get_int(value_at(value_get(answer, "destinations"), 0), what, -1);

	value_free(answer);
	return counted;
}
