/* SPDX-License-Identifier: Apache-2.0 */
/* Notes for whoever runs the service: one line each on stderr. Nothing below run/ writes any. */
#ifndef DAVY_BASE_LOG_H
#define DAVY_BASE_LOG_H

void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
