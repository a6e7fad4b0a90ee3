/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures by name, as they are written where they are shown: the measure's own name, which stands for all
 * of its keys, or one with its key.
 */
#include "cli/chosen.h"

#include <string.h>

#include "base/buf.h"
#include "cli/figures.h"

static bool is_called(const struct value *measure, const char *name)
{
	const char *own = value_get_text(measure, "measure");
	struct buf keyed;
	bool is;

	buf_init(&keyed);
	figure_name(&keyed, measure);
	is = !strcmp(keyed.data, name) || (own && !strcmp(own, name));
	buf_done(&keyed);
	return is;
}

struct value *chosen_measures(const struct account *account, const char *name, struct error *err)
{
	struct value *chosen = value_list();
	struct buf names;

	buf_init(&names);
	for (size_t i = 0; i < value_count(account->judged); i++) {
		const struct value *measure = value_at(account->judged, i);

		if (!name || is_called(measure, name))
			value_add(chosen, value_copy(measure));
		buf_add_text(&names, i ? ", " : "");
		figure_name(&names, measure);
	}
	if (name && !value_count(chosen)) {
		error_set(err, ERROR_USAGE, "%s judged no measure '%s'; it judged %s", account->id,
			  name, names.size ? names.data : "none");
		value_free(chosen);
		chosen = NULL;
	}
	buf_done(&names);
	return chosen;
}
