/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a claim inside the rig has for a bench: GPIO chips made of gpio-sim, and UARTs joined in pairs.
 * Inputs are driven and outputs observed through the simulator's own files, never through Davy.
 */
#ifndef DAVY_TESTS_RIG_BENCH_H
#define DAVY_TESTS_RIG_BENCH_H

#include <stdbool.h>

struct rig_chip;

/*
 * A chip with this label and so many lines, named LABEL-0 …; a claim that cannot have one fails. All lines
 * are pulled down.
 */
struct rig_chip *rig_chip_new(const char *label, int lines);
/* Another with the same label and the same names of lines, beside it. */
struct rig_chip *rig_chip_twin(const char *label, int lines);
/* Its name: "gpiochip0". */
const char *rig_chip_name(const struct rig_chip *chip);
/* Drive an input: the simulator's pull, high or low. */
void rig_pull(const struct rig_chip *chip, int line, bool high);
/* The pull's file, open for writing "pull-up" or "pull-down" with pwrite(…, 0). The caller closes it. */
int rig_pull_file(const struct rig_chip *chip, int line);
/* The level on the wire now. */
bool rig_value(const struct rig_chip *chip, int line);
/* The wire's file, open for reading with pread(…, 0): "0\n" or "1\n". The caller closes it. */
int rig_value_file(const struct rig_chip *chip, int line);
/* Hot removal while it is in use, and its return. */
void rig_chip_unplug(struct rig_chip *chip);
void rig_chip_plug(struct rig_chip *chip);
void rig_chip_free(struct rig_chip *chip); /* accepts NULL */

/*
 * The n-th pair (from 0) of UARTs: near is Davy's, far the other end. Pair 0 is on the board; 1 to 4, 5 to 8 and
 * 9 to 12 have a card each at either end.
 */
enum { RIG_PAIRS = 13 };
void rig_pair(int pair, char near_path[32], char far_path[32]);
/* Hot removal of the near end's card, with all four ports on it, and its return: as of a USB adapter. */
void rig_pair_unplug(int pair);
void rig_pair_plug(int pair);

#endif
