/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bracketed.h"

#include <string.h>

#include "cli/book.h"
#include "cli/words.h"

static const struct {
	enum bracket bracket;
	struct words words;
} STANDINGS[] = {
	{BRACKET_GOOD, {"; between two good checks of its fixture", ";检验前后工装核查均合格"}},
	{BRACKET_UNCHECKED,
	 {"; undecided: no check of the fixture had passed right before it",
	  ";不作结论:检验前工装核查未合格"}},
	{BRACKET_AWAITED,
	 {"; awaits the check of the fixture after it, the one before it has passed",
	  ";待检验后工装核查,检验前核查合格"}},
	{BRACKET_SPOILT,
	 {"; stands as INCONCLUSIVE, since the check of the fixture after it failed",
	  ";按无法判定处理:检验后工装核查不合格"}},
};

static int take(void *brackets, const struct jws *jws, const struct entry *entry, struct error *err)
{
	(void)jws;
	return run_brackets_take(brackets, entry, err);
}

bool bracketed_asks(const struct value *event)
{
	return value_get(value_get(event, "mse:run"), "mse:bracket") != NULL;
}

struct run_brackets *bracketed_read(const char *state, struct error *err)
{
	struct run_brackets *brackets = run_brackets_new();

	if (book_each(state, take, brackets, err) == 0)
		return brackets;
	run_brackets_free(brackets);
	return NULL;
}

void bracketed_set(struct value *one, const struct run_brackets *brackets, uint64_t seq)
{
	const char *check = NULL;
	enum bracket bracket =
		brackets && seq ? run_brackets_of(brackets, seq, &check) : BRACKET_NONE;
	struct value *told;

	if (bracket == BRACKET_NONE)
		return;
	told = value_set(one, "bracket", value_map());
	value_set_text(told, "standing", bracket_name(bracket));
	value_set_text(told, "check", check);
}

void bracketed_add(struct buf *out, const struct value *bracket)
{
	const char *standing = value_get_text(bracket, "standing");
	const char *check = value_get_text(bracket, "check");

	for (size_t i = 0; standing && i < sizeof(STANDINGS) / sizeof(STANDINGS[0]); i++) {
		if (strcmp(bracket_name(STANDINGS[i].bracket), standing) != 0)
			continue;
		buf_add_text(out, say(STANDINGS[i].words));
		if (check)
			buf_printf(out, " (%s)", check);
	}
}
