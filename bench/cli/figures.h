/* SPDX-License-Identifier: Apache-2.0 */
/* Judged measures, verdicts and times as people read them. `measure` is what judged_describe gives. */
#ifndef DAVY_CLI_FIGURES_H
#define DAVY_CLI_FIGURES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/nsec.h"
#include "base/value.h"
#include "cli/options.h"

/* Each appends to `out`. */
void figure_name(
	struct buf *out,
	const struct value *measure); /* "deviation[ch4_1]"; in Chinese where there is "zh" */
/* The same, and of a specimen that was adjusted "(as found)" or "(as left)". */
void figure_state(struct buf *out, const struct value *measure);
/* Of a line "resumed": how long the bench was away, until when, in which wait. */
void figure_away(struct buf *out, const struct value *resumed);
/* Of a photo (run/photo.h, looked at): what it shows, its id and digest; or that there is none. */
void figure_photo(struct buf *out, const struct value *photo);
/* What was drawn by one line, for how long, and of which cylinder. */
void figure_gas(struct buf *out, const struct value *gas);
/* "zero, by 0017" of each adjustment, and on which state the verdict rests where the order says so. */
bool figure_adjusted(struct buf *out, const struct value *adjustments, bool as_left);
void figure_value(struct buf *out, const struct value *measure); /* "2.05 %vol ± 0.03 %vol", "on" */
void figure_limit(struct buf *out, const struct value *measure); /* "<= 20 s", "no limit" */
/*
 * A reason in the reader's language: what was said in Chinese, or is recognised as one of Davy's own (run/reason.h), or else as it
 * was said. To be freed by the caller; NULL of NULL.
 */
char *figure_reason(const char *english, const char *chinese);
/* The same, of what says why it is as it is. */
char *figure_why(const struct value *judged);
/* The same behind `before`; nothing where nothing is said. */
void figure_add_why(struct buf *out, const char *before, const struct value *judged);
/* Of a check what was expected: in the reader's language, or NULL. */
const char *figure_expected(const struct value *measure);
/* "t90 28.4 s ± 0.6 s (<= 20 s)", or what stands in place of a value. */
void figure_measure(struct buf *out, const struct value *measure);
/* The same with the reason why it was not decided, where it was not. */
void figure_reasoned(struct buf *out, const struct value *measure);
/* "✓ t90  18.4 s ± 0.6 s (k = 2)  PASS 合格" */
void figure_judged(struct buf *out, const struct value *measure);
/* What is said of a run whose journal has no beginning: power went before its first line was on the disk. */
const char *figure_unbegun(void);
void figure_time(struct buf *out, nsec time);	  /* "1:02:05.3" */
void figure_duration(struct buf *out, nsec time); /* "61.8 min" */
/* "SIMULATED 仿真  ", in both languages always, or nothing. */
void figure_provenance(struct buf *out, bool simulated);
/* "UNCONTROLLED 未受控  " of a real run that was none for a certificate, in both languages always. */
void figure_control(struct buf *out, bool simulated, bool controlled);
/* What the wires of a run were: "real" or "rig", and of which station's file; nothing where simulated. */
void figure_wires(struct buf *out, const char *wires, const char *station);
/* "FAIL 不合格" */
void figure_verdict(struct buf *out, const char *verdict);
/* "HAZARD 危险: the bed is hot 药床高温; not to be touched for 60 min"; false: NULL, and nothing. */
bool figure_hazard(struct buf *out, const struct value *hazard);
/* "serial B7, rated 80 L": of the line "run", what was ordered and what else the protocol takes. */
void figure_dut(struct buf *out, const struct value *head);
/* Print each sentence of a list to stderr, as a warning; it may be NULL. */
void figure_warn(const struct value *warnings);
const char *figure_mark(const char *verdict); /* ✓ ✗ ? */
enum exit_code figure_exit(const char *verdict);

#endif
