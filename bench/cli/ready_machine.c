/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: the machine itself. Batteries and printers are read where the kernel shows them, below /sys and /dev ($DAVY_SYS
 * and $DAVY_DEV where those stand elsewhere). A battery that has no driver there, as many that sit on a Raspberry Pi, is not seen, and that is
 * said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/columns.h"
#include "cli/label_printer.h"
#include "cli/ready_parts.h"
#include "cli/ticket_printer.h"
#include "loop/machine_time.h"
#include "record/wall_time.h"
#include "run/calendar.h"
#include "run/disk_room.h"

enum {
	TEXT_MOST = 4096, /* bytes of a file of sysfs */
	BATTERY_LEAST =
		20, /* percent; chosen, as is the next: how long a bench runs on its own is */
	BATTERY_ENOUGH = 50, /* for whoever has it to find out */
};

static const struct {
	struct words no_battery, battery, level, silent, charge, room, counts, disk, make_room,
		read_only, replace, synchronised, stated, alone, doubtful, set_clock, watch_clock,
		no_printer, plug, printer, has_paper, not_told, unwritable, join;
	struct words status[5];
} TEXTS = {
	.no_battery = {"none that the kernel knows of", "系统未见电池"},
	.battery = {"%s %lld %%%s%s", "%s %lld %%%s%s"},
	.level = {"%s %s", "%s %s"},
	.silent = {"%s does not say its charge", "%s 未给出电量"},
	.charge = {"charge it", "请充电"},
	.room = {"%.1f GiB free of %.1f GiB", "可用 %.1f GiB,共 %.1f GiB"},
	.counts = {"nobody counts the bytes of this disk", "该存储不计容量"},
	.disk = {"; a run needs %llu MiB or a fifth of it",
		 ";开始检验须有 %llu MiB 或五分之一可用"},
	.make_room = {"make room: Davy deletes nothing", "请腾出空间:Davy 不删除任何数据"},
	.read_only = {"mounted read-only", "以只读方式挂载"},
	.replace = {"a card that fails is mounted so: copy the state folder onto another",
		    "存储卡损坏时系统会如此挂载:请将数据目录复制到新卡"},
	.synchronised = {"%s, by a time server, within %lld ms",
			 "%s,已由时间服务器同步,误差不超过 %lld ms"},
	.stated = {"%s, as two persons have said", "%s,由两人确认"},
	.alone = {"%s, not synchronised", "%s,未经同步"},
	.doubtful = {"%s, not to be believed", "%s,不可信"},
	.set_clock = {"a time server, or davy clock set", "联网对时,或 davy clock set"},
	.watch_clock = {"hold it against a watch", "请与钟表核对"},
	.no_printer = {"none is plugged in", "未接"},
	.plug = {"plug it in, if needed", "如需打印请接上"},
	.printer = {"%s%s%s%s, %s", "%s%s%s%s,%s"},
	.has_paper = {"with paper", "有纸"},
	.not_told = {"paper not looked at", "未查看纸张"},
	.unwritable = {"%s may not be written to: %s", "无法写入 %s:%s"},
	.join = {"let the user who prints join group lp", "请将打印用户加入 lp 组"},
	.status = {{"Charging", "充电中"},
		   {"Discharging", "放电中"},
		   {"Full", "已充满"},
		   {"Not charging", "未充电"},
		   {"Unknown", "状态未知"}},
};

/* ---- sysfs ---- */

static const char *folder_of(const char *variable, const char *otherwise)
{
	const char *given = getenv(variable);

	return given && *given ? given : otherwise;
}

/* What a file says, without its line's end; NULL: it is not there, or says nothing. The caller frees it. */
static char *read_line(const char *folder, const char *device, const char *name)
{
	char *path = xprintf("%s/%s/%s", folder, device, name), *line = NULL;
	struct error ignored;
	struct buf text;

	buf_init(&text);
	if (file_read(path, TEXT_MOST, &text, &ignored) == 0 && text.size)
		line = xstrndup(text.data, strcspn(text.data, "\n"));
	if (line)
		columns_clean(line);
	buf_done(&text);
	free(path);
	return line;
}

static bool says(const char *folder, const char *device, const char *name, const char *text)
{
	char *line = read_line(folder, device, name);
	bool is_said = line && !strcmp(line, text);

	free(line);
	return is_said;
}

/* Those of a class that are wanted; how many there were. A class that is not there has none. */
static size_t look_at_each(struct ready_finding *finding, const char *class,
			   bool (*is_wanted)(const char *folder, const char *device),
			   void (*look)(struct ready_finding *finding, const char *folder,
					const char *device))
{
	char *folder = xprintf("%s/class/%s", folder_of("DAVY_SYS", "/sys"), class), **names = NULL;
	struct error none_there;
	size_t count = 0, wanted = 0;

	if (file_list(folder, &names, &count, &none_there) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_wanted(folder, names[i])) {
			look(finding, folder, names[i]);
			wanted++;
		}
		free(names[i]);
	}
	free(names);
	free(folder);
	return wanted;
}

/* ---- battery ---- */

/* One that feeds the machine: that of a mouse has the scope "Device". */
static bool is_battery(const char *folder, const char *device)
{
	return (says(folder, device, "type", "Battery") || says(folder, device, "type", "UPS")) &&
	       !says(folder, device, "scope", "Device") && !says(folder, device, "present", "0");
}

static const char *status_words(const char *status)
{
	for (size_t i = 0; i < sizeof(TEXTS.status) / sizeof(TEXTS.status[0]); i++)
		if (!strcmp(status, TEXTS.status[i].english))
			return say(TEXTS.status[i]);
	return status;
}

static enum ready_mark mark_of_charge(long long percent)
{
	return percent < BATTERY_LEAST	  ? READY_NO
	       : percent < BATTERY_ENOUGH ? READY_LOOK
					  : READY_YES;
}

/* In words, where a driver has no number: Critical, Low, Normal, High, Full, Unknown. */
static enum ready_mark mark_of_level(const char *level)
{
	if (!strcmp(level, "Critical") || !strcmp(level, "Low"))
		return READY_NO;
	return !strcmp(level, "Unknown") ? READY_LOOK : READY_YES;
}

static void look_at_battery(struct ready_finding *finding, const char *folder, const char *device)
{
	char *capacity = read_line(folder, device, "capacity");
	char *level = read_line(folder, device, "capacity_level");
	char *status = read_line(folder, device, "status");
	char *end = capacity;
	long long percent = capacity ? strtoll(capacity, &end, 10) : -1;
	enum ready_mark mark = level ? mark_of_level(level) : READY_LOOK;
	bool has_number = capacity && end != capacity && !*end && percent >= 0 && percent <= 100;

	if (has_number) {
		mark = mark_of_charge(percent);
		if (level && mark_of_level(level) == READY_NO)
			mark = READY_NO;
		ready_find(finding, mark,
			   xprintf(say(TEXTS.battery), device, percent, status ? ", " : "",
				   status ? status_words(status) : ""),
			   mark == READY_YES ? NULL : say(TEXTS.charge));
	} else if (level && strcmp(level, "Unknown") != 0) {
		ready_find(finding, mark, xprintf(say(TEXTS.level), device, level),
			   mark == READY_YES ? NULL : say(TEXTS.charge));
	} else {
		char *why = xprintf(say(TEXTS.silent), device);

		ready_unseen(finding, why);
		free(why);
	}
	free(capacity);
	free(level);
	free(status);
}

void ready_battery(const struct ready *ready, struct ready_finding *finding)
{
	(void)ready;
	if (!look_at_each(finding, "power_supply", is_battery, look_at_battery))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.no_battery)), NULL);
}

/* ---- disk ---- */

/* As the controller asks for it (run/disk_room.h), when every slot of the station begins a run. */
void ready_disk(const struct ready *ready, struct ready_finding *finding)
{
	const double gib = (double)(1 << 30);
	size_t slots = value_count(value_get(ready->station_data, "slots"));
	uint64_t least = (slots ? slots : 1) * DISK_ROOM_LEAST, there, whole;
	struct statvfs disk;
	bool has_room;
	char *room;

	if (statvfs(ready->state, &disk) == 0 && (disk.f_flag & ST_RDONLY)) {
		ready_find(finding, READY_NO, xstrdup(say(TEXTS.read_only)), say(TEXTS.replace));
		return;
	}
	if (statvfs(ready->state, &disk) < 0) {
		room = xprintf("%s: %s", ready->state, strerror(errno));
		ready_unseen(finding, room);
		free(room);
		return;
	}
	there = (uint64_t)disk.f_bavail * disk.f_frsize;
	whole = (uint64_t)disk.f_blocks * disk.f_frsize;
	has_room = disk_has_room(there, whole, least);
	if (whole == 0) {
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.counts)), NULL);
		return;
	}
	room = xprintf(say(TEXTS.room), (double)there / gib, (double)whole / gib);
	if (!has_room) {
		char *needs = xprintf(say(TEXTS.disk), (unsigned long long)(least >> 20));
		char *both = xprintf("%s%s", room, needs);

		free(needs);
		free(room);
		room = both;
	}
	ready_find(finding, has_room ? READY_YES : READY_NO, room,
		   has_room ? NULL : say(TEXTS.make_room));
}

/* ---- clock ---- */

void ready_clock(const struct ready *ready, struct ready_finding *finding)
{
	struct machine_time now;
	char whole[WALL_TIME_SIZE], text[WALL_TIME_SIZE], zone[8];

	machine_time_read(&now);
	wall_time_write(&(struct wall_time){now.wall_ms, now.zone_minutes}, whole);
	wall_time_zone(&(struct wall_time){now.wall_ms, now.zone_minutes}, zone);
	/* to the minute, as on a watch */
	snprintf(text, sizeof(text), "%.10s %.5s %s", whole, whole + strlen("2026-03-01T"), zone);
	if (!ready->is_believed)
		ready_find(finding, READY_NO, xprintf(say(TEXTS.doubtful), text),
			   say(TEXTS.set_clock));
	else if (now.is_synchronised)
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.synchronised), text, (long long)now.error_ms), NULL);
	else if (now.is_stated)
		ready_find(finding, READY_YES, xprintf(say(TEXTS.stated), text), NULL);
	else
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.alone), text),
			   say(TEXTS.watch_clock));
}

/* ---- printer ---- */

static bool is_printer(const char *folder, const char *device)
{
	(void)folder;
	return !strncmp(device, "lp", strlen("lp"));
}

/*
 * It is in the kernel's list of printers, so it may be asked. What a label printer is asked is to a ticket printer the
 * choice of a typeface, which it forgets with the next ticket; the other way round it would be half a command.
 */
static void ask_printer(struct ready_finding *finding, const char *path, const char *product)
{
	struct stat status;
	struct error err;
	bool answered = false;

	if (stat(path, &status) == 0 && S_ISCHR(status.st_mode) &&
	    (label_printer_look(path, &answered, &err) < 0 ||
	     (!answered && ticket_printer_look(path, &answered, &err) < 0)))
		ready_find(finding, READY_LOOK, xstrdup(err.text), NULL);
	else
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.printer), path, product ? " (" : "",
				   product ? product : "", product ? ")" : "",
				   say(answered ? TEXTS.has_paper : TEXTS.not_told)),
			   NULL);
}

static void look_at_printer(struct ready_finding *finding, const char *folder, const char *name)
{
	char *path = xprintf("%s/usb/%s", folder_of("DAVY_DEV", "/dev"), name);
	/* the interface has no name of its own; the plug that it is a part of has */
	char *product = read_line(folder, name, "device/../product");
	int why = access(path, W_OK) == 0 ? 0 : errno;

	if (!why)
		ask_printer(finding, path, product);
	else
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.unwritable), path, strerror(why)),
			   why == EACCES ? say(TEXTS.join) : NULL);
	free(product);
	free(path);
}

void ready_printer(const struct ready *ready, struct ready_finding *finding)
{
	(void)ready;
	if (!look_at_each(finding, "usbmisc", is_printer, look_at_printer))
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.no_printer)), say(TEXTS.plug));
}
