/* SPDX-License-Identifier: Apache-2.0 */
/* What runs draw from a cylinder is less in it once they are recorded: of a run with a journal of its own making, in the log. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/records.h"
#include "tests/claims.h"
#include "tests/journal_rig.h"

struct answer {
	struct loop *loop;
	struct value *appended;
	struct error error;
};

static void told(void *ctx, const struct value *appended, const struct error *err)
{
	struct answer *answer = ctx;

	answer->appended = value_copy(appended);
	answer->error = err ? *err : (struct error){0};
	loop_quit(answer->loop);
}

static struct value *json_of(const char *text)
{
	struct error err;
	struct value *value = json_parse(text, strlen(text), "it", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

static void hear(struct answer *answer)
{
	struct error err;

	CU_ASSERT_EQUAL(loop_run(answer->loop, &err), 0);
}

static void append(struct records *records, struct answer *answer, const char *text)
{
	struct value *request = json_of(text);

	records_append(records, request, told, answer);
	hear(answer);
	if (answer->error.kind)
		CU_FAIL(answer->error.text);
	value_free(answer->appended);
	value_free(request);
}

static void give(struct rig *rig, const char *kind, const char *text)
{
	journal_line(rig->journal, 0, kind, json_of(text));
}

static void record(struct records *records, struct answer *answer, const char *folder)
{
	records_run(records, folder, told, answer);
	hear(answer);
	if (answer->error.kind)
		CU_FAIL(answer->error.text);
	value_free(answer->appended);
}

static double drawn(struct records *records, struct answer *answer)
{
	double volume;

	records_register(records, told, answer);
	hear(answer);
	volume = value_get_real(
		value_get(value_at(value_get(answer->appended, "connections"), 0), "cylinder"),
		"drawn", -1);
	value_free(answer->appended);
	return volume;
}

static const char CYLINDER[] =
	"{\"kind\":\"cylinder\",\"says\":{\"cylinder\":\"G-17\",\"balance\":\"air\","
	"\"certificate\":\"C\",\"due\":\"2099-12-31\",\"content\":\"700 L\",\"residual\":\"0.5 "
	"MPa\","
	"\"by\":\"0017\",\"components\":[{\"gas\":\"CH4\",\"value\":\"2.06\",\"unit\":\"%vol\","
	"\"expanded\":\"1.0 %\",\"k\":\"2\"}]}}";
static const char CONNECTION[] =
	"{\"kind\":\"connection\",\"says\":{\"line\":\"ch4\",\"cylinder\":\"G-17\","
	"\"component\":\"CH4\",\"pressure\":\"9 MPa\",\"leak\":\"soap\",\"by\":\"0017\"}}";

static void what_a_run_drew_is_debited_once(void)
{
	struct rig rig;
	struct records *records;
	struct answer answer = {0};
	struct writer *writer;
	struct error err;
	char *state;

	rig_open(&rig, 1);
	give(&rig, "run", "{\"run\":\"r1\",\"protocol\":\"p\",\"simulated\":false,\"order\":{}}");
	give(&rig, "anchor", "{\"ns\":1790000000000000000,\"from\":\"system\"}");
	give(&rig, "gas",
	     "{\"line\":\"ch4\",\"cylinder\":\"G-17\",\"seconds\":5,\"volume\":0.5,"
	     "\"unit\":\"L\"}");
	give(&rig, "gas",
	     "{\"line\":\"ch4\",\"cylinder\":\"G-17\",\"seconds\":5,\"volume\":0.25,"
	     "\"unit\":\"L\"}");
	give(&rig, "verdict", "{\"verdict\":\"PASS\"}");
	rig_finish(&rig);
	state = xprintf("%s/state", rig.folder);
	answer.loop = rig.loop;
	writer = writer_new(rig.loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	records = records_open(state, "build/davy-lua", writer);
	append(records, &answer, CYLINDER);
	append(records, &answer, CONNECTION);
	CU_ASSERT_DOUBLE_EQUAL(drawn(records, &answer), 0, 0);

	record(records, &answer, rig.run);
	CU_ASSERT_DOUBLE_EQUAL(drawn(records, &answer), 0.75, 1e-9);
	record(records, &answer, rig.run);
	CU_ASSERT_DOUBLE_EQUAL(drawn(records, &answer), 0.75, 1e-9);

	append(records, &answer, CYLINDER);
	CU_ASSERT_DOUBLE_EQUAL(drawn(records, &answer), 0, 0);
	writer_free(writer);
	records_close(records);
	free(state);
	rig_close(&rig);
}

void suite_gas_debit(void)
{
	suite_begin("gas debit");
	claim(what_a_run_drew_is_debited_once);
}
