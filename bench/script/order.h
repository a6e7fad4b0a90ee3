/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting that repeats: stable, and with no call to the operating system. */
#ifndef DAVY_SCRIPT_ORDER_H
#define DAVY_SCRIPT_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Must item `a` come before item `b`? May raise (longjmp): the arrays are the caller's. */
typedef bool order_before_fn(void *ctx, size_t a, size_t b);

/* Sort `count` item numbers; `scratch` has the same size. */
void order_sort(size_t *items, size_t *scratch, size_t count, order_before_fn *before, void *ctx);

#endif
