/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires are found by their label in configfs, as a claim made them (bench.c), and read through gpio-sim's own files.
 * A wire's time is the last at which it came to its level: one that was safe, and unsafe once more, was not safe.
 * After an act, watching goes on for a tenth of the patience when all are where they should be.
 *
 * Who looks comes before whom it looks at: a look that waited for a processor would be counted as theirs. It leaves
 * them the processor between two looks.
 */
#include "tests/rig/probe.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "tests/rig/bench.h"
#include "tests/rig/tag_module.h"

enum { WIRES_MOST = 256, BETWEEN_LOOKS = 500 /* us */ };

struct wire {
	int file;
	bool wanted, there;
	double since; /* s, after the act */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_word(const char *path, char word[64])
{
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%63s", word) != 1) {
		fprintf(stderr, "probe: there is no %s\n", path);
		exit(2);
	}
	fclose(file);
}

static int open_wire(const char *label, int line, const char *what, int flags)
{
	char path[256], device[64], chip[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/config/gpio-sim/%s/dev_name", label);
	read_word(path, device);
	snprintf(path, sizeof(path), "/sys/kernel/config/gpio-sim/%s/b0/chip_name", label);
	read_word(path, chip);
	snprintf(path, sizeof(path), "/sys/devices/platform/%s/%s/sim_gpio%d/%s", device, chip,
		 line, what);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		exit(2);
	}
	return fd;
}

static bool level_of(int file)
{
	char level = '?';

	return pread(file, &level, 1, 0) == 1 && level == '1';
}

static int pull(char **words)
{
	int fd = open_wire(words[0], atoi(words[1]), "pull", O_WRONLY);
	const char *text = !strcmp(words[2], "high") ? "pull-up" : "pull-down";
	bool done = write(fd, text, strlen(text)) > 0;

	close(fd);
	return done ? 0 : 2;
}

static void parse_wire(struct wire *wire, char *word)
{
	char *line = strchr(word, ':'), *level = strchr(word, '=');

	if (!line || !level) {
		fprintf(stderr, "probe: '%s' is not LABEL:LINE=LEVEL\n", word);
		exit(2);
	}
	*line = *level = '\0';
	*wire = (struct wire){.file = open_wire(word, atoi(line + 1), "value", O_RDONLY),
			      .wanted = level[1] == '1',
			      .since = -1};
}

/* One look at all of them, or only at those that were not where they should be; true when all are. */
static bool look(struct wire *wires, size_t count, double begun, bool again)
{
	bool all = true;

	for (size_t i = 0; i < count; i++) {
		if (wires[i].there && !again)
			continue;
		bool there = level_of(wires[i].file) == wires[i].wanted;

		if (there && !wires[i].there)
			wires[i].since = now() - begun;
		wires[i].there = there;
		all = all && there;
	}
	return all;
}

static int watch(struct wire *wires, size_t count, double begun, double patience, double linger)
{
	double latest = 0, until = begun + patience;
	bool all = false, was = false;

	while (now() < until) {
		all = look(wires, count, begun, was) && (was || look(wires, count, begun, true));
		if (all && !was && now() + linger < until)
			until = now() + linger;
		else if (!all && was)
			until = begun + patience;
		was = all;
		usleep(BETWEEN_LOOKS);
	}
	for (size_t i = 0; i < count; i++)
		latest = wires[i].since > latest ? wires[i].since : latest;
	if (!all)
		fprintf(stderr, "probe: not all wires had their level within %g s\n", patience);
	printf("%.3f\n", latest * 1e3);
	return all ? 0 : 1;
}

/* How many words the act takes; 0: there is no such act. */
static int act_words(const char *act)
{
	return !strcmp(act, "pull")	 ? 4
	       : !strcmp(act, "kill")	 ? 3
	       : !strcmp(act, "nothing") ? 1
					 : 0;
}

static int do_act(char **words)
{
	if (!strcmp(words[0], "pull"))
		return pull(words + 1);
	if (!strcmp(words[0], "kill"))
		return kill(atoi(words[1]), atoi(words[2]));
	return 0;
}

static void come_first(void)
{
	struct sched_param real_time = {.sched_priority = 50};

	sched_setscheduler(0, SCHED_FIFO, &real_time);
}

static int when(int count, char **words)
{
	static struct wire wires[WIRES_MOST];
	int first = act_words(words[0]);
	size_t wire_count = 0;
	double begun, patience;

	if (!first || count < first + 3) {
		fprintf(stderr, "probe: when pull, kill or nothing\n");
		return 2;
	}

	for (int i = first + 2; i < count && wire_count < WIRES_MOST; i++)
		parse_wire(&wires[wire_count++], words[i]);
	begun = now();
	look(wires, wire_count, begun, true);
	for (size_t i = 0; i < wire_count; i++)
		wires[i].since = 0; /* those that are there already */
	if (strcmp(words[0], "nothing") != 0)
		come_first();
	begun = now();
	if (do_act(words) != 0) {
		perror("probe");
		return 2;
	}
	patience = atof(words[first + 1]);
	return watch(wires, wire_count, begun, patience,
		     strcmp(words[0], "nothing") != 0 ? patience / 10 : 0);
}

/* What a time server's client tells the kernel when it has found the calendar right within a millisecond. */
static int synchronise(void)
{
	struct timex state = {.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
			      .maxerror = 1000,
			      .esterror = 1000};

	if (adjtimex(&state) >= 0)
		return 0;
	perror("probe: adjtimex");
	return 2;
}

int rig_probe(int count, char **words)
{
	if (count == 1 && !strcmp(words[0], "synchronise"))
		return synchronise();
	if (count == 4 && !strcmp(words[0], "pull"))
		return pull(words + 1);
	if (count == 3 && !strcmp(words[0], "value")) {
		printf("%d\n", level_of(open_wire(words[1], atoi(words[2]), "value", O_RDONLY)));
		return 0;
	}
	if (count == 3 && !strcmp(words[0], "chip")) {
		printf("%s\n", rig_chip_name(rig_chip_new(words[1], atoi(words[2]))));
		return 0;
	}
	if (count == 3 && !strcmp(words[0], "module"))
		return tag_module_play(words[1], words[2]);
	if (count > 1 && !strcmp(words[0], "when"))
		return when(count - 1, words + 1);
	fprintf(stderr, "probe: chip, pull, value, when, module or synchronise\n");
	return 2;
}
