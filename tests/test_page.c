/* SPDX-License-Identifier: Apache-2.0 */
/* The language of report templates: what it prints, and what it refuses. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "report/page.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

static const char FACTS[] =
	"{\"run\":{\"id\":\"r1\",\"serial\":null,\"simulated\":true,\"real\":false},\"none\":[],"
	"\"count\":3,"
	"\"evil\":\"<script>alert('1')</script> & \\\"q\\\"\","
	"\"measures\":[{\"name\":\"t90\",\"verdict\":\"PASS\",\"curve\":\"c1\"},"
	"{\"name\":\"drop\",\"verdict\":\"FAIL\",\"curve\":\"c2\"}]}";

static void put(const char *folder, const char *name, const char *text)
{
	char *path = xprintf("%s/%s", folder, name);
	struct error err;

	if (file_write(path, text, strlen(text), &err) < 0)
		CU_FAIL("a template could not be written");
	free(path);
}

/* The page, or the sentence that refuses. */
static char *printed(const char *folder, const char *name, bool is_chinese)
{
	const char *folders[] = {folder, NULL};
	struct error err = {0};
	struct page *page = page_read(name, folders, &err);
	struct value *facts = json_parse(FACTS, strlen(FACTS), "facts", &err);
	struct value *drawings = value_map();
	struct page_facts print = {facts, drawings, is_chinese};
	struct buf out;

	value_set_text(drawings, "c1", "<svg>one</svg>");
	buf_init(&out);
	if (!page || page_print(page, &print, &out, &err) < 0) {
		CU_ASSERT_EQUAL(out.size, 0);
		buf_add_text(&out, err.text);
	}
	page_free(page);
	value_free(facts);
	value_free(drawings);
	return buf_detach(&out);
}

static void expect(const char *text, bool is_chinese, const char *expected)
{
	struct record_rig *rig = record_rig_new();
	const char *folder = rig->folder;
	char *seen;

	put(folder, "page.html", text);
	seen = printed(folder, "page.html", is_chinese);
	CU_ASSERT_STRING_EQUAL(seen, expected);
	free(seen);
	record_rig_free(rig);
}

static void facts_stand_where_they_are_named(void)
{
	expect("<p>{{ run.id }}, {{count}}</p>", false, "<p>r1, 3</p>");
	expect("{{ run.serial }}", false, "—");
	expect("{{ run.serial.deeper }}", false, "—");
	expect("{{ run.simulated }}/{{ run.real }}", false, "yes/no");
	expect("{{ run.simulated }}/{{ run.real }}", true, "是/否");
	expect("a { b [ c | d ] e", false, "a { b [ c | d ] e");
	expect("{# nothing {{ nowhere }} #}x", false, "x");
	expect("", false, "");
}

static void a_text_in_both_languages_is_printed_in_the_readers(void)
{
	expect("[[检验报告|Test report]]", true, "检验报告");
	expect("[[检验报告|Test report]]", false, "Test report");
	expect("[[共 {{ count }} 项|{{ count }} items]]", true, "共 3 项");
	expect("[[共 {{ count }} 项|{{ count }} items]]", false, "3 items");
	expect("[[仿真|{% if run.simulated %}SIMULATED{% end %}]]!", false, "SIMULATED!");
}

static void whatever_a_fact_holds_it_stays_text(void)
{
	expect("{{ evil }}", false,
	       "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;q&quot;");
	expect("<p title=\"{{ evil }}\">", false,
	       "<p title=\"&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;q&quot;\">");
}

static void control_characters_and_turned_text_are_shown_as_what_they_are(void)
{
	static const char *const SEEN[][2] = {
		{"a\x01z", "a\\x01z"},
		{"a\xffz", "a\\xffz"},
		{"a\xe2\x80\xaez", "a\\u202ez"},
		{"a\xe2\x81\xa6z", "a\\u2066z"},
	};
	struct record_rig *rig = record_rig_new();
	const char *folder = rig->folder;
	const char *folders[] = {folder, NULL};
	struct error err;
	struct page *page;

	put(folder, "page.html", "{{ x }}");
	page = page_read("page.html", folders, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (size_t i = 0; i < sizeof(SEEN) / sizeof(SEEN[0]); i++) {
		struct value *facts = value_map();
		struct page_facts print = {facts, NULL, false};
		struct buf out;

		buf_init(&out);
		value_set_text(facts, "x", SEEN[i][0]);
		CU_ASSERT_EQUAL(page_print(page, &print, &out, &err), 0);
		CU_ASSERT_STRING_EQUAL(out.data, SEEN[i][1]);
		buf_done(&out);
		value_free(facts);
	}
	page_free(page);
	record_rig_free(rig);
}

static void lists_are_gone_through(void)
{
	expect("{% for m in measures %}{{ loop.number }}/{{ loop.count }} {{ m.name }}"
	       "{% if not loop.last %}, {% end %}{% end %}",
	       false, "1/2 t90, 2/2 drop");
	expect("{% for m in none %}x{% else %}none{% end %}", false, "none");
	expect("{% for m in run.serial %}x{% else %}none{% end %}", false, "none");
	expect("{% for a in measures %}{% for b in measures %}{{ a.name }}-{{ b.name }} {% end "
	       "%}{% end %}",
	       false, "t90-t90 t90-drop drop-t90 drop-drop ");
	expect("{% for m in measures %}{% end %}{{ m.name }}", false,
	       "page.html:1:33: 'm.name' has no 'm' that this report knows; here are: run, none, "
	       "count, evil, "
	       "measures");
}

static void what_holds_is_chosen(void)
{
	static const char CHOICE[] =
		"{% for m in measures %}{% if m.verdict is \"PASS\" %}+"
		"{% elif m.verdict is \"FAIL\" %}-{% else %}?{% end %}{% end %}";

	expect(CHOICE, false, "+-");
	expect("{% if run.simulated %}a{% else %}b{% end %}", false, "a");
	expect("{% if run.real %}a{% else %}b{% end %}", false, "b");
	expect("{% if not run.serial %}a{% end %}", false, "a");
	expect("{% if none %}a{% elif count %}b{% end %}", false, "b");
	expect("{% if run.id is not \"r1\" %}a{% else %}b{% end %}", false, "b");
	expect("{% if count is \"3\" %}a{% else %}b{% end %}", false, "b");
}

static void only_a_drawing_of_davys_goes_out_as_it_is(void)
{
	expect("{% for m in measures %}{% if loop.number %}{% end %}{% end %}", false, "");
	expect("{% drawing run.id %}", false, "page.html:1:1: 'run.id' names no drawing");
	expect("{% drawing evil %}", false, "page.html:1:1: 'evil' names no drawing");
	expect("{% for m in measures %}{% drawing m.curve %}{% end %}", false,
	       "page.html:1:24: 'm.curve' names no drawing");
}

static void files_are_included_and_the_laboratorys_come_first(void)
{
	struct record_rig *rig = record_rig_new(), *lab = record_rig_new();
	const char *shipped = rig->folder, *own = lab->folder;
	const char *folders[] = {own, shipped, NULL};
	struct error err;
	struct page *page;
	struct value *facts = json_parse(FACTS, strlen(FACTS), "facts", &err);
	struct page_facts print = {facts, NULL, false};
	char before[HASH_HEX_SIZE], behind[HASH_HEX_SIZE];
	struct buf out;

	buf_init(&out);
	put(shipped, "page.html", "<{% include \"head.html\" %}> {{ run.id }}");
	put(shipped, "head.html", "shipped");
	page = page_read("page.html", folders, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	page_digest(page, before);
	page_free(page);
	put(own, "head.html", "{{ count }} own");
	page = page_read("page.html", folders, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	page_digest(page, behind);
	CU_ASSERT_STRING_NOT_EQUAL(before, behind);
	CU_ASSERT_EQUAL(page_print(page, &print, &out, &err), 0);
	CU_ASSERT_STRING_EQUAL(out.data, "<3 own> r1");
	page_free(page);
	buf_done(&out);
	value_free(facts);
	record_rig_free(rig);
	record_rig_free(lab);
}

static void an_error_names_file_line_and_column(void)
{
	static const char *const WRONG[][2] = {
		{"\n  {{ run.idd }}", "page.html:2:3: 'run.idd' has no 'idd' that this report "
				      "knows; here are: id, serial, simulated, "
				      "real"},
		{"中{{ }}", "page.html:1:4: the name of a fact is wanted here, such as dut.serial"},
		{"{{ a..b }}",
		 "page.html:1:8: the name of a fact is wanted here, such as dut.serial"},
		{"{{ run.id | upper }}", "page.html:1:11: '| upper' is too much here"},
		{"{{ run.id", "page.html:1:1: this {{ has no }} behind it"},
		{"{% if count %}x", "page.html:1:1: this {% if %} has no {% end %}"},
		{"{% for m in measures %}x{% else %}y",
		 "page.html:1:1: this {% for %} has no {% end %}"},
		{"{% for loop in none %}{% end %}",
		 "page.html:1:12: {% for NAME in FACT %} wants a name here"},
		{"{% for m of none %}{% end %}",
		 "page.html:1:9: {% for NAME in FACT %} wants 'in' here"},
		{"x{% end %}", "page.html:1:11: this ends or turns no {% for %} and no {% if %}"},
		{"{% fro m in x %}", "page.html:1:1: 'fro' is no statement; there are for, if, "
				     "elif, else, end, include, drawing"},
		{"[[检验报告]]",
		 "page.html:1:1: a text in two languages is [[中文|English]], and this is not"},
		{"[[检验报告|Test",
		 "page.html:1:1: a text in two languages is [[中文|English]], and this is not"},
		{"{% if count is 3 %}{% end %}",
		 "page.html:1:16: a text in quotes is wanted here, such as \"FAIL\""},
		{"{% if count is \"3 %}{% end %}",
		 "page.html:1:16: a quote begins and does not end within its {% … %}"},
		{"{{ measures }}",
		 "page.html:1:1: 'measures' is no text but has parts; name one of them"},
		{"{% for m in count %}{% end %}",
		 "page.html:1:1: 'count' is no list, so there is no each of it"},
		{"{% include \"../secret\" %}",
		 "page.html:1:1: '../secret' is no name of a file in the folder of templates"},
		{"{% include \".secret\" %}",
		 "page.html:1:1: '.secret' is no name of a file in the folder of templates"},
		{"a\xff", "page.html:1:2: this is no UTF-8; save the file as UTF-8"},
	};

	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
		expect(WRONG[i][0], false, WRONG[i][1]);
}

static void lists_within_lists_end_with_a_sentence(void)
{
	struct buf deep;

	buf_init(&deep);
	for (int i = 0; i < 30; i++)
		buf_printf(&deep, "{%% for m%d in measures %%}", i);
	for (int i = 0; i < 30; i++)
		buf_add_text(&deep, "{% end %}");
	expect(deep.data, false,
	       "page.html:1:666: the page takes more than 4000000 steps: a list within a list, too "
	       "often");
	buf_done(&deep);
}

static void a_file_that_includes_itself_ends_with_a_sentence(void)
{
	struct record_rig *rig = record_rig_new();
	const char *folder = rig->folder;
	char *seen;

	put(folder, "page.html", "{% include \"page.html\" %}");
	seen = printed(folder, "page.html", false);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(seen, "this stands more than 32 levels deep; does a file include itself?"));
	free(seen);
	put(folder, "page.html", "{% include \"missing.html\" %}");
	seen = printed(folder, "page.html", false);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(seen, "page.html:1:1: there is no template 'missing.html' in "));
	free(seen);
	record_rig_free(rig);
}

void suite_page(void)
{
	suite_begin("page");
	claim(facts_stand_where_they_are_named);
	claim(a_text_in_both_languages_is_printed_in_the_readers);
	claim(whatever_a_fact_holds_it_stays_text);
	claim(control_characters_and_turned_text_are_shown_as_what_they_are);
	claim(lists_are_gone_through);
	claim(what_holds_is_chosen);
	claim(only_a_drawing_of_davys_goes_out_as_it_is);
	claim(files_are_included_and_the_laboratorys_come_first);
	claim(an_error_names_file_line_and_column);
	claim(lists_within_lists_end_with_a_sentence);
	claim(a_file_that_includes_itself_ends_with_a_sentence);
}
