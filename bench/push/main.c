/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy-push STATE DESTINATION FD once|always: the process of one destination. `davy push` starts it, with the socket of
 * the controller as descriptor FD.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "push/courier.h"

enum { EXIT_IS_USAGE = 2, EXIT_IS_ERROR = 3 };

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
	if (courier_run(&place, &err) == 0)
		return 0;
	fprintf(stderr, "davy: push %s: %s\n", place.destination, err.text);
	return err.kind == ERROR_USAGE ? EXIT_IS_USAGE : EXIT_IS_ERROR;
}
