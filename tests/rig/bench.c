/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig's chips are gpio-sim's: a folder in configfs makes one, files in sysfs are the other end of its wires.
 * Its UARTs are on the board (pair 0) and on PCI cards (boot.sh): near cards and far cards stand in slots of their
 * own, four ports each, and a port's name is found through its slot, since it may change when a card comes back.
 */
#include "tests/rig/bench.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG "/sys/kernel/config/gpio-sim"
enum { CARD_PORTS = 4, TTYS = 64 };

struct rig_chip {
	char folder[128]; /* in configfs */
	char device[32];  /* gpio-sim.0 */
	char name[32];
	int lines;
};

/* A bench that cannot be made is no claim's business: say why and end. */
static void give_up(const char *what)
{
	fprintf(stderr, "rig: %s: %s\n", what, strerror(errno));
	abort();
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up(path);
	close(fd);
}

static void get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (got < 0)
		give_up(path);
	close(fd);
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

/* ---- chips ---- */

static void learn_names(struct rig_chip *chip)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/dev_name", chip->folder);
	get(path, chip->device, sizeof(chip->device));
	snprintf(path, sizeof(path), "%s/b0/chip_name", chip->folder);
	get(path, chip->name, sizeof(chip->name));
}

static void put_in(const struct rig_chip *chip, const char *file, const char *text)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", chip->folder, file);
	put(path, text);
}

static void make_folder(const struct rig_chip *chip, const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", chip->folder, name);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		give_up(path);
}

static struct rig_chip *make_chip(const char *in, const char *label, int lines)
{
	struct rig_chip *chip = calloc(1, sizeof(*chip));
	char text[64], folder[64];

	snprintf(chip->folder, sizeof(chip->folder), CONFIG "/%s", in);
	chip->lines = lines;
	make_folder(chip, "");
	make_folder(chip, "b0");
	snprintf(text, sizeof(text), "%d", lines);
	put_in(chip, "b0/num_lines", text);
	put_in(chip, "b0/label", label);
	for (int i = 0; i < lines; i++) {
		snprintf(folder, sizeof(folder), "b0/line%d", i);
		make_folder(chip, folder);
		snprintf(folder, sizeof(folder), "b0/line%d/name", i);
		snprintf(text, sizeof(text), "%s-%d", label, i);
		put_in(chip, folder, text);
	}
	rig_chip_plug(chip);
	return chip;
}

struct rig_chip *rig_chip_new(const char *label, int lines)
{
	return make_chip(label, label, lines);
}

struct rig_chip *rig_chip_twin(const char *label, int lines)
{
	char in[64];

	snprintf(in, sizeof(in), "%s-twin", label);
	return make_chip(in, label, lines);
}

const char *rig_chip_name(const struct rig_chip *chip)
{
	return chip->name;
}

static void wire_path(const struct rig_chip *chip, int line, const char *file, char path[128])
{
	assert(line >= 0 && line < chip->lines);
	snprintf(path, 128, "/sys/devices/platform/%s/%s/sim_gpio%d/%s", chip->device, chip->name,
		 line, file);
}

void rig_pull(const struct rig_chip *chip, int line, bool high)
{
	char path[128];

	wire_path(chip, line, "pull", path);
	put(path, high ? "pull-up" : "pull-down");
}

bool rig_value(const struct rig_chip *chip, int line)
{
	char path[128], text[8];

	wire_path(chip, line, "value", path);
	get(path, text, sizeof(text));
	return text[0] == '1';
}

static int open_wire(const struct rig_chip *chip, int line, const char *file, int flags)
{
	char path[128];
	int fd;

	wire_path(chip, line, file, path);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		give_up(path);
	return fd;
}

int rig_value_file(const struct rig_chip *chip, int line)
{
	return open_wire(chip, line, "value", O_RDONLY);
}

int rig_pull_file(const struct rig_chip *chip, int line)
{
	return open_wire(chip, line, "pull", O_WRONLY);
}

void rig_chip_unplug(struct rig_chip *chip)
{
	put_in(chip, "live", "0");
}

void rig_chip_plug(struct rig_chip *chip)
{
	put_in(chip, "live", "1");
	learn_names(chip);
}

static void remove_folder(const struct rig_chip *chip, const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", chip->folder, name);
	rmdir(path);
}

void rig_chip_free(struct rig_chip *chip)
{
	char folder[64];

	if (!chip)
		return;
	rig_chip_unplug(chip);
	for (int i = 0; i < chip->lines; i++) {
		snprintf(folder, sizeof(folder), "b0/line%d", i);
		remove_folder(chip, folder);
	}
	remove_folder(chip, "b0");
	remove_folder(chip, "");
	free(chip);
}

/* ---- pairs ---- */

static int card_of(int pair)
{
	return (pair - 1) / CARD_PORTS + 1;
}

/* Where boot.sh puts the near and the far card. */
static int slot_of(int card, bool near_end)
{
	return 2 * card + 2 + near_end;
}

/* The names of a card's ports in order; 0: the card is not there. */
static int ports_of(int slot, int numbers[CARD_PORTS])
{
	char path[64], card[32], target[PATH_MAX];
	int count = 0;

	snprintf(card, sizeof(card), "/0000:00:%02x.0/", (unsigned int)slot);
	for (int i = 0; i < TTYS && count < CARD_PORTS; i++) {
		snprintf(path, sizeof(path), "/sys/class/tty/ttyS%d", i);
		if (realpath(path, target) && strstr(target, card))
			numbers[count++] = i;
	}
	return count;
}

static void port_path(int pair, bool near_end, char path[32])
{
	int numbers[CARD_PORTS];

	assert(pair >= 0 && pair < RIG_PAIRS);
	if (pair == 0) {
		snprintf(path, 32, "/dev/ttyS%d", near_end ? 1 : 2);
		return;
	}
	errno = ENODEV;
	if (ports_of(slot_of(card_of(pair), near_end), numbers) != CARD_PORTS)
		give_up("a card of UARTs");
	snprintf(path, 32, "/dev/ttyS%d", numbers[(pair - 1) % CARD_PORTS]);
}

void rig_pair(int pair, char near_path[32], char far_path[32])
{
	port_path(pair, true, near_path);
	port_path(pair, false, far_path);
}

void rig_pair_unplug(int pair)
{
	char path[64];

	assert(pair > 0);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:00:%02x.0/remove",
		 (unsigned int)slot_of(card_of(pair), true));
	put(path, "1");
}

void rig_pair_plug(int pair)
{
	(void)pair;
	put("/sys/bus/pci/rescan", "1");
}
