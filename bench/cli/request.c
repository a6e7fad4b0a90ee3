/* SPDX-License-Identifier: Apache-2.0 */
/* The first event that comes is the answer: this connection has asked for nothing else. */
#include "cli/request.h"

#include <string.h>

#include "cli/conversation.h"
#include "cli/words.h"

static const struct words GONE = {
	"the controller is gone before it has answered, and it may have done what was asked: "
	"before "
	"asking once more look with `davy list`, `davy keys` or `davy list dut SERIAL`; what it "
	"said "
	"last is in controller.log of the state folder",
	"控制器在应答前已退出,所请求的事项可能已完成:重试前请先用 `davy list`、`davy keys` 或 "
	"`davy list dut 编号` 查看;控制器最后的输出见数据目录中的 controller.log"};

struct asking {
	struct loop *loop;
	struct value *answer;
};

static void take_event(void *ctx, const struct value *event)
{
	struct asking *asking = ctx;

	if (!asking->answer)
		asking->answer = value_copy(event);
	loop_quit(asking->loop);
}

static void pause_of_events(void *ctx)
{
	(void)ctx;
}

static void controller_gone(void *ctx)
{
	struct asking *asking = ctx;

	loop_quit(asking->loop);
}

static void refuse(struct asking *asking, struct error *err)
{
	const char *event = value_get_text(asking->answer, "event");
	const char *why = value_get_text(asking->answer, "why");
	const char *kind = value_get_text(asking->answer, "kind");

	if (!asking->answer)
		error_set(err, ERROR_LINK, "%s", say(GONE));
	else if (event && !strcmp(event, "refused"))
		error_set(err, kind && !strcmp(kind, "usage") ? ERROR_USAGE : ERROR_REFUSED, "%s",
			  why ? why : "refused");
	else
		return;
	value_free(asking->answer);
	asking->answer = NULL;
}

struct value *request_answer(const char *state, struct value *request, struct error *err)
{
	static const struct conversation_handlers HANDLERS = {
		.event = take_event, .pause = pause_of_events, .over = controller_gone};
	struct asking asking = {.loop = loop_new(err)};
	struct conversation *conversation = NULL;

	if (asking.loop)
		conversation = conversation_open(asking.loop, state, &HANDLERS, &asking, err);
	if (!conversation) {
		value_free(request);
	} else {
		conversation_say(conversation, request);
		if (loop_run(asking.loop, err) == 0)
			refuse(&asking, err);
	}
	conversation_close(conversation);
	if (asking.loop)
		loop_free(asking.loop);
	return asking.answer;
}

struct value *request_append(const char *state, struct value *record, struct error *err)
{
	struct value *request = value_map();

	value_set_text(request, "do", "append");
	value_set(request, "record", record);
	return request_answer(state, request, err);
}

struct value *request_register(const char *state, struct error *err)
{
	struct value *request = value_map();

	value_set_text(request, "do", "register");
	return request_answer(state, request, err);
}
