/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of reports, as whoever changes a letterhead might leave them: the input is a page, a second one lies beside it to be
 * included. Whatever is printed, no fact becomes markup.
 */
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "tests/fuzz/fuzz.h"

/* Of one letter: a page that has not that letter cannot make it up of what stands on both sides of an instruction. */
static const char MARKUP[] = "<Z>";

static struct value *make_facts(void)
{
	struct value *facts = value_map(), *list = value_set(facts, "list", value_list());

	value_set_text(facts, "text", MARKUP);
	value_set_int(facts, "count", 3);
	value_set_bool(facts, "yes", true);
	value_set(facts, "none", value_nil());
	for (int i = 0; i < 3; i++)
		value_set_text(value_add(list, value_map()), "name", MARKUP);
	return facts;
}

static void print(const struct page *page, bool may_say_so, bool is_chinese)
{
	struct value *facts = make_facts();
	struct page_facts given = {facts, NULL, is_chinese};
	struct error err;
	struct buf out;

	buf_init(&out);
	if (page_print(page, &given, &out, &err) < 0)
		must(out.size == 0 && err.text[0]);
	else
		must(may_say_so || !memmem(out.data, out.size, MARKUP, strlen(MARKUP)));
	buf_done(&out);
	value_free(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char BESIDE[] = "[[一|one]]{% for x in list %}{{ x.name }}{% end %}";
	const char *folders[] = {fuzz_journal("", 0), NULL};
	bool may_say_so = size && memchr(data, MARKUP[1], size) != NULL;
	char hex[HASH_HEX_SIZE];
	struct error err = {0};
	struct page *page;

	fuzz_beside("beside.html", BESIDE, strlen(BESIDE));
	fuzz_beside("page.html", data, size);
	page = page_read("page.html", folders, &err);
	if (!page) {
		must(err.text[0]);
		return 0;
	}
	page_digest(page, hex);
	must(strlen(hex) == HASH_HEX_SIZE - 1);
	print(page, may_say_so, false);
	print(page, may_say_so, true);
	page_free(page);
	return 0;
}
