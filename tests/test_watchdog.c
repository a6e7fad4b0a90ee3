/* SPDX-License-Identifier: Apache-2.0 */
/* The hardware watchdog, played by a file: what the guardian writes into it, and when. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/claims.h"
#include "tests/guardian_rig.h"

struct rig {
	char state[64], path[96];
	struct safe_image *image;
	struct ward_house house;
};

static struct buf read_file(const char *path)
{
	struct error err;
	struct buf text;

	buf_init(&text);
	CU_ASSERT_EQUAL(file_read(path, 1 << 20, &text, &err), 0);
	return text;
}

/* Armed, with an image that has this line (NULL: none). */
static void rig_open(struct rig *rig, const char *line)
{
	guardian_state_open(rig->state);
	snprintf(rig->path, sizeof(rig->path), "%s/watchdog", rig->state);
	close(open(rig->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	rig->image = image_new(1);
	if (line)
		image_add_line(rig->image, line, false);
	snprintf(rig->image->watchdog, sizeof(rig->image->watchdog), "%s", rig->path);
	ward_house_open(&rig->house, rig->state, rig->image, NULL);
	CU_ASSERT_TRUE(ward_house_tells(&rig->house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig->house, "armed "));
}

static void rig_close(struct rig *rig)
{
	ward_house_close(&rig->house);
	safe_image_free(rig->image);
	guardian_state_close(rig->state);
}

static void the_watchdog_is_petted_while_the_controller_lives(void)
{
	struct rig rig;
	struct buf bytes;

	rig_open(&rig, NULL);
	usleep(2500000);
	bytes = read_file(rig.path);

	CU_ASSERT_TRUE(bytes.size >= 2 && bytes.size <= 4);
	CU_ASSERT_PTR_NULL(strchr(bytes.data, 'V'));
	buf_done(&bytes);
	rig_close(&rig);
}

static void the_watchdog_is_sent_away_at_dismissal(void)
{
	struct rig rig;
	struct buf bytes;

	rig_open(&rig, NULL);
	ward_house_do(&rig.house, "disarm safe");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did "));
	ward_house_do(&rig.house, "free");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did "));
	bytes = read_file(rig.path);

	CU_ASSERT_TRUE(bytes.size > 0 && bytes.data[bytes.size - 1] == 'V');
	buf_done(&bytes);
	rig_close(&rig);
}

static void the_watchdog_is_sent_away_once_a_dead_controllers_lines_are_safe(void)
{
	struct rig rig;
	struct buf bytes;

	rig_open(&rig, NULL);
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 2000));
	bytes = read_file(rig.path);

	CU_ASSERT_TRUE(bytes.size > 0 && bytes.data[bytes.size - 1] == 'V');
	buf_done(&bytes);
	rig_close(&rig);
}

static void the_watchdog_bites_when_a_line_cannot_be_made_safe(void)
{
	struct rig rig;
	struct buf bytes;

	rig_open(&rig, "no-such-line-anywhere");
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(guardian_log_says(rig.state, "the watchdog is left to reset this machine"));
	bytes = read_file(rig.path);
	CU_ASSERT_PTR_NULL(strchr(bytes.data, 'V'));
	buf_done(&bytes);
	rig_close(&rig);
}

static void a_watchdog_that_is_not_there_arms_nothing(void)
{
	struct rig rig;

	guardian_state_open(rig.state);
	rig.image = image_new(1);
	snprintf(rig.image->watchdog, sizeof(rig.image->watchdog), "/nowhere/watchdog");
	ward_house_open(&rig.house, rig.state, rig.image, NULL);

	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(
		&rig.house,
		"error /nowhere/watchdog: the watchdog cannot be opened: No such file"));
	rig_close(&rig);
}

void suite_watchdog(void)
{
	suite_begin("watchdog");
	claim(the_watchdog_is_petted_while_the_controller_lives);
	claim(the_watchdog_is_sent_away_at_dismissal);
	claim(the_watchdog_is_sent_away_once_a_dead_controllers_lines_are_safe);
	claim(the_watchdog_bites_when_a_line_cannot_be_made_safe);
	claim(a_watchdog_that_is_not_there_arms_nothing);
}
