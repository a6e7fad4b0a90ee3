/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is each instrument there, at its address, the one that it should be, and well?
 *
 * Each is asked, also after another has failed. Whom the driver expects is one thing (a maker, a model), and
 * which of several alike ones this is another: only the station can say it, by `identities`. Two that
 * answer with each other's are swapped; alike ones that nobody told apart might be.
 *
 * One that speaks by itself must be heard. One that is silent at its Modbus address is looked for at the others, once each. One whose driver has no
 * question for its identity is asked for a reading, and a person says whether it is the one on the label.
 *
 * While an instrument that can energise something is not well, nothing is moved at all.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run/qualify.h"

#define STEP "Devices"

enum { MODBUS_LAST = 247 }; /* the last address of a slave: Modbus over Serial Line V1.02, 2.2 */

static const struct fixture_device *device_of(const struct qualification *q)
{
	return &q->run->plan->fixture->device[q->check[q->next - 1].index];
}

static struct link *link_of(const struct qualification *q)
{
	return q->run->slot->port[device_of(q)->port].link;
}

static const char *expected_identity(const struct qualification *q, const char *device)
{
	const struct plan *plan = q->run->plan;
	const struct value *slot = station_find_slot(plan->station_data, plan->order->slot);

	return value_get_text(value_get(slot, "identities"), device);
}

/* ---- how it ends ---- */

static void is_well(struct qualification *q)
{
	q->device_is_well[qualify_check(q)->index] = true;
	if (!q->found.text[0]) /* a binary frame answers, and has no name to tell */
		phrase_set(&q->found, "answers", "有应答");
	qualify_holds(q);
}

static void is_not_well(struct qualification *q, const char *text, const char *zh, ...)
	__attribute__((format(printf, 2, 4), format(printf, 3, 4)));

static void is_not_well(struct qualification *q, const char *text, const char *zh, ...)
{
	const struct fixture_device *device = device_of(q);
	struct phrase why;
	va_list values;

	va_start(values, zh);
	phrase_print(&why, text, zh, values);
	va_end(values);
	if (device->safe_count && !q->dangerous.text[0])
		phrase_set(&q->dangerous,
			   "%s, which can be away from safe by itself, is not in order: while it "
			   "is so nothing is moved",
			   "%s 可自行离开安全状态而当前不正常:在此期间不驱动任何输出",
			   device->name);
	qualify_ends(q, CHECK_FAILS, &why);
}

static void is_called(struct qualification *q)
{
	phrase_set(&q->found, "%s", "%s", q->identity);
}

/* ---- its health ---- */

static void ask_health(struct qualification *q);

static void health_answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct qualification *q = ctx;
	struct error wrong;

	if (q->over)
		return;
	if (!err && exchange_is_well(&q->exchange, (size_t)q->rule, bytes, size, &wrong) < 0)
		err = &wrong;
	if (err) {
		is_not_well(q, "%s", "%s", err->text);
		return;
	}
	q->rule++;
	ask_health(q);
}

static void ask_health(struct qualification *q)
{
	const struct fixture_device *device = device_of(q);
	const struct driver *driver = device->driver;

	if ((size_t)q->rule == driver->health_count) {
		is_well(q);
		return;
	}
	exchange_read(&q->exchange, driver, &driver->read[driver->health[q->rule].read],
		      device->unit);
	exchange_ask(&q->exchange, link_of(q), health_answered, q);
}

/* ---- who it is ---- */

/* The other device that this identity belongs to, by the station; NULL: none. */
static const char *whose(const struct qualification *q, const char *identity)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->device_count; i++) {
		const char *expected = expected_identity(q, fixture->device[i].name);

		if (&fixture->device[i] != device_of(q) && expected && strstr(identity, expected))
			return fixture->device[i].name;
	}
	return NULL;
}

/* Another of its kind, which could stand in its place and nobody would see it; NULL: there is none. */
static const char *alike(const struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct fixture_device *device = device_of(q);

	for (size_t i = 0; i < fixture->device_count && !device->dut; i++)
		if (&fixture->device[i] != device && fixture->device[i].driver == device->driver &&
		    !fixture->device[i].dut)
			return fixture->device[i].name;
	return NULL;
}

static void check_identity(struct qualification *q)
{
	const struct fixture_device *device = device_of(q);
	const char *expected = expected_identity(q, device->name);
	const char *other = whose(q, q->identity);
	size_t begin = strlen(device->driver->identity_is);

	is_called(q);
	if (strncmp(q->identity, device->driver->identity_is, begin) != 0) {
		is_not_well(q, "answers as '%s', expected '%s…'", "应答为 '%s',应为 '%s…'",
			    q->identity, device->driver->identity_is);
	} else if (expected && !strstr(q->identity, expected) && other) {
		is_not_well(q,
			    "answers as '%s', which the station expects of %s: the two are "
			    "swapped, or their wires are",
			    "应答为 '%s',而测试台文件以此标识 %s:两台仪器或其接线互换", q->identity,
			    other);
	} else if (expected && !strstr(q->identity, expected)) {
		is_not_well(q, "answers as '%s', and the station expects '%.100s'",
			    "应答为 '%s',测试台文件应为 '%.100s'", q->identity, expected);
	} else if (!expected && alike(q)) {
		q->device_is_well[qualify_check(q)->index] = true;
		qualify_skips(
			q,
			"it might be %s, which is alike: let the station tell them apart, "
			"with identities = { %s = \"…\" }",
			"也可能是同型的 %s:请在测试台文件中用 identities = { %s = \"…\" } 区分",
			alike(q), device->name);
	} else {
		q->rule = 0;
		ask_health(q);
	}
}

static void person_compared(struct qualification *q, enum answer answer)
{
	struct phrase why;

	if (answer == ANSWER_YES) {
		if (driver_question(device_of(q)->driver))
			phrase_set(&q->found, "answers; its label was compared",
				   "有应答;标签已核对");
		else
			phrase_set(&q->found, "is heard; its label was compared",
				   "可收到其数据;标签已核对");
		q->rule = 0;
		ask_health(q);
		return;
	}
	if (answer == ANSWER_NO) {
		is_not_well(q, "whoever compared its label says that it is another one",
			    "核对标签者称为另一台仪器");
		return;
	}
	q->device_is_well[qualify_check(q)->index] = true;
	why = qualify_nobody(q);
	phrase_lead(&why, "its driver has no question for its identity, and of its label: ",
		    "其驱动无法询问身份;标签核对:", &why);
	qualify_ends(q, CHECK_NOT_LOOKED_AT, &why);
}

static void compare_label(struct qualification *q)
{
	const struct fixture_device *device = device_of(q);
	const char *port = q->run->plan->fixture->port[device->port].name;
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	snprintf(id, sizeof(id), "see_%s", device->name);
	snprintf(
		text, sizeof(text),
		"%s cannot say who it is. Is the one that is wired to port %s, unit %d, the one on "
		"its label? (y/n, s: skip)",
		device->name, port, device->unit);
	snprintf(zh, sizeof(zh),
		 "%s 无法自报身份。接在端口 %s、地址 %d 上的是否为标签所示仪器?(y/n,s 跳过)",
		 device->name, port, device->unit);
	qualify_ask(q, id, text, zh, person_compared);
}

/* ---- silent at its address ---- */

static void try_next_address(struct qualification *q);

static void somebody_is_there(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct qualification *q = ctx;
	char identity[DEVICE_IDENTITY] = "?";
	struct error ignored;

	if (q->over)
		return;
	if (err) {
		q->address++;
		try_next_address(q);
		return;
	}
	if (device_of(q)->driver->identifies)
		exchange_text(&q->exchange, bytes, size, identity, sizeof(identity), &ignored);
	is_not_well(q, "%s; but somebody answers at address %d, as '%s': the wrong address?",
		    "%s;但地址 %d 有应答 '%s':地址设错?", q->refused, q->address, identity);
}

static bool is_taken(const struct qualification *q, int address)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->device_count; i++)
		if (fixture->device[i].port == device_of(q)->port &&
		    fixture->device[i].unit == address)
			return true;
	return false;
}

static void try_next_address(struct qualification *q)
{
	while (q->address <= MODBUS_LAST && is_taken(q, q->address))
		q->address++;
	if (q->address > MODBUS_LAST) {
		is_not_well(q, "%s; and nobody answers at any other address", "%s;其他地址也无应答",
			    q->refused);
		return;
	}
	exchange_read(&q->exchange, &q->probe, driver_question(&q->probe), q->address);
	exchange_ask(&q->exchange, link_of(q), somebody_is_there, q);
}

static void is_silent(struct qualification *q, const struct error *err)
{
	if (err->kind != ERROR_TIMEOUT || device_of(q)->driver->bus != BUS_MODBUS) {
		is_not_well(q, "%s", "%s", err->text);
		return;
	}
	snprintf(q->refused, sizeof(q->refused), "%.150s", err->text);
	q->probe = *device_of(q)->driver;
	q->probe.retries = 0;
	q->address = 1;
	try_next_address(q);
}

/* ---- the question ---- */

static int read_answer(struct qualification *q, const uint8_t *bytes, size_t size,
		       struct error *err)
{
	double ignored;

	return device_of(q)->driver->identifies
		       ? exchange_text(&q->exchange, bytes, size, q->identity, sizeof(q->identity),
				       err)
		       : exchange_number(&q->exchange, bytes, size, &ignored, err);
}

static void answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct qualification *q = ctx;
	struct error wrong;

	if (q->over)
		return;
	if (!err && read_answer(q, bytes, size, &wrong) < 0)
		err = &wrong;
	if (err) {
		is_silent(q, err);
	} else if (device_of(q)->driver->identifies) {
		check_identity(q);
	} else {
		compare_label(q);
	}
}

/* What speaks by itself must be heard before anything else is asked of it. */
static bool is_heard(struct qualification *q)
{
	return stream_is_heard(q->run->slot, qualify_check(q)->index);
}

static void ask_who_it_is(struct qualification *q, bool heard)
{
	const struct fixture_device *device = device_of(q);
	const struct driver_item *question = driver_question(device->driver);

	if (!heard) {
		is_not_well(q, "it should speak by itself, and nothing was heard of it for %.3g s",
			    "应自行发送数据,而 %.3g s 内未收到",
			    nsec_seconds(stream_silence(q->run->slot, qualify_check(q)->index)));
	} else if (question) {
		exchange_read(&q->exchange, device->driver, question, device->unit);
		exchange_ask(&q->exchange, link_of(q), answered, q);
	} else {
		compare_label(q);
	}
}

static void begin(struct qualification *q)
{
	q->identity[0] = '\0';
	if (link_of(q))
		qualify_await(q, is_heard, stream_silence(q->run->slot, qualify_check(q)->index),
			      ask_who_it_is);
	else
		qualify_skips(q, "its port could not be opened", "其端口无法打开");
}

void qualify_plan_devices(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->device_count; i++) {
		const struct fixture_device *device = &fixture->device[i];
		struct check *check = qualify_add(q, begin, (int)i, false, STEP);
		const char *identity = expected_identity(q, device->name);

		snprintf(check->name, sizeof(check->name), "device %s", device->name);
		snprintf(check->zh, sizeof(check->zh), "仪器 %s", device->name);
		if (!identity)
			identity = device->driver->identity_is;
		if (identity[0])
			phrase_set(&check->expected, "%.40s on port %s, as %.100s, and well",
				   "端口 %2$s 上的 %1$.40s,身份 %3$.100s,状态正常",
				   device->driver->id, fixture->port[device->port].name, identity);
		else
			phrase_set(&check->expected, "%.40s on port %s, and well",
				   "端口 %2$s 上的 %1$.40s,状态正常", device->driver->id,
				   fixture->port[device->port].name);
	}
}
