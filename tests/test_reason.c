/* SPDX-License-Identifier: Apache-2.0 */
/* Why a verdict is what it is, in Chinese. That no reason is left out: reasons.py, by claims_why.sh. */
#include <stdlib.h>
#include <string.h>

#include "run/reason.h"
#include "tests/claims.h"
#include "verdict/decision.h"

static void is_said(const char *english, const char *chinese)
{
	char *made = reason_chinese(english);

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	CU_ASSERT_STRING_EQUAL(made, chinese);
	free(made);
}

static void a_value_outside_its_limit_is_told_with_both(void)
{
	is_said("23.1 s is outside <= 20 s", "23.1 s 不符合限值 <= 20 s");
	is_said("± 0.3 V left >= 1 V", "± 0.3 V 已超出 >= 1 V");
	is_said("t90[2]: 19.9 s is too close to <= 20 s to decide",
		"t90[2]:19.9 s 过于接近限值 <= 20 s,无法判定");
}

static void a_reason_within_another_is_told_too(void)
{
	is_said("as left, as the order says; as found it was FAIL: zero as found: 0.31 %vol is "
		"outside ± 0.1 %vol",
		"按下达检验时的要求,以调校后的状态判定;调校前为不合格:zero(调校前):0.31 %vol "
		"不符合限值 ± 0.1 %vol");
	is_said("slot 2: bus: LINK LOST: the wire is gone: Input/output error (meter, load)",
		"slot 2:bus:链路中断:线路已断开:输入输出错误(meter, load)");
}

static void the_form_that_says_more_is_taken(void)
{
	is_said("step 'Mass' gave no value for 'loss' in repeat 2",
		"步骤“Mass”第 2 次未给出“loss”的示值");
	is_said("no reply to 'FLOW?' (3 tries, 300 ms each)", "'FLOW?' 没有应答(3 次,每次 300 ms)");
}

static void what_a_script_says_stays_as_it_was_said(void)
{
	CU_ASSERT_PTR_NULL(reason_chinese("mass.lua:12: the valve is stuck"));
	CU_ASSERT_PTR_NULL(reason_chinese("a.lua:1: 23.1 s is outside"));
	CU_ASSERT_PTR_NULL(reason_chinese("the gas left the hood"));
	CU_ASSERT_PTR_NULL(reason_chinese("the pin is outside the housing, by far"));
	CU_ASSERT_PTR_NULL(reason_chinese("it is broken, not repaired"));
	CU_ASSERT_PTR_NULL(reason_chinese(""));
	CU_ASSERT_PTR_NULL(reason_chinese(NULL));
}

/* A quantity is said as the decision says it: what decides and what reads it belong to one table. */
static void what_a_decision_says_is_understood(void)
{
	struct quantity quantity = {.value = 23.1};
	struct decision decision;
	struct limit limit;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(unit_parse(&quantity.unit, "s", &err), 0);
	CU_ASSERT_EQUAL_FATAL(limit_parse(&limit, "<= 20 s", &err), 0);
	CU_ASSERT_EQUAL_FATAL(decide(&decision, &limit, &quantity, RULE_SIMPLE, 2, &err), 0);

	CU_ASSERT_EQUAL(decision.verdict, VERDICT_FAIL);
	is_said(decision.why, "23.1 s 不符合限值 <= 20 s");
}

static size_t parts_of(const char *text, char mark)
{
	size_t count = 0;

	for (; (text = strchr(text, mark)) != NULL; text++)
		count++;
	return count;
}

static void takes_all_of_its_parts(const struct reason_form *form)
{
	size_t parts = parts_of(form->english, '%');

	CU_ASSERT(parts <= 6);
	CU_ASSERT_EQUAL(parts_of(form->chinese, '{'), parts);
	CU_ASSERT_EQUAL(parts_of(form->chinese, '}'), parts);
	for (size_t i = 0; i < parts; i++) {
		char part[] = {'{', (char)('1' + i), '\0'};

		CU_ASSERT_PTR_NOT_NULL(strstr(form->chinese, part));
	}
	for (const char *at = form->english; (at = strchr(at, '%')) != NULL; at++)
		CU_ASSERT_PTR_NOT_NULL(strchr("sdgq", at[1]));
}

static void each_form_takes_all_of_its_parts(void)
{
	for (const struct reason_form *form = REASON_FORMS; form->english; form++)
		takes_all_of_its_parts(form);
	for (const struct reason_form *form = PROOF_REASON_FORMS; form->english; form++)
		takes_all_of_its_parts(form);
}

static void what_a_proof_finds_is_told_with_its_parts(void)
{
	is_said("record 5: in STATE/records/records.db it stands, and nowhere else",
		"第 5 号记录:数据库 STATE/records/records.db 中有该记录,而别处没有");
	is_said("record 4: it was made behind another record than the one before it here: one of "
		"both was put in later",
		"第 4 号记录:与前一条记录不相连:两者之一是事后插入的");
	is_said("its series 'reading' 3 is not the one that was recorded: it was swapped or edited",
		"数据序列“reading”3 不是所登记的序列:被替换或改动");
	is_said("its journal says that it was simulated, the record real, and the key that signed "
		"it real",
		"检验日志称为仿真,记录称为真实,签名密钥用于真实");
	is_said("checkpoint: there were 5 records, and there are 4: record 5 is missing",
		"checkpoint:当时有 5 条记录,现有 4 条:第 5 号记录缺失");
}

static void a_text_made_for_it_takes_no_time(void)
{
	char text[1900] = "";

	for (size_t i = 0; i + 4 < sizeof(text); i += 2)
		strcat(text, i % 8 ? ": " : "; ");
	free(reason_chinese(text));
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = "is , but its contact says : "[i % 28];
	text[sizeof(text) - 1] = '\0';
	free(reason_chinese(text)); /* bounded by its tries, not by a clock */
}

void suite_reason(void)
{
	suite_begin("reason");
	claim(a_value_outside_its_limit_is_told_with_both);
	claim(a_reason_within_another_is_told_too);
	claim(the_form_that_says_more_is_taken);
	claim(what_a_script_says_stays_as_it_was_said);
	claim(what_a_decision_says_is_understood);
	claim(what_a_proof_finds_is_told_with_its_parts);
	claim(each_form_takes_all_of_its_parts);
	claim(a_text_made_for_it_takes_no_time);
}
