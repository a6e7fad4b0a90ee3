/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench says of equipment, in the order in which it is looked at. */
#include "record/identity_words.h"

#include <string.h>

#define NOTHING IDENTITY_NOTHING_FOUND
#define CANNOT IDENTITY_CANNOT_VERIFY
#define MISMATCH IDENTITY_MISMATCH
#define SUSPECTED IDENTITY_SUSPECTED

/* clang-format off */
static const struct identity_finding FINDINGS[] = {
	{"number", "number_unread", CANNOT,
	 {"its safety mark number was not read", "未读取安全标志编号"}},
	{"number", "number_absent", SUSPECTED,
	 {"it carries no safety mark number", "产品上没有安全标志编号"}},
	{"number", "number_odd", CANNOT,
	 {"the number has not the form that these numbers are said to have: a letter M or K, two letters, six digits",
	  "编号不符合通常的形式(M 或 K、两位字母、六位数字;该形式为二手资料)"}},
	{"number", "number_early", SUSPECTED,
	 {"its number says a first certification in a year that is yet to come", "编号所示首次取证年份尚未到来"}},
	{"number", "number_formal", NOTHING,
	 {"the number has the usual form, which by itself proves nothing", "编号形式符合惯例(仅此不能证明任何事)"}},
	{"serial", "serial_unread", CANNOT,
	 {"its serial number was not read", "未读取出厂编号"}},
	{"serial", "serial_absent", SUSPECTED,
	 {"it carries no serial number", "产品上没有出厂编号"}},

	{"register", "no_register", CANNOT,
	 {"this bench has no snapshot of the register of safety marks: davy register import", "本台没有安全标志登记快照:davy register import"}},
	{"register", "register_old", CANNOT,
	 {"the snapshot of the register is older than it may be", "登记快照已超过允许的时限"}},
	{"register", "not_listed", SUSPECTED,
	 {"the register, of which the snapshot is complete, has no such number", "完整的登记快照中没有该编号"}},
	{"register", "not_listed_here", CANNOT,
	 {"the snapshot has no such number, and is a part of the register only", "快照仅为登记的一部分,其中没有该编号"}},
	{"register", "void_certificate", MISMATCH,
	 {"the register shows its certificate as not valid", "登记显示该证书已非有效状态"}},
	{"register", "state_unsaid", CANNOT,
	 {"the register does not say whether its certificate is valid, nor until when", "登记未说明证书状态与有效期"}},
	{"register", "maker_unread", CANNOT,
	 {"its maker was not read", "未读取生产单位"}},
	{"register", "maker_differs", MISMATCH,
	 {"the register has another maker for this number", "该编号在登记中的生产单位与产品所示不同"}},
	{"register", "maker_unsaid", CANNOT,
	 {"the register does not say who makes it", "登记未说明生产单位"}},
	{"register", "model_unread", CANNOT,
	 {"its model was not read", "未读取型号"}},
	{"register", "model_differs", MISMATCH,
	 {"the register has another model for this number", "该编号在登记中的型号与产品所示不同"}},
	{"register", "model_unsaid", CANNOT,
	 {"the register does not say which model it is", "登记未说明型号"}},
	{"register", "made_before_mark", MISMATCH,
	 {"it is said to be made before the year of its mark's first certification", "生产日期早于编号所示首次取证年份"}},
	{"register", "made_after_validity", MISMATCH,
	 {"it is said to be made after its certificate had run out", "生产日期晚于证书有效期"}},
	{"register", "as_registered", NOTHING,
	 {"number, maker, model and validity are as the register has them", "编号、生产单位、型号与有效期均与登记一致"}},

	{"prohibited", "no_prohibited", CANNOT,
	 {"this bench has no list of prohibited and obsolete models: davy register import --list prohibited",
	  "本台没有禁止使用与淘汰目录:davy register import --list prohibited"}},
	{"prohibited", "prohibited_old", CANNOT,
	 {"the list of prohibited and obsolete models is older than it may be", "禁止使用与淘汰目录已超过允许的时限"}},
	{"prohibited", "prohibited_model", MISMATCH,
	 {"its model is on the list of those that may not be used", "该型号列入禁止使用或淘汰目录"}},
	{"prohibited", "not_prohibited", NOTHING,
	 {"its model is not on the list of prohibited and obsolete ones", "该型号未列入禁止使用与淘汰目录"}},

	{"tag", "tag_unread", CANNOT,
	 {"its electronic tag was not read", "未读取电子标签"}},
	{"tag", "tag_absent", NOTHING,
	 {"it has no electronic tag, as the inspector says", "检查人陈述:没有电子标签"}},
	{"tag", "tag_elsewhere", SUSPECTED,
	 {"the same tag was seen on another piece of equipment", "同一电子标签曾出现在另一台产品上"}},
	{"tag", "another_tag", SUSPECTED,
	 {"a piece of this number and serial number was seen with another tag", "同一安标编号与出厂编号曾配有另一电子标签"}},
	{"tag", "tag_differs", MISMATCH,
	 {"its tag says something else than its nameplate", "电子标签与铭牌不一致"}},
	{"tag", "tag_strange", CANNOT,
	 {"nothing in the tag's text can be compared with the nameplate", "电子标签内容中没有可与铭牌比对的信息"}},
	{"tag", "tag_alone", NOTHING,
	 {"no other piece of equipment was seen with this tag here", "本台未见其他产品使用该电子标签"}},
	{"code", "code_unread", CANNOT,
	 {"its code (QR) was not scanned", "未扫描二维码"}},
	{"code", "code_absent", NOTHING,
	 {"it has no code (QR), as the inspector says", "检查人陈述:没有二维码"}},
	{"code", "code_differs", MISMATCH,
	 {"its code says something else than its nameplate", "二维码与铭牌不一致"}},
	{"code", "code_strange", CANNOT,
	 {"nothing in the code's text can be compared with the nameplate", "二维码内容中没有可与铭牌比对的信息"}},
	{"code", "code_agrees", NOTHING,
	 {"its code has what its nameplate has", "二维码与铭牌一致"}},
	{"document", "document_differs", MISMATCH,
	 {"its certificate says something else than its nameplate", "证书与铭牌不一致"}},
	{"document", "document_agrees", NOTHING,
	 {"its certificate has what its nameplate has", "证书与铭牌一致"}},

	{"dates", "made_unread", CANNOT,
	 {"the date of its manufacture was not read", "未读取生产日期"}},
	{"dates", "made_early", SUSPECTED,
	 {"it is said to be made on a day that is yet to come", "生产日期尚未到来"}},
	{"dates", "life_unread", CANNOT,
	 {"the end of its service life was not read", "未读取使用期限"}},
	{"dates", "life_absent", NOTHING,
	 {"it says no end of its service life, as the inspector says", "检查人陈述:产品未标使用期限"}},
	{"dates", "life_over", MISMATCH,
	 {"its service life is over", "已超过使用期限"}},
	{"dates", "arrival_unread", CANNOT,
	 {"nobody has said when it arrived", "未说明到货日期"}},
	{"dates", "arrival_early", SUSPECTED,
	 {"it is said to have arrived before it was made", "到货日期早于生产日期"}},
	{"dates", "arrival_late", MISMATCH,
	 {"it arrived later after its manufacture than the laboratory has laid down", "到货距生产的时间超过实验室规定"}},
	{"dates", "arrival_unruled", CANNOT,
	 {"how long after its manufacture it may arrive the laboratory has not said (arrivalMonths in laboratory.json; a vendor tells 4 "
	  "months of article 7 of 矿用自救器安全管理规定(试行))",
	  "实验室未规定到货距生产的最长时间(laboratory.json 的 arrivalMonths;据厂商转述,《矿用自救器安全管理规定(试行)》第七条为 4 个月)"}},
	{"dates", "dates_in_order", NOTHING,
	 {"its dates are in order", "各日期无异常"}},

	{"seal", "seal_unread", CANNOT,
	 {"nobody has looked at its seal", "未查看封印"}},
	{"seal", "seal_broken", SUSPECTED,
	 {"its seal is broken", "封印已破坏"}},
	{"seal", "seal_absent", SUSPECTED,
	 {"it has no seal", "没有封印"}},
	{"seal", "seal_intact", NOTHING,
	 {"its seal is intact, as the inspector says", "封印完好(检查人陈述)"}},
	{"photo", "photo_missing", CANNOT,
	 {"there is no photo of it", "没有照片"}},
	{"photo", "photo_kept", NOTHING,
	 {"photos are kept", "照片已保存"}},
	{"mass", "mass_unread", CANNOT,
	 {"it was not weighed", "未称量"}},
	{"mass", "mass_unknown", CANNOT,
	 {"nobody has said what a sound one weighs", "未给出完好产品的质量"}},
	{"mass", "mass_differs", SUSPECTED,
	 {"it weighs something else than a sound one", "质量与完好产品不符"}},
	{"mass", "mass_agrees", NOTHING,
	 {"it weighs what a sound one does, as somebody typed it", "质量与完好产品相符(人工录入)"}},
	{"seen", "seen_before", NOTHING,
	 {"it was seen before", "此前见过该产品"}},
};
/* clang-format on */

const struct identity_finding *identity_finding(const char *name)
{
	for (size_t i = 0; name && i < sizeof(FINDINGS) / sizeof(FINDINGS[0]); i++)
		if (!strcmp(FINDINGS[i].name, name))
			return &FINDINGS[i];
	return NULL;
}

const struct identity_sentence *identity_sentence(const char *finding)
{
	const struct identity_finding *found = identity_finding(finding);

	return found ? &found->sentence : NULL;
}
