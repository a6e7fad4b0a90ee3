/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller-like process with a guardian (the real `davy guardian`), for claims: it arms one image and
 * then lives until something happens to it. Ports are pipes, so that what leaves can be read.
 */
#ifndef DAVY_TESTS_GUARDIAN_RIG_H
#define DAVY_TESTS_GUARDIAN_RIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "run/safe_image.h"

/* A scratch state folder. */
void guardian_state_open(char state[64]);
void guardian_state_close(const char *state);

/* An image for this slot; add to it. safe_image_free frees it. */
struct safe_image *image_new(int slot);
void image_add_line(struct safe_image *image, const char *where, bool level);
void image_add_port(struct safe_image *image, const char *where);
/* To the port added last. */
void image_add_write(struct safe_image *image, const char *bytes);

struct ward_house {
	pid_t pid;	    /* the controller */
	pid_t guardian_pid; /* once it is armed */
	int heard;	    /* what it tells: one line per event */
	int orders;
	struct buf text;
};

/*
 * Fork one and let it arm the image with these descriptors (one per port, or NULL). It tells "ready",
 * "armed PID" or "error WHY", and after that obeys ward_house_do: "arm", "disarm safe", "disarm", "ready",
 * "free", "exit", and "drive": request the lines of every image, away from safe.
 */
void ward_house_open(struct ward_house *house, const char *state, const struct safe_image *image,
		     const int *fds);
/* The same with several slots, told as armed when the last one is; ports that really are there are opened. */
void ward_house_open_many(struct ward_house *house, const char *state,
			  struct safe_image *const *images, size_t count);
/* Its next line begins with this, within ten seconds? */
bool ward_house_tells(struct ward_house *house, const char *beginning);
void ward_house_do(struct ward_house *house, const char *order);
/* Kill it and, where they are still there, its guardian. */
void ward_house_close(struct ward_house *house);

/* Read from `fd` until this many bytes have come or `within_ms` has passed; how many came. */
size_t take_bytes(int fd, char *bytes, size_t size, int within_ms);
/* Is this process gone (or a zombie) within so long? */
bool process_goes(pid_t pid, int within_ms);
/* Has the guardian's log this in it, within three seconds? */
bool guardian_log_says(const char *state, const char *part);
int now_ms(void);

#endif
