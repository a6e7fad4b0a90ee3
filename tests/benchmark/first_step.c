/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first_step TEXT COMMAND …: from the execution of a command to the moment at which its terminal shows
 * TEXT. The command is then waited for.
 */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmark/figures.h"

int main(int argc, char **argv)
{
	static char shown[65536];
	size_t size = 0;
	nsec began = figure_now(), found = 0;
	int terminal;
	ssize_t more;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "first_step TEXT COMMAND …\n");
		return 2;
	}
	child = forkpty(&terminal, NULL, NULL, NULL);
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while ((more = read(terminal, shown + size, sizeof(shown) - 1 - size)) > 0) {
		size += (size_t)more;
		shown[size] = '\0';
		if (!found && strstr(shown, argv[1]))
			found = figure_now() - began;
		if (size > sizeof(shown) / 2)
			size = 0;
	}
	waitpid(child, NULL, 0);
	if (!found) {
		fprintf(stderr, "first_step: '%s' was never shown\n", argv[1]);
		return 1;
	}
	figure_print("first_step_ms", 1e3 * nsec_seconds(found));
	return 0;
}
