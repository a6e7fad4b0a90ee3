/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which line is meant. All chips under /dev are opened and asked; a symbolic link there (Raspberry Pi OS has
 * some, for old programs) would show a chip twice and is passed over.
 *
 * Nothing is cached: chips come and go, and a bench is opened rarely.
 */
#include "port/gpio_where.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

enum { CHIPS = 64 };

struct chips {
	struct gpio_chip *chip[CHIPS];
	size_t count;
	char refused[64]; /* a path that could not be opened */
	int why;
};

/* ---- the chips there are ---- */

static int is_chip(const struct dirent *entry)
{
	return strncmp(entry->d_name, "gpiochip", strlen("gpiochip")) == 0;
}

static void chips_open(struct chips *chips)
{
	struct dirent **entries = NULL;
	int count = scandir("/dev", &entries, is_chip, versionsort);

	*chips = (struct chips){0};
	for (int i = 0; i < count; i++) {
		char path[300];
		struct stat stat;

		snprintf(path, sizeof(path), "/dev/%s", entries[i]->d_name);
		free(entries[i]);
		if (lstat(path, &stat) < 0 || !S_ISCHR(stat.st_mode) || chips->count == CHIPS)
			continue;
		chips->chip[chips->count] = gpio_chip_open(path);
		if (chips->chip[chips->count]) {
			chips->count++;
			continue;
		}
		chips->why = errno;
		snprintf(chips->refused, sizeof(chips->refused), "%s", path);
	}
	free(entries);
}

static void chips_close(struct chips *chips)
{
	for (size_t i = 0; i < chips->count; i++)
		gpio_chip_close(chips->chip[i]);
}

/* "gpiochip0 (pinctrl-bcm2711), gpiochip1 (…)" */
static const char *chips_named(const struct chips *chips, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < chips->count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s (%s)", i ? ", " : "",
					 gpio_chip_name(chips->chip[i]),
					 gpio_chip_label(chips->chip[i]));
	return text;
}

static int check_any(const struct chips *chips, const char *where, struct error *err)
{
	if (chips->count > 0)
		return 0;
	if (!chips->refused[0])
		return error_set(err, ERROR_DEVICE,
				 "'%s' is no GPIO line: this machine has no GPIO chip", where);
	errno = chips->why;
	error_os(err, "'%s': cannot open %s", where, chips->refused);
	if (chips->why == EACCES)
		snprintf(err->text + strlen(err->text), sizeof(err->text) - strlen(err->text),
			 " (is this user in the group gpio?)");
	return -1;
}

/* ---- CHIP:OFFSET ---- */

static void place_set(struct gpio_place *place, const struct gpio_chip *chip, unsigned offset)
{
	*place = (struct gpio_place){.offset = offset};
	snprintf(place->chip, sizeof(place->chip), "%s", gpio_chip_name(chip));
	snprintf(place->label, sizeof(place->label), "%s", gpio_chip_label(chip));
}

/* "gpiochip0", a label, or a path that leads to a chip. */
static bool is_called(const struct gpio_chip *chip, const char *text)
{
	char *real = text[0] == '/' ? realpath(text, NULL) : NULL;
	const char *base = real ? strrchr(real, '/') + 1 : text;
	bool called =
		strcmp(base, gpio_chip_name(chip)) == 0 || strcmp(text, gpio_chip_label(chip)) == 0;

	free(real);
	return called;
}

/* Split at the last colon, when a number follows it. */
static bool split(const char *where, char chip[128], unsigned *offset)
{
	const char *colon = strrchr(where, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (!colon || colon == where || digits == 0 || digits > 6 || colon[1 + digits])
		return false;
	snprintf(chip, 128, "%.*s", (int)(colon - where), where);
	*offset = (unsigned)strtoul(colon + 1, NULL, 10);
	return true;
}

static int find_by_offset(const struct chips *chips, const char *text, unsigned offset,
			  struct gpio_place *place, struct error *err)
{
	const struct gpio_chip *found = NULL;
	char named[320];

	for (size_t i = 0; i < chips->count; i++) {
		if (!is_called(chips->chip[i], text))
			continue;
		if (found)
			return error_set(err, ERROR_USAGE,
					 "two GPIO chips are called '%s': %s and %s: write one of "
					 "these instead",
					 text, gpio_chip_name(found),
					 gpio_chip_name(chips->chip[i]));
		found = chips->chip[i];
	}
	if (!found)
		return error_set(err, ERROR_USAGE, "there is no GPIO chip '%s' (there is %s)", text,
				 chips_named(chips, named, sizeof(named)));
	if (offset >= gpio_chip_lines(found))
		return error_set(err, ERROR_USAGE, "%s (%s) has lines 0 to %u, and no line %u",
				 gpio_chip_name(found), gpio_chip_label(found),
				 gpio_chip_lines(found) - 1, offset);
	place_set(place, found, offset);
	return 0;
}

/* ---- by a line's own name ---- */

static int find_by_name(const struct chips *chips, const char *name, struct gpio_place *place,
			struct error *err)
{
	bool found = false;
	char named[320];

	for (size_t i = 0; i < chips->count; i++) {
		for (unsigned offset = 0; offset < gpio_chip_lines(chips->chip[i]); offset++) {
			struct gpio_chip_line line;

			if (gpio_chip_look(chips->chip[i], offset, &line) < 0 ||
			    strcmp(line.name, name) != 0)
				continue;
			if (found)
				return error_set(err, ERROR_USAGE,
						 "two GPIO lines are named '%s': %s:%u and %s:%u: "
						 "write one of these instead",
						 name, place->chip, place->offset,
						 gpio_chip_name(chips->chip[i]), offset);
			place_set(place, chips->chip[i], offset);
			found = true;
		}
	}
	if (found)
		return 0;
	return error_set(err, ERROR_USAGE, "no GPIO line is named '%s' (looked at %s)", name,
			 chips_named(chips, named, sizeof(named)));
}

int gpio_place_find(const char *where, struct gpio_place *place, struct error *err)
{
	struct chips chips;
	struct error ignored;
	char chip[128];
	unsigned offset;
	int done;

	chips_open(&chips);
	done = check_any(&chips, where, err);
	if (done == 0 && !split(where, chip, &offset))
		done = find_by_name(&chips, where, place, err);
	else if (done == 0 && find_by_offset(&chips, chip, offset, place, err) < 0)
		done = find_by_name(&chips, where, place, &ignored); /* a name with a colon in it */
	chips_close(&chips);
	return done;
}

int gpio_where(const char *where, char chip[64], unsigned *offset, char label[64],
	       struct error *err)
{
	struct gpio_place place;

	if (gpio_place_find(where, &place, err) < 0)
		return -1;
	snprintf(chip, 64, "%s", place.chip);
	snprintf(label, 64, "%s", place.label);
	*offset = place.offset;
	return 0;
}

/* ---- requests ---- */

struct gpio_want gpio_want_of(const struct gpio_wire *wire, unsigned offset)
{
	return (struct gpio_want){
		.offset = offset,
		.high = wire->settings.level != wire->active_low,
		.bias = wire->bias,
		.drive = wire->drive,
	};
}

int gpio_refused(struct gpio_chip *chip, const struct gpio_want *wants, size_t count,
		 const struct gpio_wire *const *wires, struct error *err)
{
	int why = errno;

	for (size_t i = 0; i < count && why == EBUSY; i++) {
		struct gpio_chip_line line;

		if (gpio_chip_look(chip, wants[i].offset, &line) < 0 || !line.user[0])
			continue;
		return error_set(err, ERROR_OS, "%s: line %u of %s (%s) is in use by %s",
				 wires[i]->settings.name, wants[i].offset, gpio_chip_name(chip),
				 gpio_chip_label(chip), line.user);
	}
	errno = why;
	return error_os(err, "%s%s: %s (%s) gives no such line", wires[0]->settings.name,
			count > 1 ? " and others" : "", gpio_chip_name(chip),
			gpio_chip_label(chip));
}
