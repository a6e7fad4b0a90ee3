/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merge sort over item numbers.
 *
 * The C library's qsort asks the system for its amount of memory (a call the filter kills for), and
 * Lua's table.sort picks pivots by the clock. Both would make a replay differ, or die. This one is
 * stable, so that equal items keep the order of their arrival; a comparison that contradicts itself
 * gives some order and ends.
 */
#include "script/order.h"

#include <string.h>

static void merge(const size_t *from, size_t *to, size_t middle, size_t count,
		  order_before_fn *before, void *ctx)
{
	size_t left = 0, right = middle;

	for (size_t i = 0; i < count; i++) {
		bool take_right =
			left == middle || (right < count && before(ctx, from[right], from[left]));

		to[i] = take_right ? from[right++] : from[left++];
	}
}

void order_sort(size_t *items, size_t *scratch, size_t count, order_before_fn *before, void *ctx)
{
	size_t middle = count / 2;

	if (count < 2)
		return;
	order_sort(items, scratch, middle, before, ctx);
	order_sort(items + middle, scratch, count - middle, before, ctx);
	memcpy(scratch, items, count * sizeof(*items));
	merge(scratch, items, middle, count, before, ctx);
}
