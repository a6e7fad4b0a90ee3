/* SPDX-License-Identifier: Apache-2.0 */
/* What was read on equipment, against what is known: each thing that may not fit, by the finding that names it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/event.h"
#include "record/identification.h"
#include "record/identity.h"
#include "record/safety_mark.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define PLATE                                                                                      \
	"'ma':'MFA150001','serial':'2025-0001','model':'ZH30','maker':'甲厂','made':'2026-06',"  \
	"'life':'2029-06'"
#define REST                                                                                       \
	"'class':'self_rescuer.chemical_oxygen','seal':{'state':'intact'},'mass':'2.1 kg',"        \
	"'nominal':'2.09 .. 2.11 kg','arrived':'2026-09-01','photos':1"
#define TAG "'tag':{'uid':'E2003412'}"
#define CODE "'code':{'text':'https://x.cn/?n=MFA150001'}"
#define GOOD "{'nameplate':{" PLATE "}," TAG "," CODE "," REST "}"

#define ROW                                                                                          \
	"{'number':'MFA150001','maker':'甲厂','model':'ZH30','until':'2030-02-28','state':'valid'" \
	"}"
#define OTHER_MAKER "{'number':'MFA150001','maker':'乙厂','model':'ZH30','until':'2030-01-01'}"
#define MARKS(rows, scope, as_of)                                                                  \
	"'marks':{'as_of':'" as_of "','scope':'" scope "','rows':[" rows "]}"
#define PROHIBITED(rows) "'prohibited':{'as_of':'2026-11-01','scope':'complete','rows':[" rows "]}"
#define FACTS(marks, rest) "{'today':'2026-11-27'," marks "," rest "}"
#define WELL FACTS(MARKS(ROW, "complete", "2026-11-01"), PROHIBITED("") ",'seen':[]")
#define SEEN(one) FACTS(MARKS(ROW, "complete", "2026-11-01"), PROHIBITED("") ",'seen':[" one "]")
#define RULES "{'snapshotDays':30,'arrivalMonths':4}"

struct assessed {
	char *findings; /* their names, each behind a blank */
	enum identity_outcome outcome;
};

static struct assessed assess(const char *read_text, const char *facts_text, const char *rules_text)
{
	struct value *read = said(read_text), *facts = said(facts_text), *rules = said(rules_text);
	struct error err = {0};
	struct value *answer;
	struct assessed assessed;
	struct buf names;

	CU_ASSERT_EQUAL(identity_check_read(read, &err), 0);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	answer = identity_assess(read, facts, rules);
	buf_init(&names);
	for (size_t i = 0; i < value_count(value_get(answer, "findings")); i++)
		buf_printf(&names, " %s",
			   value_get_text(value_at(value_get(answer, "findings"), i), "finding"));
	buf_add_text(&names, " ");
	assessed.findings = buf_detach(&names);
	assessed.outcome = identity_outcome_find(value_get_text(answer, "outcome"));
	value_free(answer);
	value_free(rules);
	value_free(facts);
	value_free(read);
	return assessed;
}

static void check(const char *read, const char *facts, const char *rules, const char *finding,
		  enum identity_outcome outcome)
{
	struct assessed assessed = assess(read, facts, rules);
	char *wanted = xprintf(" %s ", finding);

	if (!strstr(assessed.findings, wanted)) {
		char *why = xprintf("no%sin%s", wanted, assessed.findings);

		CU_FAIL(why);
		free(why);
	}
	CU_ASSERT_EQUAL(assessed.outcome, outcome);
	free(wanted);
	free(assessed.findings);
}

static void nothing_is_found_only_where_all_was_looked_at(void)
{
	struct assessed assessed = assess(GOOD, WELL, RULES);

	CU_ASSERT_EQUAL(assessed.outcome, IDENTITY_NOTHING_FOUND);
	CU_ASSERT_STRING_EQUAL(assessed.findings,
			       " number_formal as_registered not_prohibited tag_alone code_agrees "
			       "dates_in_order seal_intact mass_agrees photo_kept ");
	free(assessed.findings);
}

static void what_was_not_looked_at_cannot_be_verified(void)
{
	static const char *const MISSING[] = {"number_unread", "serial_unread", "tag_unread",
					      "code_unread",   "made_unread",	"life_unread",
					      "seal_unread",   "photo_missing"};

	for (size_t i = 0; i < sizeof(MISSING) / sizeof(MISSING[0]); i++)
		check("{}", WELL, RULES, MISSING[i], IDENTITY_CANNOT_VERIFY);
	check("{'class':'self_rescuer.compressed_oxygen'}", WELL, RULES, "arrival_unread",
	      IDENTITY_CANNOT_VERIFY);
	check("{'class':'self_rescuer.compressed_oxygen'}", WELL, RULES, "mass_unread",
	      IDENTITY_CANNOT_VERIFY);
	check(GOOD, "{'today':'2026-11-27'}", RULES, "no_register", IDENTITY_CANNOT_VERIFY);
	check(GOOD, "{'today':'2026-11-27'}", RULES, "no_prohibited", IDENTITY_CANNOT_VERIFY);
}

static void a_number_that_a_whole_register_has_not_is_suspected(void)
{
	check(GOOD, FACTS(MARKS("", "complete", "2026-11-01"), PROHIBITED("")), RULES, "not_listed",
	      IDENTITY_SUSPECTED);
	check(GOOD, FACTS(MARKS("", "partial", "2026-11-01"), PROHIBITED("")), RULES,
	      "not_listed_here", IDENTITY_CANNOT_VERIFY);
}

static void an_old_snapshot_verifies_nothing(void)
{
	check(GOOD, FACTS(MARKS(ROW, "complete", "2026-10-28"), PROHIBITED("") ",'seen':[]"), RULES,
	      "as_registered", IDENTITY_NOTHING_FOUND);
	check(GOOD, FACTS(MARKS(ROW, "complete", "2026-10-27"), PROHIBITED("") ",'seen':[]"), RULES,
	      "register_old", IDENTITY_CANNOT_VERIFY);
	check(GOOD, FACTS(MARKS("", "complete", "2026-10-27"), PROHIBITED("") ",'seen':[]"), RULES,
	      "register_old", IDENTITY_CANNOT_VERIFY);
	check(GOOD,
	      FACTS(MARKS(OTHER_MAKER, "complete", "2026-10-27"), PROHIBITED("") ",'seen':[]"),
	      RULES, "register_old", IDENTITY_CANNOT_VERIFY);
	check(GOOD,
	      FACTS(MARKS(ROW, "complete", "2026-11-01"),
		    "'prohibited':{'as_of':'2026-10-27','scope':'complete','rows':[{'model':'ZH30'}"
		    "]}"),
	      RULES, "prohibited_old", IDENTITY_CANNOT_VERIFY);
}

#define WITH_ROW(row) FACTS(MARKS(row, "complete", "2026-11-01"), PROHIBITED(""))

static void the_register_and_the_nameplate_must_agree(void)
{
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'乙厂','model':'ZH30','until':'2030-01-01'}"),
	      RULES, "maker_differs", IDENTITY_MISMATCH);
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'甲厂','model':'ZH45','until':'2030-01-01'}"),
	      RULES, "model_differs", IDENTITY_MISMATCH);
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'甲 "
		       "厂','model':'ｚｈ３０','until':'2030-01-01'}"),
	      RULES, "as_registered", IDENTITY_NOTHING_FOUND);
	check(GOOD, WITH_ROW("{'number':'MFA150001','model':'ZH30','until':'2030-01-01'}"), RULES,
	      "maker_unsaid", IDENTITY_CANNOT_VERIFY);
	check(GOOD, WITH_ROW("{'number':'MFA150001','maker':'甲厂','model':'ZH30'}"), RULES,
	      "state_unsaid", IDENTITY_CANNOT_VERIFY);
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'甲厂','model':'ZH30','state':'revoked'}"),
	      RULES, "void_certificate", IDENTITY_MISMATCH);
}

static void a_certificate_counts_for_what_was_made_while_it_held(void)
{
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'甲厂','model':'ZH30','until':'2026-05-31'}"),
	      RULES, "made_after_validity", IDENTITY_MISMATCH);
	check(GOOD,
	      WITH_ROW("{'number':'MFA150001','maker':'甲厂','model':'ZH30','until':'2026-06-15','"
		       "state':'expired'}"),
	      RULES, "as_registered", IDENTITY_NOTHING_FOUND);
	check("{'nameplate':{'ma':'MFA150001','serial':'1','model':'ZH30','maker':'甲厂','made':'"
	      "2014-12'}}",
	      WELL, RULES, "made_before_mark", IDENTITY_MISMATCH);
}

#define PROHIBITS(row) FACTS(MARKS(ROW, "complete", "2026-11-01"), PROHIBITED(row))

static void a_prohibited_model_is_named_with_its_basis(void)
{
	check(GOOD, PROHIBITS("{'model':'ZH30','basis':'list 3'}"), RULES, "prohibited_model",
	      IDENTITY_MISMATCH);
	check(GOOD, PROHIBITS("{'model':'ZH30','maker':'丁厂'}"), RULES, "not_prohibited",
	      IDENTITY_NOTHING_FOUND);
}

static void a_tag_that_was_elsewhere_is_suspected(void)
{
	check(GOOD, SEEN("{'tag':'e2:00:34:12','number':'MFA150001','serial':'2025-0002'}"), RULES,
	      "tag_elsewhere", IDENTITY_SUSPECTED);
	check(GOOD, SEEN("{'tag':'E2003499','number':'MFA150001','serial':'2025-0001'}"), RULES,
	      "another_tag", IDENTITY_SUSPECTED);
	check(GOOD, SEEN("{'tag':'E200-3412','number':'mfa150001','serial':'2025—0001'}"), RULES,
	      "seen_before", IDENTITY_NOTHING_FOUND);
	check(GOOD, SEEN("{'number':'MFA150001','serial':'2025-0001'}"), RULES, "seen_before",
	      IDENTITY_NOTHING_FOUND);
}

#define CODED(code) "{'nameplate':{" PLATE "}," TAG ",'code':{" code "}," REST "}"

static void code_and_tag_are_held_against_the_nameplate(void)
{
	check(CODED("'text':'n=MFA160009'"), WELL, RULES, "code_differs", IDENTITY_MISMATCH);
	check(CODED("'text':'MFA160009 MFA150001'"), WELL, RULES, "code_agrees",
	      IDENTITY_NOTHING_FOUND);
	check(CODED("'text':'SN: 2025-0001'"), WELL, RULES, "code_agrees", IDENTITY_NOTHING_FOUND);
	check(CODED("'text':'https://x.cn/a8f3'"), WELL, RULES, "code_strange",
	      IDENTITY_CANNOT_VERIFY);
	check(CODED("'model':'ZH45'"), WELL, RULES, "code_differs", IDENTITY_MISMATCH);
	check("{'nameplate':{" PLATE "},'tag':{'uid':'E2003412','made':'2025-06'}," CODE "," REST
	      "}",
	      WELL, RULES, "tag_differs", IDENTITY_MISMATCH);
	check("{'nameplate':{" PLATE "}," CODE "," REST ",'without':['tag']}", WELL, RULES,
	      "tag_absent", IDENTITY_NOTHING_FOUND);
	check("{'nameplate':{" PLATE "}," TAG "," CODE ",'document':{'maker':'丙厂'}," REST "}",
	      WELL, RULES, "document_differs", IDENTITY_MISMATCH);
}

#define DATED(made, life, arrived)                                                                 \
	"{'nameplate':{'ma':'MFA150001','serial':'2025-0001','model':'ZH30','maker':'甲厂',"     \
	"'made':'" made "','life':'" life "'}," TAG "," CODE                                       \
	",'class':'self_rescuer.chemical_oxygen','seal':{'state':'intact'},'mass':'2.1 kg',"       \
	"'nominal':'2.09 .. 2.11 kg','photos':1,'arrived':'" arrived "'}"

static void dates_must_be_in_order(void)
{
	check(DATED("2026-12-01", "2029-06", "2026-12-01"), WELL, RULES, "made_early",
	      IDENTITY_SUSPECTED);
	check(DATED("2026-06-15", "2026-11-26", "2026-09-01"), WELL, RULES, "life_over",
	      IDENTITY_MISMATCH);
	check(DATED("2026-06-15", "2026-11", "2026-09-01"), WELL, RULES, "dates_in_order",
	      IDENTITY_NOTHING_FOUND);
	check(DATED("2026-06-15", "2029-06", "2026-06-14"), WELL, RULES, "arrival_early",
	      IDENTITY_SUSPECTED);
	check(DATED("2026-06-15", "2029-06", "2026-10-15"), WELL, RULES, "dates_in_order",
	      IDENTITY_NOTHING_FOUND);
	check(DATED("2026-06-15", "2029-06", "2026-10-16"), WELL, RULES, "arrival_late",
	      IDENTITY_MISMATCH);
	check(DATED("2025-10-31", "2029-06", "2026-02-28"), WELL, RULES, "dates_in_order",
	      IDENTITY_NOTHING_FOUND);
	check(DATED("2026-06-15", "2029-06", "2026-10-15"), WELL, "{'snapshotDays':30}",
	      "arrival_unruled", IDENTITY_CANNOT_VERIFY);
}

static void seal_and_mass_are_looked_at(void)
{
	check("{'seal':{'state':'broken'}}", WELL, RULES, "seal_broken", IDENTITY_SUSPECTED);
	check("{'without':['seal']}", WELL, RULES, "seal_absent", IDENTITY_SUSPECTED);
	check("{'without':['ma','serial']}", WELL, RULES, "serial_absent", IDENTITY_SUSPECTED);
	check("{'mass':'2.08 kg','nominal':'2.09 .. 2.11 kg'}", WELL, RULES, "mass_differs",
	      IDENTITY_SUSPECTED);
	check("{'mass':'2100 g','nominal':'2.09 .. 2.11 kg'}", WELL, RULES, "mass_agrees",
	      IDENTITY_CANNOT_VERIFY);
	check("{'mass':'2.1 kg'}", WELL, RULES, "mass_unknown", IDENTITY_CANNOT_VERIFY);
}

static void numbers_have_a_form_that_proves_nothing(void)
{
	char number[SAFETY_MARK_SIZE];
	const char *at = "see MFA1500011, KAB209999; (mfa150001)";

	CU_ASSERT(safety_mark_read("ｍfa 150001", number));
	CU_ASSERT_STRING_EQUAL(number, "MFA150001");
	CU_ASSERT_EQUAL(safety_mark_year(number), 2015);
	CU_ASSERT_FALSE(safety_mark_read("MFA15001", NULL));
	CU_ASSERT_FALSE(safety_mark_read("XFA150001", NULL));
	CU_ASSERT(safety_mark_find(&at, number));
	CU_ASSERT_STRING_EQUAL(number, "KAB209999");
	CU_ASSERT(safety_mark_find(&at, number));
	CU_ASSERT_STRING_EQUAL(number, "MFA150001");
	CU_ASSERT_FALSE(safety_mark_find(&at, number));
	check("{'nameplate':{'ma':'MFA270001'}}", WELL, RULES, "number_early", IDENTITY_SUSPECTED);
	check("{'nameplate':{'ma':'15-0001'}}", WELL, RULES, "number_odd", IDENTITY_CANNOT_VERIFY);
}

/* An event whose mse:identity says what follows from these, and then `outcome` instead, where there is one. */
static int verify(const char *outcome, const char *finding, struct error *err)
{
	struct value *event = value_map(), *identity = value_map(), *found;
	int done;

	value_set_int(identity, "method", IDENTITY_METHOD);
	value_set(identity, "read", said(GOOD));
	value_set(identity, "facts", said(WELL));
	value_set(identity, "rules", said(RULES));
	found = identity_assess(value_get(identity, "read"), value_get(identity, "facts"),
				value_get(identity, "rules"));
	value_set_text(identity, "outcome", outcome ? outcome : value_get_text(found, "outcome"));
	value_set(identity, "findings", value_copy(value_get(found, "findings")));
	if (finding)
		value_set_text((struct value *)value_at(value_get(identity, "findings"), 1),
			       "finding", finding);
	event_extend(event, "identity", identity);
	done = identification_verify(event, err);
	value_free(found);
	value_free(identity);
	value_free(event);
	return done;
}

static void whoever_verifies_a_record_weighs_it_again(void)
{
	struct error err;

	CU_ASSERT_EQUAL(verify(NULL, NULL, &err), 0);
	CU_ASSERT_EQUAL(verify("suspected", NULL, &err), -1);
	CU_ASSERT_EQUAL(verify(NULL, "not_listed", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "its identification does not say what follows from what "
					 "was read");
}

static void refuse(const char *text, const char *why)
{
	struct value *read = said(text);
	struct error err = {0};

	CU_ASSERT_EQUAL(identity_check_read(read, &err), -1);
	if (!strstr(err.text, why))
		CU_ASSERT_STRING_EQUAL(err.text, why);
	value_free(read);
}

static void what_cannot_be_compared_is_refused(void)
{
	refuse("{'nameplate':{'colour':'red'}}", "nothing is called 'colour' here");
	refuse("{'readers':{'scale':'x'}}", "nothing is called 'scale' here");
	refuse("{'nameplate':'MFA150001'}", "nameplate: it has named members");
	refuse("{'nameplate':{'made':'2026-02-30'}}", "'2026-02-30' is no day");
	refuse("{'arrived':'2026-02'}", "write it as 2026-03-01");
	refuse("{'seal':{'state':'whole'}}", "a seal is intact, broken or absent");
	refuse("{'seal':{'number':'7'}}", "a seal is intact, broken or absent");
	refuse("{'mass':'2.1 m'}", "'2.1 m' is no mass");
	refuse("{'mass':'2.1 kg','nominal':'2.09 .. 2.11 m'}", "is no range of masses");
	refuse("{'without':['maker']}", "may be without is ma, serial");
	refuse("{'photos':-1}", "nothing is called 'photos' here");
}

void suite_identity(void)
{
	suite_begin("identity");
	claim(nothing_is_found_only_where_all_was_looked_at);
	claim(what_was_not_looked_at_cannot_be_verified);
	claim(a_number_that_a_whole_register_has_not_is_suspected);
	claim(an_old_snapshot_verifies_nothing);
	claim(the_register_and_the_nameplate_must_agree);
	claim(a_certificate_counts_for_what_was_made_while_it_held);
	claim(a_prohibited_model_is_named_with_its_basis);
	claim(a_tag_that_was_elsewhere_is_suspected);
	claim(code_and_tag_are_held_against_the_nameplate);
	claim(dates_must_be_in_order);
	claim(seal_and_mass_are_looked_at);
	claim(numbers_have_a_form_that_proves_nothing);
	claim(whoever_verifies_a_record_weighs_it_again);
	claim(what_cannot_be_compared_is_refused);
}
