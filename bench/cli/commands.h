/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, one file each. */
#ifndef DAVY_CLI_COMMANDS_H
#define DAVY_CLI_COMMANDS_H

#include "cli/options.h"

extern const struct command COMMAND_RUN;
extern const struct command COMMAND_CONTINUE;
extern const struct command COMMAND_CHECK;
extern const struct command COMMAND_LIST;
extern const struct command COMMAND_SHOW;
extern const struct command COMMAND_REPLAY;
extern const struct command COMMAND_WHY;
extern const struct command COMMAND_EXPORT;
extern const struct command COMMAND_VERIFY;
extern const struct command COMMAND_WIRES;
extern const struct command COMMAND_CLOCK;
extern const struct command COMMAND_SAFE;
extern const struct command COMMAND_RIG;
extern const struct command COMMAND_OPERATE;
extern const struct command COMMAND_QUALIFY;
extern const struct command COMMAND_CALIBRATIONS;
extern const struct command COMMAND_APPROVE;
extern const struct command COMMAND_LIMITS;
extern const struct command COMMAND_CHECK_STANDARD;
extern const struct command COMMAND_LOT;
extern const struct command COMMAND_LABEL;
extern const struct command COMMAND_GAS;
extern const struct command COMMAND_READY;
extern const struct command COMMAND_CONTROLLER;
extern const struct command COMMAND_GUARDIAN;
extern const struct command COMMAND_KEYS;
extern const struct command COMMAND_SIGN;
extern const struct command COMMAND_VOID;
extern const struct command COMMAND_RECORD;
extern const struct command COMMAND_CORRECT;
extern const struct command COMMAND_AFFECTED;
extern const struct command COMMAND_REGISTER;
extern const struct command COMMAND_IDENTIFY;
extern const struct command COMMAND_ORDER;
extern const struct command COMMAND_OUTBOX;
extern const struct command COMMAND_PUSH;
extern const struct command COMMAND_HISTORY;
extern const struct command COMMAND_RECEIVE;
extern const struct command COMMAND_SERIES;
extern const struct command COMMAND_REPORT;
extern const struct command COMMAND_AUDIT;
extern const struct command COMMAND_STATS;

#endif
