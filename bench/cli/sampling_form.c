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
	const char *name, *title;
	bool is_needed;
} FIELDS[] = {
	{"form", "抽样单编号", true},
	{"task", "任务来源/任务类别"},
	{"notice", "抽查依据(通知书号)", true},
	{"party", "受检单位名称", true},
	{"party_code", "统一社会信用代码"},
	{"party_address", "受检单位地址"},
	{"party_legal", "法定代表人"},
	{"party_contact", "联系人"},
	{"party_phone", "电话"},
	{"party_size", "规模"},
	{"mine_type", "矿井类型"},
	{"maker", "生产单位名称"},
	{"maker_address", "生产单位地址"},
	{"maker_phone", "生产单位电话"},
	{"product", "产品名称", true},
	{"model", "规格型号"},
	{"trade_mark", "商标"},
	{"produced", "生产日期/批号"},
	{"standard", "执行标准"},
	{"certificate", "安全标志编号及有效期"},
	{"explosion_proof", "防爆合格证号"},
	{"tag", "电子标签/二维码原文"},
	{"rated", "标称参数"},
	{"service_life", "使用年限"},
	{"use", "使用状态(库存/在用)"},
	{"date", "抽样日期", true},
	{"place", "抽样地点", true},
	{"method", "抽样方式(随机数)"},
	{"base", "抽样基数", true},
	{"count", "抽样数量", true},
	{"tested", "检样数"},
	{"kept", "备样数"},
	{"kept_at", "备样存放地"},
	{"seal", "封条编号", true},
	{"seal_state", "封样状态"},
	{"photos", "照片"},
	{"send_to", "寄送样地址"},
	{"send_by", "截止日期"},
	{"fee", "样品费用"},
	{"opinion", "受检单位意见"},
	{"sampler1", "抽样人员(一)工号", true},
	{"sampler2", "抽样人员(二)工号", true},
	{"remark", "备注"},
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
				   FIELDS[i].title);
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
		value_set_text(one, "title", FIELDS[i].title);
		value_set_text(one, "value", text);
	}
	return list;
}
