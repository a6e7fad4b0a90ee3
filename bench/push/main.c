/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy-push STATE DESTINATION FD once|always: the process of one destination. `davy push` starts it, with the socket of
 * the controller as descriptor FD.
 * davy-push STATE DESTINATION read EQUIPMENT, davy-push STATE DESTINATION read-runs all: what that destination has about it,
 * or of all runs, on stdout (reading.h). `davy history` and `davy stats` start it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "push/courier.h"
#include "push/live.h"
#include "push/reading.h"

enum { EXIT_IS_USAGE = 2, EXIT_IS_ERROR = 3 };

static int end(const struct courier_place *place, const struct error *err)
{
	fprintf(stderr, "davy: push %s: %s\n", place->destination, err->text);
	return err->kind == ERROR_USAGE ? EXIT_IS_USAGE : EXIT_IS_ERROR;
}

static int be(const struct courier_place *place, struct error *err)
{
	int live = live_is(place, err);

	return live < 0 ? -1 : live ? live_run(place, err) : courier_run(place, err);
}

static int tell(const struct courier_place *place, const char *equipment)
{
	const struct reading reading = {place->state, place->destination, equipment};
	struct error err;

	return reading_run(&reading, stdout, &err) == 0 ? 0 : end(place, &err);
}

int main(int count, char **arguments)
{
	struct courier_place place;
	struct error err;

	if (count != 5) {
		fprintf(stderr, "davy-push: it is started by davy push\n");
		return EXIT_IS_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	place = (struct courier_place){.state = arguments[1],
				       .destination = arguments[2],
				       .controller = atoi(arguments[3]),
				       .leaves = !strcmp(arguments[4], "once")};
	if (!strncmp(arguments[3], "read", 4))
		return tell(&place, strcmp(arguments[3], "read-runs") ? arguments[4] : NULL);
	return be(&place, &err) == 0 ? 0 : end(&place, &err);
}
