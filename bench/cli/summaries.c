/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/summaries.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/order.h"
#include "run/plan.h"

static const struct value *of_slot(const struct value *summaries, int64_t slot)
{
	for (size_t i = 0; i < value_count(summaries); i++)
		if (value_get_int(value_at(summaries, i), "slot", 0) == slot)
			return value_at(summaries, i);
	return NULL;
}

int summaries_print(const struct value *summaries, size_t runs, const char *run, struct error *err)
{
	struct buf text;
	int done = 0;

	buf_init(&text);
	if (runs == 1)
		json_write(&text, value_at(summaries, 0));
	for (int64_t slot = 1; runs > 1 && slot <= SLOTS_MOST; slot++) {
		const struct value *summary = of_slot(summaries, slot);

		if (!summary)
			continue;
		buf_add_text(&text, text.size ? "," : "[");
		json_write(&text, summary);
	}
	if (printf("%s%s\n", text.data, runs > 1 ? "]" : "") < 0 || fflush(stdout) == EOF)
		done = error_os(err, "standard output does not take the summary of %s", run);
	buf_done(&text);
	return done;
}
