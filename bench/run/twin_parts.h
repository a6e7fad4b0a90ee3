/* SPDX-License-Identifier: Apache-2.0 */
/* Between twin.c, which answers, and twin_compile.c, which reads what an author wrote. */
#ifndef DAVY_RUN_TWIN_PARTS_H
#define DAVY_RUN_TWIN_PARTS_H

#include "codec/frame.h"
#include "codec/layout.h"
#include "codec/modbus.h"
#include "run/twin.h"

enum { TWIN_ENTRIES = 32, TWIN_STREAMS = 8, TWIN_DEVICES = 16, QUESTION_ITEMS = 16 };

/* One register, question or frame of a twin. */
struct twin_entry {
	bool holding, reads, writes; /* registers */
	uint16_t address;
	double scale;
	struct layout layout;
	const char *ask;   /* answers: template */
	const char *fixed; /* answers: reply without asking the world */
	struct frame_layout *ask_layout, *reply_layout; /* frames */
};

enum twin_bus { TWIN_MODBUS = 1, TWIN_LINE, TWIN_FRAME };

struct twin {
	char device[32];
	char ends[8];
	int unit;
	enum twin_bus bus; /* 0: it only ever speaks by itself */
	nsec delay;
	size_t count;
	struct twin_entry entry[TWIN_ENTRIES];
	size_t stream_count;
	struct frame_layout *stream[TWIN_STREAMS]; /* NULL: a line */
};

struct twin_port {
	struct world **world;
	const struct twin_wire *wire;
	void *mouth; /* the wire's own */
	size_t count;
	struct twin *twin[TWIN_DEVICES];
	/* the question being answered */
	const struct twin *asked;
	struct modbus_request request;
	size_t item_count;
	size_t item[QUESTION_ITEMS]; /* indices of entries */
	uint8_t frame[FRAME_MOST];   /* frames: as it was asked */
	size_t frame_size;
};

/* One twin out of what the loader said of it; the caller frees it. */
struct twin *twin_compile(const char *device, int unit, const struct value *simulator,
			  const char *ends, struct error *err);
void twin_free(struct twin *twin);

#endif
