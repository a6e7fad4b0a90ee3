/* SPDX-License-Identifier: Apache-2.0 */
/* As what somebody signs: the word in a header, and the title on a form. */
#include <string.h>

#include "record/roster.h"

static const struct {
	const char *name, *title;
} ROLES[] = {
	[ROLE_BENCH] = {"bench", "测试台"},
	[ROLE_TESTER] = {"tester", "主检"},
	[ROLE_REVIEWER] = {"reviewer", "审核"},
	[ROLE_SIGNATORY] = {"signatory", "授权签字人"},
	[ROLE_SAMPLER] = {"sampler", "抽样人员"},
	[ROLE_WITNESS] = {"witness", "受检单位见证人"},
	[ROLE_ADMINISTRATOR] = {"administrator", "管理员"},
	[ROLE_SIMULATION] = {"simulation", "仿真"},
};

enum { ROLE_COUNT = sizeof(ROLES) / sizeof(ROLES[0]) };

const char *role_name(enum role role)
{
	return ROLES[role].name;
}

const char *role_title(enum role role)
{
	return ROLES[role].title;
}

enum role role_find(const char *name)
{
	for (int i = 1; i < ROLE_COUNT; i++)
		if (name && !strcmp(ROLES[i].name, name))
			return (enum role)i;
	return 0;
}
