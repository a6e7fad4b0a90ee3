/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes in the place of davy-lua that do not keep to the rules, on one of two slots: nonsense on the
 * wire, floods, frames that are sound but out of order, answers to nothing. Each has the valve open when
 * it begins; each ends as ERROR with a sentence, safe, and nothing of it shows in the other slot.
 *
 * The rules themselves are claimed one by one in test_peer_limits.c and test_schema.c.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "tests/neighbours.h"

/* Requests 1 to 3 are step_begin, read and act. */
#define BODY HOSTILE_OPENED "log 'now'\nwait '10 s'\nfx.valve:close()"

#define RUNNER "the script's process "
#define WORLD "the simulated world "

/* What either role is killed for. */
#define NONSENSE(X, role, WHO)                                                                     \
	X(role, garbage,                                                                           \
	  WHO "sent what is no message: not a packet: the frame at byte 0 is cut"                  \
	      " short")                                                                            \
	X(role, half, WHO "sent what is no message: ")                                             \
	X(role, huge_length,                                                                       \
	  WHO "sent what is no message: not a packet: the frame at byte 0 is"                      \
	      " longer than the packet")                                                           \
	X(role, unknown,                                                                           \
	  WHO "sent what is no message: not a packet: the frame at byte 0 has an"                  \
	      " unknown type")                                                                     \
	X(role, other_version, "davy and davy-lua are of different versions")                      \
	X(role, nested, "it is nested deeper than 32")                                             \
	X(role, empty, WHO)                                                                        \
	X(role, huge, WHO "sent a packet of 65537 bytes, and 65536 are allowed")                   \
	X(role, flood, WHO "sent more than 1 MiB in one turn")                                     \
	X(role, chatty, WHO "wrote more than 1000 notes in one turn")                              \
	X(role, wrong_ack, WHO "answered frame ")                                                  \
	X(role, after_idle, WHO "went on after IDLE")                                              \
	X(role, controller, WHO "sent ADVANCE, which only the controller sends")                   \
	X(role, skipping, WHO "sent frame ")                                                       \
	X(role, open_ended, WHO "ended a packet with neither IDLE nor MORE")                       \
	X(role, busy, WHO "used more than 1 s of processor time in one turn")                      \
	X(role, exit, WHO "ended with exit code 3")                                                \
	X(role, killed, WHO "was killed by signal 9")                                              \
	X(role, closing, WHO "closed its socket")

#define FUNCTION(role, mode, part)                                                                 \
	static void a_##role##_that_is_##mode(void)                                                \
	{                                                                                          \
		neighbours_check(&(struct mini_order){.body = BODY}, #role ":" #mode, part);       \
	}
NONSENSE(FUNCTION, runner, RUNNER)
NONSENSE(FUNCTION, world, WORLD)
FUNCTION(world, late, WORLD) /* it may have been told something meanwhile */

static void a_runner_that_is_mute(void)
{
	neighbours_check(&(struct mini_order){.body = BODY}, "runner:mute",
			 RUNNER "gave no answer for more than 5 s");
}

/* ---- sound frames, out of order ---- */

static void check_told(const char *role, const char *frames, const char *part)
{
	struct neighbours both;
	char *peer;

	neighbours_open(&both);
	bench_put(&both.bench, "frames", frames);
	peer = xprintf("%s:@%s/frames", role, both.bench.folder);
	neighbours_run(&both, &(struct mini_order){.body = BODY}, peer);

	CU_ASSERT(neighbours_ended(&both, VERDICT_ERROR, part));
	free(peer);
	neighbours_close(&both);
}

#define LOST "the script waits for nothing and has not ended: a task was lost"
#define WAIT(id) "REQUEST " id " {'verb':'wait','for':'[1 s]'}\n"

#define TOLD_BY_RUNNERS(X)                                                                         \
	X(an_answer_to_nothing, LOST, "ANSWER 9 {'text':'yes'}")                                   \
	X(data_that_nobody_asked_for, LOST, "DATA 0 {'id':'mini'}")                                \
	X(what_only_worlds_say, LOST, "OUT 0 {'reached':99,'lines':{'lid':false}}")                \
	X(a_cancel_of_nothing, LOST, "CANCEL 99")                                                  \
	X(a_cancel_of_what_has_ended, LOST, "CANCEL 2\nCANCEL 3\nCANCEL 3")                        \
	X(nothing_at_all, LOST, "")                                                                \
	X(a_number_given_twice, RUNNER "numbered a request 4 after 4", WAIT("4") WAIT("4"))        \
	X(a_number_given_again_while_setting, RUNNER "numbered a request 4 after 4",               \
	  "REQUEST 4 {'verb':'set','device':'meter','values':{'drive':'[9 Pa]','trim':'[9 "        \
	  "Pa]'}}\n" WAIT("4"))                                                                    \
	X(a_number_that_goes_back, RUNNER "numbered a request 2 after 3", WAIT("2"))               \
	X(no_number, RUNNER "numbered a request 0 after 3", WAIT("0"))                             \
	X(the_end_in_the_middle, "the script ended in the middle of its step 'S'", "DONE")         \
	X(the_end_while_it_waits, "the script ended in the middle of its step 'S'",                \
	  WAIT("4") "DONE")                                                                        \
	X(a_measure_taken_twice, "x", "MEASURE 0 {'step':'S','measure':'x','from':'[900 Pa]'}")    \
	X(a_measure_that_nobody_declared, "y",                                                     \
	  "MEASURE 0 {'step':'S','measure':'y','from':'[9 Pa]'}")                                  \
	X(a_measure_of_a_reading_to_come, "r999",                                                  \
	  "MEASURE 0 {'step':'S','measure':'x','key':'2','from':'r999'}")                          \
	X(a_measure_of_another_step, "Q", "MEASURE 0 {'step':'Q','measure':'x','from':'[9 Pa]'}")  \
	X(a_verb_that_is_none, "there is no verb", "REQUEST 4 {'verb':'explode'}")                 \
	X(a_field_too_many, "is not a field of this message",                                      \
	  "REQUEST 4 {'verb':'wait','for':'[1 s]','now':true}")                                    \
	X(an_act_on_an_input, LOST, "REQUEST 4 {'verb':'act','line':'lid','on':true}")             \
	X(a_trace_that_is_none, LOST, "REQUEST 4 {'verb':'trace_max','trace':77}")                 \
	X(a_gift_of_nothing, LOST, "REQUEST 4 {'verb':'give','of':99,'left':false}")               \
	X(a_wait_for_less_than_nothing, LOST, "REQUEST 4 {'verb':'wait','for':'[-1 s]'}")          \
	X(the_beginning_of_no_step, LOST, "REQUEST 4 {'verb':'step_begin','step':'Q','repeat':1}") \
	X(words_after_a_failure, "it broke",                                                       \
	  "FAILED 0 {'text':'it broke','kind':'script'}\n"                                         \
	  "REQUEST 4 {'verb':'act','line':'motor','on':true}\nNOTE 0 {'text':'PASS'}\nDONE")       \
	X(a_failure_of_no_kind, "it broke", "FAILED 0 {'text':'it broke','kind':'PASS'}")          \
	X(a_failure_without_end, "it broke", "FAILED 0 {'text':'it broke','kind':'script'}")

#define TOLD_FUNCTION(name, part, frames)                                                          \
	static void a_runner_says_##name(void)                                                     \
	{                                                                                          \
		check_told("runner", frames, part);                                                \
	}
TOLD_BY_RUNNERS(TOLD_FUNCTION)

#define SILENT WORLD "took its turn and did not say how far it came"
#define TOLD_BY_WORLDS(X)                                                                          \
	X(nothing_about_time, SILENT, "")                                                          \
	X(that_it_went_nowhere, WORLD "did not go on when it was told to",                         \
	  "--\nOUT 0 {'reached':0,'lines':{'lid':true}}")                                          \
	X(that_it_went_back, WORLD "did not go on when it was told to",                            \
	  "--\nOUT 0 {'reached':-5000000000,'lines':{'lid':true}}")                                \
	X(that_nothing_changed, WORLD "stopped between two steps, and nothing had changed",        \
	  "--\nOUT 0 {'reached':1,'lines':{}}")                                                    \
	X(an_answer_to_nothing, SILENT,                                                            \
	  "ANSWER 77 {'values':[1]}\n--\nANSWER 0 {}\nANSWER 78 'yes'")                            \
	X(what_only_scripts_say, SILENT,                                                           \
	  "DONE\n--\nREQUEST 1 {'verb':'wait','for':'[1 s]'}\nDONE")                               \
	X(that_it_failed, WORLD "failed: it broke", "FAILED 0 {'text':'it broke','kind':'x'}")     \
	X(a_line_that_is_none, SILENT, "--\nOUT 0 {'reached':9000000000,'lines':{'nosuch':true}}") \
	X(a_level_that_is_none,                                                                    \
	  "interlock: the lid is shut while the valve is open, but lid is off",                    \
	  "--\nOUT 0 {'reached':9000000000,'lines':{'lid':'up'}}")                                 \
	X(an_output_of_the_fixture, SILENT,                                                        \
	  "--\nOUT 0 {'reached':9000000000,'lines':{'valve':true}}")                               \
	X(a_stream_of_nothing, SILENT,                                                             \
	  "--\nOUT 0 {'reached':9000000000,'lines':{},'streams':[{'device':'no','index':7}]}")     \
	X(a_stream_of_one_who_has_none, "meter: its twin: there is no stream 1",                   \
	  "--\nOUT 0 {'reached':9000000000,'lines':{},'streams':[{'device':'meter','index':1,"     \
	  "'fields':'xyz'}]}")                                                                     \
	X(streams_that_are_none, SILENT,                                                           \
	  "--\nOUT 0 {'reached':9000000000,'lines':{},'streams':[7,'x',[],{}]}")                   \
	X(pulses_that_are_none, SILENT,                                                            \
	  "--\nOUT 0 {'reached':9000000000,'lines':{},'pulses':[7,{'t':-5,'lines':7},{'t':99},"    \
	  "{'t':9e99,'lines':{'pulses':[]}}]}")

#define WORLD_FUNCTION(name, part, frames)                                                         \
	static void a_world_says_##name(void)                                                      \
	{                                                                                          \
		check_told("world", frames, part);                                                 \
	}
TOLD_BY_WORLDS(WORLD_FUNCTION)

/* ---- loaders ---- */

static void check_loader(const char *deed, const char *part)
{
	struct neighbours both;
	char *peer = xprintf("loader:%s", deed);

	neighbours_open(&both);
	neighbours_plan(&both, peer);

	CU_ASSERT(bench_refused(&both.bench, part));
	free(peer);
	neighbours_close(&both);
}

#define LOADER "could not be loaded: its process "

static void a_loader_that_talks_nonsense_refuses_the_order(void)
{
	check_loader("garbage", LOADER "sent what is no message");
	check_loader("half", LOADER "sent what is no message");
	check_loader("huge_length", LOADER "sent what is no message");
	check_loader("huge", LOADER "sent a packet of 65537 bytes");
	check_loader("flood", LOADER "sent more than 1 MiB in one turn");
	check_loader("exit", LOADER "ended with exit code 3");
	check_loader("killed", LOADER "was killed by signal 9");
}

static void a_loader_that_computes_for_ever_refuses_the_order(void)
{
	check_loader("busy", LOADER "used more than 1 s of processor time in one turn");
}

void suite_hostile_peers(void)
{
#define CLAIM(role, mode, part) claim(a_##role##_that_is_##mode);
#define CLAIM_TOLD(name, part, frames) claim(a_runner_says_##name);
#define CLAIM_WORLD(name, part, frames) claim(a_world_says_##name);
	suite_begin("hostile_peers");
	NONSENSE(CLAIM, runner, RUNNER)
	claim(a_runner_that_is_mute);
	NONSENSE(CLAIM, world, WORLD)
	CLAIM(world, late, )
	TOLD_BY_RUNNERS(CLAIM_TOLD)
	TOLD_BY_WORLDS(CLAIM_WORLD)
	claim(a_loader_that_talks_nonsense_refuses_the_order);
	claim(a_loader_that_computes_for_ever_refuses_the_order);
#undef CLAIM
#undef CLAIM_TOLD
#undef CLAIM_WORLD
}
