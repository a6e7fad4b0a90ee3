/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's end of a loader: files evaluated by a real davy-lua. */
#include "run/loader.h"

#include <stdlib.h>
#include <string.h>

#include "tests/cell.h"
#include "tests/claims.h"

struct stage {
	struct loop *loop;
	struct loader *loader;
	struct value *data[2];
	int loaded, refused;
	struct error err;
	const char *second; /* a driver file to load after the first, or NULL */
};

static void load(struct stage *stage, const char *kind, const char *name, const char *text);

static void loaded(void *ctx, struct value *data, const struct error *err)
{
	struct stage *stage = ctx;
	const char *second = stage->second;

	stage->second = NULL;
	if (err) {
		stage->refused++;
		stage->err = *err;
	} else {
		stage->data[stage->loaded++] = data;
	}
	if (second)
		load(stage, "driver", "second.lua", second);
	else
		loop_quit(stage->loop);
}

static void load(struct stage *stage, const char *kind, const char *name, const char *text)
{
	struct load_request request = {
		.kind = kind, .name = name, .text = text, .size = strlen(text)};

	loader_load(stage->loader, &request, loaded, stage);
}

static void stage_run(struct stage *stage, const char *kind, const char *text, const char *second)
{
	char *program = cell_program();

	*stage = (struct stage){.second = second};
	stage->loop = loop_new(&stage->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->loop);
	stage->loader = loader_open(stage->loop, program, &stage->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->loader);
	load(stage, kind, "first.lua", text);
	CU_ASSERT_EQUAL(loop_run(stage->loop, &stage->err), 0);
	free(program);
}

static void stage_done(struct stage *stage)
{
	loader_free(stage->loader);
	loop_free(stage->loop);
	value_free(stage->data[0]);
	value_free(stage->data[1]);
}

static const char DRIVER[] = "return driver { id = 'a', bus = 'modbus', reads = { x = { input = 0, "
			     "as = 'u16', unit = 'Pa' } } }";

static void one_loader_takes_one_file_after_another(void)
{
	struct stage stage;

	stage_run(&stage, "driver", DRIVER, DRIVER);

	CU_ASSERT_EQUAL(stage.loaded, 2);
	CU_ASSERT(value_same(stage.data[0], stage.data[1]));
	stage_done(&stage);
}

static void a_second_file_that_is_wrong_is_refused_by_its_own_name(void)
{
	struct stage stage;

	stage_run(&stage, "driver", DRIVER, "return driver { id = }");

	CU_ASSERT_EQUAL(stage.loaded, 1);
	CU_ASSERT_EQUAL(stage.refused, 1);
	CU_ASSERT_PTR_EQUAL(strstr(stage.err.text, "second.lua:1:"), stage.err.text);
	stage_done(&stage);
}

/* Some 300 KiB of data; a packet holds 64. */
static void a_protocol_of_a_thousand_steps_arrives_whole(void)
{
	struct stage stage;

	stage_run(&stage, "protocol",
		  "protocol { id = 'x', version = 1, language = 1, title = 't', zh = 't', standard "
		  "= 's', "
		  "class = 'c', fixture = 'f' }\n"
		  "for i = 1, 1000 do step('S' .. i) { measure = { x = { 'x', limit = { '<= 1 Pa', "
		  "grade = 'example' } } }, run = function(m) m.x = q '1 Pa' end } end",
		  NULL);

	const struct value *steps = value_get(stage.data[0], "steps");

	CU_ASSERT_EQUAL(value_count(steps), 1000);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(steps, 999), "name"), "S1000");
	stage_done(&stage);
}

static void a_process_that_died_before_its_first_file_refuses_it(void)
{
	struct stage stage = {0};
	struct error err;

	stage.loop = loop_new(&err);
	stage.loader = loader_open(stage.loop, "/bin/false", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage.loader);
	load(&stage, "driver", "first.lua", DRIVER);
	CU_ASSERT_EQUAL(loop_run(stage.loop, &err), 0);

	CU_ASSERT_EQUAL(stage.refused, 1);
	CU_ASSERT_STRING_EQUAL(stage.err.text, "first.lua: could not be loaded: its process ended "
					       "with exit code 1");
	stage_done(&stage);
}

void suite_loader(void)
{
	suite_begin("loader");
	claim(one_loader_takes_one_file_after_another);
	claim(a_second_file_that_is_wrong_is_refused_by_its_own_name);
	claim(a_protocol_of_a_thousand_steps_arrives_whole);
	claim(a_process_that_died_before_its_first_file_refuses_it);
}
