/* SPDX-License-Identifier: Apache-2.0 */
/* Two tables: what a status means, and how each reason is said. */
#include "push/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "push/sqlstate.h"

enum { BASE_MS = 5000, DOUBLINGS_MOST = 10, AFTER_DIGITS_MOST = 9 };

int64_t push_delay(unsigned tries, double chance, int64_t after_ms)
{
	unsigned doublings = tries < DOUBLINGS_MOST ? tries : DOUBLINGS_MOST;
	int64_t most = (int64_t)BASE_MS << doublings, delay;

	if (most > PUSH_RETRY_MOST_MS)
		most = PUSH_RETRY_MOST_MS;
	if (after_ms > PUSH_AFTER_MOST_MS)
		after_ms = PUSH_AFTER_MOST_MS;
	delay = (int64_t)((double)most * chance);
	return delay > after_ms ? delay : after_ms;
}

void push_set_delay(struct push_verdict *verdict, unsigned tries, double chance, int64_t after_ms)
{
	if (verdict->outcome == PUSH_PAUSED)
		verdict->delay_ms = PUSH_PROBE_MS;
	else if (verdict->outcome == PUSH_RETRY || verdict->outcome == PUSH_ACCEPTED)
		verdict->delay_ms = push_delay(tries, chance, after_ms);
}

/* ---- what a status means ---- */

struct meaning {
	int from, to; /* statuses */
	enum push_outcome outcome;
	int reason;
	bool rests;
};

/* The first that fits. */
static const struct meaning MEANINGS[] = {
	{200, 201, PUSH_DELIVERED, PUSH_FINE},	    {202, 202, PUSH_ACCEPTED, PUSH_WORKS_ON_IT},
	{204, 204, PUSH_DELIVERED, PUSH_FINE},	    {300, 399, PUSH_PAUSED, PUSH_REDIRECTED},
	{400, 400, PUSH_PARKED, PUSH_REFUSED},	    {401, 401, PUSH_PAUSED, PUSH_NOT_ALLOWED},
	{403, 403, PUSH_PAUSED, PUSH_NOT_ALLOWED},  {404, 404, PUSH_PAUSED, PUSH_NOT_THERE},
	{406, 406, PUSH_PARKED, PUSH_REFUSED},	    {408, 408, PUSH_RETRY, PUSH_BUSY},
	{409, 409, PUSH_PARKED, PUSH_NOT_COMPARED}, {413, 413, PUSH_PARKED, PUSH_RECORD_TOO_LARGE},
	{415, 415, PUSH_PARKED, PUSH_REFUSED},	    {422, 422, PUSH_PARKED, PUSH_REFUSED},
	{425, 425, PUSH_RETRY, PUSH_BUSY},	    {429, 429, PUSH_RETRY, PUSH_BUSY, true},
	{503, 503, PUSH_RETRY, PUSH_BUSY, true},    {500, 599, PUSH_RETRY, PUSH_BROKEN},
};

static struct push_verdict judge_trouble(const struct push_answer *answer, unsigned tries,
					 double chance)
{
	struct push_verdict verdict = {.reason = PUSH_IN_TROUBLE + (int)answer->trouble};

	switch (answer->trouble) {
	case PUSH_NOT_TRUSTED:
	case PUSH_NOT_PROVEN:
	case PUSH_EXPIRED:
	case PUSH_REVOKED:
	case PUSH_OTHER_NAME:
	case PUSH_NO_TLS:
	case PUSH_OWN_FILES:
		verdict.outcome = PUSH_PAUSED;
		verdict.delay_ms = PUSH_PROBE_MS;
		return verdict;
	default:
		verdict.outcome = PUSH_RETRY;
		verdict.delay_ms = push_delay(tries, chance, -1);
		verdict.rests = true;
		return verdict;
	}
}

struct push_verdict push_judge(const struct push_answer *answer, unsigned tries, double chance)
{
	struct push_verdict verdict = {.outcome = PUSH_PARKED, .reason = PUSH_UNKNOWN_ANSWER};

	if (!answer->trouble && answer->sqlstate[0])
		return sqlstate_judge(answer->sqlstate, tries, chance);
	if (answer->trouble || answer->status == 0)
		return judge_trouble(answer, tries, chance);
	for (size_t i = 0; i < sizeof(MEANINGS) / sizeof(MEANINGS[0]); i++) {
		const struct meaning *meaning = &MEANINGS[i];

		if (answer->status < meaning->from || answer->status > meaning->to)
			continue;
		verdict.outcome = meaning->outcome;
		verdict.reason = meaning->reason;
		verdict.rests = meaning->rests;
		break;
	}
	push_set_delay(&verdict, tries, chance, answer->after_ms);
	return verdict;
}

/* ---- Retry-After ---- */

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* IMF-fixdate (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", as seconds since 1970; -1: it is none. */
static int64_t seconds_of(const char *date)
{
	static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", zone[4] = "";
	int day, year, hour, minute, second, end = 0;
	const char *found;

	if (!date ||
	    sscanf(date, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]%n", &day, month,
		   &year, &hour, &minute, &second, zone, &end) != 7 ||
	    strcmp(zone, "GMT") != 0 || date[end] || year < 1970)
		return -1;
	found = strlen(month) == 3 ? strstr(MONTHS, month) : NULL;
	if (!found || (found - MONTHS) % 3 != 0)
		return -1;
	return days_of(year, (int)(found - MONTHS) / 3 + 1, day) * 86400 + hour * 3600 +
	       minute * 60 + second;
}

int64_t push_retry_after(const char *retry_after, const char *date)
{
	size_t digits = retry_after ? strspn(retry_after, "0123456789") : 0;
	int64_t until, now;

	if (!retry_after || !retry_after[0])
		return -1;
	if (!retry_after[digits])
		return digits > AFTER_DIGITS_MOST ? PUSH_AFTER_MOST_MS
						  : (int64_t)atoll(retry_after) * 1000;
	until = seconds_of(retry_after);
	now = seconds_of(date);
	if (until < 0 || now < 0)
		return -1;
	return until > now ? (until - now) * 1000 : 0;
}

/* ---- words ---- */

const char *push_outcome_name(enum push_outcome outcome)
{
	static const char *const NAMES[] = {
		[PUSH_DELIVERED] = "delivered", [PUSH_ACCEPTED] = "accepted",
		[PUSH_RETRY] = "retry",		[PUSH_PARKED] = "parked",
		[PUSH_PAUSED] = "paused",
	};

	return NAMES[outcome];
}

static const struct {
	int reason;
	const char *name;
	struct push_words words;
} REASONS[] = {
	{PUSH_FINE, "fine", {"the receiver has it", "对方已收存"}},
	{PUSH_WORKS_ON_IT,
	 "works_on_it",
	 {"the receiver has taken it and has not said yet what came of it",
	  "对方已受理,尚未给出处理结果"}},
	{PUSH_REFUSED,
	 "refused",
	 {"the receiver refuses its content: read what it says, put the destination's settings "
	  "right or record a correction, then release it",
	  "对方拒收其内容:请查看对方说明,改正目的地设置或登记更正后再放行"}},
	{PUSH_RECORD_TOO_LARGE,
	 "record_too_large",
	 {"this one record is more than the receiver takes at once: ask its operator to raise the "
	  "limit, then release it",
	  "单条记录超过对方一次接收的上限:请对方提高上限后再放行"}},
	{PUSH_OTHER_CONTENT,
	 "other_content",
	 {"the receiver has another event under this event's ID: somebody else has used it, or has "
	  "changed it there; find out who before anything else",
	  "对方以此事件标识存有内容不同的事件:可能被他人占用或被改动,请先查明"}},
	{PUSH_NOT_COMPARED,
	 "not_compared",
	 {"the receiver says that it has this event, and does not show it: compare it there, then "
	  "release it or leave it",
	  "对方称已有此事件,但不给出内容:请到对方核对后再决定是否放行"}},
	{PUSH_JOB_FAILED,
	 "job_failed",
	 {"the receiver took it and refused it afterwards: read its errors",
	  "对方受理后又拒绝:请查看其错误说明"}},
	{PUSH_FORGOTTEN,
	 "forgotten",
	 {"the receiver said that it has it, and does not have it: it is sent again",
	  "对方称已收存,查询却没有:将重新发送"}},
	{PUSH_NEVER_ENDS,
	 "never_ends",
	 {"the receiver has been working on it for too long: it is sent again",
	  "对方处理过久没有结果:将重新发送"}},
	{PUSH_UNKNOWN_ANSWER,
	 "unknown_answer",
	 {"the receiver gave an answer that says neither yes nor no",
	  "对方的应答既非接受也非拒绝"}},
	{PUSH_NOT_MAPPED,
	 "not_mapped",
	 {"the record lacks what the destination's mapping requires: put the mapping right, then "
	  "release it",
	  "记录缺少映射表要求的字段:请改正映射表后再放行"}},
	{PUSH_NOT_ALLOWED,
	 "not_allowed",
	 {"the receiver does not let this bench in: look at the client certificate or token",
	  "对方不允许本检验台接入:请检查客户端证书或令牌"}},
	{PUSH_NOT_THERE,
	 "not_there",
	 {"there is nothing at this address of the receiver: look at the destination's url",
	  "对方此地址不存在:请检查目的地网址"}},
	{PUSH_REDIRECTED,
	 "redirected",
	 {"the receiver sends us to another address, which is not followed: the laboratory decides "
	  "where records go",
	  "对方要求转往其他地址,未予跟随:记录送往何处由实验室决定"}},
	{PUSH_BUSY, "busy", {"the receiver cannot take it now", "对方暂时无法接收"}},
	{PUSH_BROKEN, "broken", {"the receiver has failed inside", "对方内部出错"}},
	{PUSH_IN_TROUBLE + PUSH_NO_TROUBLE,
	 "no_status",
	 {"the receiver's answer has no status", "对方应答没有状态码"}},
	{PUSH_IN_TROUBLE + PUSH_NO_NAME,
	 "no_name",
	 {"the receiver's name is not known: no network, or a wrong name", "无法解析对方域名:"
									   "网络不通或域名有误"}},
	{PUSH_IN_TROUBLE + PUSH_NO_CONNECTION,
	 "no_connection",
	 {"the receiver cannot be reached", "无法连接对方"}},
	{PUSH_IN_TROUBLE + PUSH_NO_ANSWER,
	 "no_answer",
	 {"the receiver did not answer in time", "对方未在规定时间内应答"}},
	{PUSH_IN_TROUBLE + PUSH_TOO_SLOW,
	 "too_slow",
	 {"the receiver's answer trickles too slowly to wait for it", "对方应答过慢,不再等待"}},
	{PUSH_IN_TROUBLE + PUSH_CUT_OFF,
	 "cut_off",
	 {"the connection was cut in the middle", "连接中途断开"}},
	{PUSH_IN_TROUBLE + PUSH_NOT_TRUSTED,
	 "not_trusted",
	 {"the receiver's certificate is not of the CA that was pinned: it may be somebody else",
	  "对方证书不是由指定 CA 签发:可能是他人冒充"}},
	{PUSH_IN_TROUBLE + PUSH_NOT_PROVEN,
	 "not_proven",
	 {"the receiver's certificate does not hold: it is not of the CA that was pinned, it has "
	  "run out or is not valid yet, or it was revoked",
	  "对方证书无效:不是由指定 CA 签发、已过期或尚未生效,或已被吊销"}},
	{PUSH_IN_TROUBLE + PUSH_EXPIRED,
	 "expired",
	 {"the receiver's certificate has run out, or is not valid yet: compare the bench's clock, "
	  "then tell the receiver's operator",
	  "对方证书已过期或尚未生效:请先核对本机时钟,再通知对方"}},
	{PUSH_IN_TROUBLE + PUSH_REVOKED,
	 "revoked",
	 {"the receiver's certificate was revoked", "对方证书已被吊销"}},
	{PUSH_IN_TROUBLE + PUSH_OTHER_NAME,
	 "other_name",
	 {"the receiver's certificate is for another name than that of the url",
	  "对方证书的名称与网址不符"}},
	{PUSH_IN_TROUBLE + PUSH_NO_TLS,
	 "no_tls",
	 {"no TLS connection comes about: the receiver may refuse this bench's certificate",
	  "无法建立 TLS 连接:对方可能不接受本检验台的证书"}},
	{PUSH_IN_TROUBLE + PUSH_OWN_FILES,
	 "own_files",
	 {"the destination's CA, certificate, key or token file cannot be used",
	  "目的地的 CA、证书、密钥或令牌文件无法使用"}},
	{PUSH_IN_TROUBLE + PUSH_TOO_LARGE,
	 "answer_too_large",
	 {"the receiver's answer is larger than any answer ought to be, and was not read to its "
	  "end",
	  "对方应答过大,未读完即中止"}},
};

enum { REASON_COUNT = sizeof(REASONS) / sizeof(REASONS[0]) };

const char *push_reason_name(int reason)
{
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (REASONS[i].reason == reason)
			return REASONS[i].name;
	return NULL;
}

const struct push_words *push_reason_words(const char *name)
{
	for (size_t i = 0; name && i < REASON_COUNT; i++)
		if (!strcmp(REASONS[i].name, name))
			return &REASONS[i].words;
	return NULL;
}
