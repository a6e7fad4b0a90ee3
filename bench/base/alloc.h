/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is always there: running out aborts, and a dead process is a state the bench survives. */
#ifndef DAVY_BASE_ALLOC_H
#define DAVY_BASE_ALLOC_H

#include <stddef.h>

/* Each result is never NULL and is freed with free(). */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
void *xmemdup(const void *data, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t size);
char *xprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
