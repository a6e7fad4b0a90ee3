/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pair of UARTs in one loop: Davy's port at the near end, and a far end that the claim plays itself,
 * on a plain descriptor.
 */
#ifndef DAVY_TESTS_RIG_FAR_END_H
#define DAVY_TESTS_RIG_FAR_END_H

#include "base/buf.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "port/serial_real.h"

struct far_end {
	struct loop *loop;
	struct bench_clock *clock; /* the loop's real one */
	struct serial_wire wire;   /* of the near end */
	char near_path[32], far_path[32];
	int fd;
	struct watch *watch;
	struct buf heard; /* at the far end */
	/* Called when the far end has heard something; NULL: it listens only. */
	void (*hears)(struct far_end *far);
	void *played; /* by whoever plays it */
	struct timer end;
	bool chatters;
};

/*
 * Nothing is opened at the near end; `wire` is filled in: "115200 8N1" on that pair. What an earlier claim
 * has left on the line is waited for and dropped.
 */
void far_end_open(struct far_end *far, int pair);
/* The near end must be closed. */
void far_end_close(struct far_end *far);
void far_end_say(struct far_end *far, const void *bytes, size_t size);
/* From now on it says zero bytes as fast as the line takes them, like an RS-485 driver that is stuck. */
void far_end_chatter(struct far_end *far);
/* Run the loop for so long, or until somebody quits it. */
void far_end_run(struct far_end *far, nsec time);
/* Run it until there are so many bytes in one of the ends' `heard`; the machine may be slow. */
void far_end_await(struct far_end *far, const struct buf *heard, size_t size);

/* Open the near end, and keep what its user hears. */
struct near_end {
	struct far_end *far;
	struct serial *serial; /* NULL: it could not be opened, and `error` says why */
	struct error error;
	struct buf heard;
	int lost, back;
	nsec lost_at, back_at;
	char why[240];
};

void near_end_open(struct near_end *near_end, struct far_end *far);
void near_end_close(struct near_end *near_end);

/* The speed that the kernel says a port has, also an odd one. */
int rig_baud(int fd);

#endif
