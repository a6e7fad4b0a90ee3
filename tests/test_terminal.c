/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on a terminal while runs are on: events as the controller tells them, and the picture that a person sees. Time is
 * virtual, and the bench's goes as fast.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/words.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/clock_rig.h"
#include "tests/terminal_rig.h"

struct stage {
	struct clock_rig *time;
	struct terminal terminal;
	struct progress *progress;
	bool several;
};

static void stage_open(struct stage *stage, int columns, int rows, bool several, const char *words)
{
	words_choose(words);
	stage->several = several;
	stage->time = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	terminal_open(&stage->terminal, columns, rows);
	stage->progress = progress_new(stage->terminal.out, false, several, stage->time->clock);
}

static void stage_close(struct stage *stage)
{
	progress_free(stage->progress);
	terminal_close(&stage->terminal);
	clock_rig_free(stage->time);
	words_choose("en");
}

/* An event of this slot at this instant. */
static void tell(struct stage *stage, int slot, const char *json)
{
	struct value *event = said(json);

	value_set_int(event, "slot", slot);
	value_set_int(event, "t", clock_now(stage->time->clock));
	progress_take(stage->progress, event);
	value_free(event);
}

static void begin(struct stage *stage, int slot)
{
	tell(stage, slot,
	     "{'event':'started','run':'r-1','protocol':'leak','title':'Leak','zh':'气密性',"
	     "'simulated':false,'steps':6,'pace':1.0}");
	tell(stage, slot,
	     "{'event':'step','step':'Hold the pressure','zh':'保压','number':4,'repeats':1,"
	     "'clauses':['AQ 6203-2006 5.4']}");
}

static void reads(struct stage *stage, int slot, const char *channel, double value)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "{'event':'reading','channel':'%s','value':%.3f,'unit':'kPa','at':%lld}", channel,
		 value, (long long)clock_now(stage->time->clock));
	tell(stage, slot, text);
}

static void look(struct stage *stage)
{
	progress_show(stage->progress);
	terminal_look(&stage->terminal);
}

static void passes(struct stage *stage, nsec time)
{
	clock_rig_run(stage->time, clock_now(stage->time->clock) + time);
}

#define AWAITS                                                                                     \
	"{'event':'awaits','awaits':[{'id':1,'kind':'becomes','channel':'cell','limit':'>= 5 "     \
	"kPa','until':30000000000},{'id':2,'kind':'wait','until':60000000000}],"                   \
	"'asked':{'cell':400000000,'inlet':400000000}}"
#define HEATER_ON "{'event':'output','line':'heater','level':'on','safe':false}"
#define DRIVE_ON "{'event':'output','line':'meter.drive','level':'100 Pa','safe':false}"
#define DRIVE_OFF "{'event':'output','line':'meter.drive','level':'0 Pa','safe':true}"
#define QUESTION                                                                                    \
	"{'event':'operator','id':7,'verb':'enter','text':'Weigh it','zh':'请称重','unit':'kg'," \
	"'simulated':false}"

/* ---- one run ---- */

static void two_channels_their_limit_and_the_time_left_are_shown(void)
{
	struct stage stage;

	stage_open(&stage, 80, 24, false, "en");
	begin(&stage, 1);
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	reads(&stage, 1, "inlet", 12345.6);
	passes(&stage, MSEC(500));
	look(&stage);

	CU_ASSERT(
		terminal_shows(&stage.terminal, "step 4/6  Hold the pressure   AQ 6203-2006 5.4"));
	CU_ASSERT(terminal_shows(&stage.terminal,
				 "cell 4.97 kPa  to reach >= 5 kPa  at most 0:00:30 left"));
	CU_ASSERT(terminal_shows(&stage.terminal, "wait  0:01:00 left"));
	CU_ASSERT(terminal_shows(&stage.terminal, "inlet 12346 kPa"));
	CU_ASSERT(terminal_shows(&stage.terminal, "every output is at its safe level"));
	stage_close(&stage);
}

static void the_same_is_said_in_chinese(void)
{
	struct stage stage;

	stage_open(&stage, 80, 24, false, "zh");
	begin(&stage, 1);
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	tell(&stage, 1, HEATER_ON);
	look(&stage);

	CU_ASSERT(terminal_shows(&stage.terminal, "步骤 4/6  保压   AQ 6203-2006 5.4"));
	CU_ASSERT(terminal_shows(&stage.terminal,
				 "cell 4.97 kPa  等待达到 >= 5 kPa  最多剩余 0:00:30"));
	CU_ASSERT(terminal_shows(&stage.terminal, "偏离安全状态的输出: heater on"));
	stage_close(&stage);
}

static void time_goes_on_between_events_and_a_reading_grows_old(void)
{
	struct stage stage;

	stage_open(&stage, 80, 24, false, "en");
	begin(&stage, 1);
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	passes(&stage, SEC(12));
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "cell 4.97 kPa (! 0:00:12 ago)"));
	CU_ASSERT(terminal_shows(&stage.terminal, "at most 0:00:18 left"));

	/* nobody asks for it any more: old, and nothing is wrong with it */
	tell(&stage, 1, "{'event':'awaits','awaits':[],'asked':{}}");
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "cell 4.97 kPa (0:00:12 ago)"));
	reads(&stage, 1, "cell", 5.01);
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "cell 5.01 kPa  "));
	stage_close(&stage);
}

/* Minutes of it go by while a reading is told. */
static void in_virtual_time_nothing_is_called_old(void)
{
	struct stage stage;

	stage_open(&stage, 80, 24, false, "en");
	tell(&stage, 1, "{'event':'started','run':'r-1','protocol':'leak','title':'L','pace':0.0}");
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	passes(&stage, SEC(12));
	tell(&stage, 1, HEATER_ON);
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "cell 4.97 kPa  to reach"));
	stage_close(&stage);
}

static void what_is_away_from_safe_stands_there_until_it_is_back(void)
{
	struct stage stage;
	int row;

	stage_open(&stage, 80, 24, false, "en");
	begin(&stage, 1);
	tell(&stage, 1, HEATER_ON);
	tell(&stage, 1, DRIVE_ON);
	look(&stage);
	row = terminal_row(&stage.terminal, "away from safe: heater on   meter.drive 100 Pa");
	CU_ASSERT_FATAL(row >= 0);
	CU_ASSERT(stage.terminal.loud[row]);

	tell(&stage, 1, DRIVE_OFF);
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "away from safe: heater on "));
	CU_ASSERT_PTR_NULL(terminal_line(&stage.terminal, "meter.drive"));
	stage_close(&stage);
}

static void on_a_narrow_terminal_a_matter_goes_on_below_itself(void)
{
	struct stage stage;

	stage_open(&stage, 40, 16, false, "zh");
	begin(&stage, 1);
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	tell(&stage, 1, HEATER_ON);
	tell(&stage, 1, DRIVE_ON);
	tell(&stage, 1, QUESTION);
	look(&stage);

	CU_ASSERT(terminal_shows(&stage.terminal, "最多剩余 0:00:30"));
	CU_ASSERT(terminal_shows(&stage.terminal, "meter.drive 100 Pa"));
	CU_ASSERT(terminal_shows(&stage.terminal, "? 请称重 [kg]  [输入后按回车键]"));
	stage_close(&stage); /* … where no line is wider than it */
}

static void readings_that_have_no_room_are_not_left_out_unseen(void)
{
	struct stage stage;

	stage_open(&stage, 40, 24, false, "en");
	begin(&stage, 1);
	for (int i = 0; i < 20; i++) {
		char name[32];

		snprintf(name, sizeof(name), "channel_%d", i);
		reads(&stage, 1, name, i);
	}
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "channel_4 4 kPa   channel_5 5 kPa …"));
	CU_ASSERT_PTR_NULL(terminal_line(&stage.terminal, "channel_6"));
	stage_close(&stage);
}

/* At every size down to nothing the question and what is energised are there, and nothing is drawn beyond an edge. */
static void a_terminal_of_any_size_is_never_drawn_beyond(void)
{
	for (int columns = 21; columns <= 81; columns += 12)
		for (int rows = 6; rows <= 24; rows += 6) {
			struct stage stage;

			stage_open(&stage, columns, rows, false, rows % 4 ? "zh" : "en");
			begin(&stage, 1);
			tell(&stage, 1, AWAITS);
			reads(&stage, 1, "cell", 4.97);
			reads(&stage, 1, "inlet", 5);
			tell(&stage, 1, HEATER_ON);
			look(&stage);
			tell(&stage, 1, QUESTION);
			progress_types(stage.progress, 1,
				       "一二三四五六七八九十一二三四五六七八九十");
			for (int i = 0; i < 3; i++) {
				passes(&stage, SEC(5));
				look(&stage);
			}
			CU_ASSERT(terminal_shows(&stage.terminal, "十_"));
			stage_close(&stage);
		}
}

/* ---- several ---- */

static void each_slot_has_its_lines_where_there_is_room(void)
{
	struct stage stage;

	stage_open(&stage, 80, 24, true, "en");
	for (int slot = 1; slot <= 3; slot++) {
		begin(&stage, slot);
		tell(&stage, slot, AWAITS);
		reads(&stage, slot, "cell", slot);
	}
	tell(&stage, 2, HEATER_ON);
	look(&stage);

	CU_ASSERT(
		terminal_shows(&stage.terminal,
			       "  1 │ at most 0:00:30 left  step 4/6  Hold the pressure  AQ 6203"));
	CU_ASSERT(terminal_shows(&stage.terminal, "    │ cell 1 kPa → >= 5 kPa"));
	CU_ASSERT(terminal_shows(&stage.terminal, "    │ ! heater on  cell 2 kPa → >= 5 kPa"));
	CU_ASSERT(terminal_shows(&stage.terminal, "    │ cell 3 kPa → >= 5 kPa"));
	stage_close(&stage);
}

static void a_slot_that_needs_a_hand_is_marked_and_asked_in_full(void)
{
	struct stage stage;
	int row;

	stage_open(&stage, 80, 24, true, "en");
	for (int slot = 1; slot <= 3; slot++)
		begin(&stage, slot);
	tell(&stage, 2, QUESTION);
	tell(&stage, 3,
	     "{'event':'step','step':'Burn','number':5,'hazard':{'text':'hot','zh':'烫','wait':'1 "
	     "h'}}");
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "  1 │ "));
	CU_ASSERT(terminal_shows(&stage.terminal, "  2!│ ? Weigh it [kg]"));
	CU_ASSERT(terminal_shows(&stage.terminal, "  3!│ "));
	row = terminal_row(&stage.terminal, "slot 2 ? Weigh it [kg]  [type it, then Enter]");
	CU_ASSERT_FATAL(row >= 0);
	CU_ASSERT(stage.terminal.loud[row]);

	progress_answered(stage.progress, 2, 7);
	look(&stage);
	CU_ASSERT(terminal_shows(&stage.terminal, "  2 │ step 4/6"));
	CU_ASSERT_PTR_NULL(terminal_line(&stage.terminal, "slot 2 ?"));
	stage_close(&stage);
}

static void of_more_slots_than_lines_those_in_need_come_first(void)
{
	struct stage stage;
	int lines = 0;

	stage_open(&stage, 80, 12, true, "en");
	for (int slot = 1; slot <= 20; slot++) {
		begin(&stage, slot);
		tell(&stage, slot, AWAITS);
	}
	tell(&stage, 19, QUESTION);
	reads(&stage, 17, "cell", 3);
	passes(&stage, SEC(5)); /* it is asked for, and silent */
	tell(&stage, 3, "{'event':'waits','for':'manifold','others':2}");
	look(&stage);

	CU_ASSERT(terminal_shows(&stage.terminal, " 19!│ ? Weigh it [kg]"));
	CU_ASSERT(terminal_shows(&stage.terminal, " 17 │ "));
	CU_ASSERT(terminal_shows(&stage.terminal, "cell 3 kPa (! 0:00:05"));
	CU_ASSERT(terminal_shows(&stage.terminal, "slot 19 ? Weigh it"));
	CU_ASSERT(terminal_shows(&stage.terminal, "… and 14 more: 13 running, 1 waiting, 0 ended"));
	for (int row = terminal_row(&stage.terminal, "── ") + 1; row < 12; row++)
		lines += !strcmp(stage.terminal.cell[row][4], "│");
	CU_ASSERT_EQUAL(lines, 6);
	stage_close(&stage);
}

static void a_file_gets_lines_and_no_block(void)
{
	struct stage stage = {.several = false};
	char text[2000] = "";
	FILE *file = tmpfile();
	size_t size;

	words_choose("en");
	stage.time = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	stage.progress = progress_new(file, false, false, stage.time->clock);
	begin(&stage, 1);
	tell(&stage, 1, AWAITS);
	reads(&stage, 1, "cell", 4.97);
	tell(&stage, 1, HEATER_ON);
	tell(&stage, 1, QUESTION);
	progress_show(stage.progress);
	rewind(file);
	size = fread(text, 1, sizeof(text) - 1, file);

	CU_ASSERT(size > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "operator: Weigh it [kg]\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "cell"));
	CU_ASSERT_PTR_NULL(strchr(text, '\x1b'));
	progress_free(stage.progress);
	fclose(file);
	clock_rig_free(stage.time);
}

void suite_terminal(void)
{
	suite_begin("terminal");
	claim(two_channels_their_limit_and_the_time_left_are_shown);
	claim(the_same_is_said_in_chinese);
	claim(time_goes_on_between_events_and_a_reading_grows_old);
	claim(in_virtual_time_nothing_is_called_old);
	claim(what_is_away_from_safe_stands_there_until_it_is_back);
	claim(on_a_narrow_terminal_a_matter_goes_on_below_itself);
	claim(readings_that_have_no_room_are_not_left_out_unseen);
	claim(a_terminal_of_any_size_is_never_drawn_beyond);
	claim(each_slot_has_its_lines_where_there_is_room);
	claim(a_slot_that_needs_a_hand_is_marked_and_asked_in_full);
	claim(of_more_slots_than_lines_those_in_need_come_first);
	claim(a_file_gets_lines_and_no_block);
}
