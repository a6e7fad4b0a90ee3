/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields in the order in which they are printed. Samplers are named by staff number, two of them, since fewer, or no
 * notice, lets the inspected party refuse; both sign the record (davy sign --as sampler).
 */
#include "cli/sampling_form.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/options.h"

static const struct {
	const char *name;
	struct words title; /* what is recorded is the Chinese one */
	bool is_needed;
} FIELDS[] = {
	{"form", {"Sampling form no.", "抽样单编号"}, true},
	{"task", {"Source and kind of the task", "任务来源/任务类别"}},
	{"notice", {"Notice no.", "抽查依据(通知书号)"}, true},
	{"party", {"Inspected party", "受检单位名称"}, true},
	{"party_code", {"Unified social credit code", "统一社会信用代码"}},
	{"party_address", {"Address of the inspected party", "受检单位地址"}},
	{"party_legal", {"Legal representative", "法定代表人"}},
	{"party_contact", {"Contact", "联系人"}},
	{"party_phone", {"Telephone", "电话"}},
	{"party_size", {"Size", "规模"}},
	{"mine_type", {"Kind of mine", "矿井类型"}},
	{"maker", {"Manufacturer", "生产单位名称"}},
	{"maker_address", {"Address of the manufacturer", "生产单位地址"}},
	{"maker_phone", {"Telephone of the manufacturer", "生产单位电话"}},
	{"product", {"Product", "产品名称"}, true},
	{"model", {"Model", "规格型号"}},
	{"trade_mark", {"Trade mark", "商标"}},
	{"produced", {"Production date or batch", "生产日期/批号"}},
	{"standard", {"Product standard", "执行标准"}},
	{"certificate", {"Safety mark and its validity", "安全标志编号及有效期"}},
	{"explosion_proof", {"Explosion-proof certificate", "防爆合格证号"}},
	{"tag", {"Electronic tag or code, word for word", "电子标签/二维码原文"}},
	{"rated", {"Rated values", "标称参数"}},
	{"service_life", {"Service life", "使用年限"}},
	{"use", {"In stock or in use", "使用状态(库存/在用)"}},
	{"date", {"Date of sampling", "抽样日期"}, true},
	{"place", {"Place of sampling", "抽样地点"}, true},
	{"method", {"Method (random numbers)", "抽样方式(随机数)"}},
	{"base", {"Sampling base", "抽样基数"}, true},
	{"count", {"Units sampled", "抽样数量"}, true},
	{"tested", {"To be tested", "检样数"}},
	{"kept", {"In reserve", "备样数"}},
	{"kept_at", {"Where the reserve is kept", "备样存放地"}},
	{"seal", {"Seal numbers", "封条编号"}, true},
	{"seal_state", {"State of the seals", "封样状态"}},
	{"photos", {"Photographs", "照片"}},
	{"send_to", {"Samples are sent to", "寄送样地址"}},
	{"send_by", {"… by", "截止日期"}},
	{"fee", {"Cost of the samples", "样品费用"}},
	{"opinion", {"Opinion of the inspected party", "受检单位意见"}},
	{"sampler1", {"First sampler, staff no.", "抽样人员(一)工号"}, true},
	{"sampler2", {"Second sampler, staff no.", "抽样人员(二)工号"}, true},
	{"remark", {"Remark", "备注"}},
};

static const struct {
	struct words unknown, nearest, missing, same;
} TEXTS = {
	.unknown = {"the sampling form has no field '%.40s'%s%s", "抽样单没有栏目 '%.40s'%s%s"},
	.nearest = {"; the nearest is ", ";最接近的是 "},
	.missing = {"the sampling form lacks fields, each is given by --form FIELD=…: %s",
		    "抽样单缺少栏目,请逐项用 --form 栏目=… 给出:%s"},
	.same = {"the second sampler is another person than %.40s",
		 "第二名抽样人员须与 %.40s 不是同一人"},
};

enum { FIELD_COUNT = sizeof(FIELDS) / sizeof(FIELDS[0]) };

static int refuse_unknown(const char *name, struct error *err)
{
	const char *names[FIELD_COUNT + 1] = {0}, *nearest;

	for (int i = 0; i < FIELD_COUNT; i++) {
		if (!strcmp(FIELDS[i].name, name))
			return 0;
		names[i] = FIELDS[i].name;
	}
	nearest = options_nearest(names, name);
	return error_set(err, ERROR_USAGE, say(TEXTS.unknown), name,
			 nearest ? say(TEXTS.nearest) : "", nearest ? nearest : "");
}

/* All at once: whoever fills it in reads one sentence, not one for each field. */
static int refuse_missing(const struct value *given, struct error *err)
{
	struct buf missing;
	int done = 0;

	buf_init(&missing);
	for (int i = 0; i < FIELD_COUNT; i++) {
		const char *text = value_get_text(given, FIELDS[i].name);

		if (FIELDS[i].is_needed && (!text || !text[0]))
			buf_printf(&missing, "%s%s (%s)", missing.size ? ", " : "", FIELDS[i].name,
				   FIELDS[i].title.chinese);
	}
	if (missing.size)
		done = error_set(err, ERROR_USAGE, say(TEXTS.missing), missing.data);
	buf_done(&missing);
	return done;
}

int sampling_form_check(const struct value *given, struct error *err)
{
	const char *first = value_get_text(given, "sampler1");
	const char *second = value_get_text(given, "sampler2");

	for (size_t i = 0; i < value_count(given); i++)
		if (refuse_unknown(value_key(given, i), err) < 0)
			return -1;
	if (refuse_missing(given, err) < 0)
		return -1;
	if (!strcmp(first, second))
		return error_set(err, ERROR_USAGE, say(TEXTS.same), first);
	return 0;
}

struct value *sampling_form_describe(const struct value *given)
{
	struct value *list = value_list();

	for (int i = 0; i < FIELD_COUNT; i++) {
		const char *text = value_get_text(given, FIELDS[i].name);
		struct value *one;

		if (!text)
			continue;
		one = value_add(list, value_map());
		value_set_text(one, "name", FIELDS[i].name);
		value_set_text(one, "title", FIELDS[i].title.chinese);
		value_set_text(one, "value", text);
	}
	return list;
}

struct value *sampling_form_fields(const struct value *described)
{
	struct value *list = value_list();

	for (int i = 0; i < FIELD_COUNT; i++) {
		struct value *one = value_add(list, value_map());

		value_set_text(one, "name", FIELDS[i].name);
		value_set_text(one, "title", say(FIELDS[i].title));
		value_set(one, "value", value_nil());
		for (size_t k = 0; k < value_count(described); k++) {
			const struct value *given = value_at(described, k);
			const char *name = value_get_text(given, "name");

			if (name && !strcmp(name, FIELDS[i].name) && value_get(given, "value"))
				value_set(one, "value", value_copy(value_get(given, "value")));
		}
	}
	return list;
}
