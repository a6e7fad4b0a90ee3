/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy push to a stick. The bag is whole and read again before the controller is told of it; killed before that, the same
 * records are carried once more, and whoever receives them knows them by their ids.
 */
#include "cli/carry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/attest.h"
#include "cli/commands.h"
#include "cli/request.h"
#include "cli/words.h"
#include "record/destinations.h"
#include "record/outbox_carry.h"
#include "record/received.h"
#include "run/bundle.h"

static const struct {
	struct words folder, missing, no_folder, own_disk, read_only, forbidden, full, pulled,
		changed, other, nothing, carried, eject, more, mount;
} TEXTS = {
	.folder = {"destinations.json: '%s' is of kind bag and has no \"folder\" (an absolute path "
		   "on "
		   "the stick)",
		   "destinations.json:'%s' 类型为 bag,须有 \"folder\"(存储盘上的绝对路径)"},
	.missing = {"%s is not there: plug the stick in and mount it, or make that folder on it; "
		    "nothing "
		    "is carried, and everything waits as before",
		    "%s 不存在:请插入并挂载存储盘,或在盘上建立该目录;未带走任何记录,全部仍在等待"},
	.no_folder = {"%s is no folder; nothing is carried, and everything waits as before",
		      "%s 不是目录;未带走任何记录,全部仍在等待"},
	.own_disk = {"%s is on the bench's own disk: no stick is mounted there; nothing is "
		     "carried, and "
		     "everything waits as before (a folder that is meant to be there says "
		     "\"ownDisk\":true in destinations.json)",
		     "%s 位于本机硬盘:该处未挂载存储盘;未带走任何记录,全部仍在等待(若确为本机目录,"
		     "请在 destinations.json 中设 \"ownDisk\":true)"},
	.read_only =
		{"the stick at %s is mounted read-only, or its write protection is on: nothing is "
		 "carried, and everything waits as before",
		 "%s 处的存储盘为只读(或已开启写保护):未带走任何记录,全部仍在等待"},
	.forbidden = {"this user may not write into %s: mount the stick so that he may; nothing is "
		      "carried, and everything waits as before",
		      "当前用户无权写入 %s:请以可写方式挂载;未带走任何记录,全部仍在等待"},
	.full = {"the stick at %s is full, or too small for what is due (%lld records): nothing is "
		 "carried, and everything waits as before; take another, or make room on it",
		 "%s 处的存储盘已满,或容纳不下待送的 %lld "
		 "条记录:未带走任何记录,全部仍在等待;请更换存储盘或腾出空间"},
	.pulled =
		{"the stick at %s was pulled before all was on it: nothing counts as carried, and "
		 "everything waits as before",
		 "写完之前 %s 处的存储盘已被拔出:均不算带走,全部仍在等待"},
	.changed = {"what was written onto the stick at %s does not read as it was written (%s): "
		    "nothing "
		    "counts as carried; do not trust this stick with records",
		    "写入 %s "
		    "处存储盘的内容读回不一致(%s):均不算带走;请勿再用此盘存放记录"},
	.other = {"%s: %s; nothing is carried, and everything waits as before",
		  "%s:%s;未带走任何记录,全部仍在等待"},
	.nothing = {"%s: nothing is due", "%s:当前无待送记录"},
	.carried = {"%s: %lld records are on it, read again and whole; they wait for a receipt "
		    "(record "
		    "%lld)",
		    "%s:已带走 %lld 条记录,读回无误;等待回执(第 %lld 号记录)"},
	.eject = {"unmount the stick before you pull it: umount %s", "拔出前请先卸载:umount %s"},
	.more = {"more than %d records were due: `davy push %s` once more takes the next",
		 "待送记录超过 %d 条:再次执行 `davy push %s` 带走其余"},
	.mount =
		{"note: %s is not mounted with nosuid,nodev,noexec, as a foreign stick ought to be",
		 "注意:%s 未以 nosuid,nodev,noexec 挂载;外来存储盘应如此挂载"},
};

/* ---- the stick ---- */

/* A folder, and the file system that it was on when the trip began: once the stick is pulled, the same path is the bench's own disk. */
struct stick {
	const char *state, *folder;
	const struct value *settings; /* of its destination */
	dev_t device;
};

static struct value *settings_of(const char *state, const char *name, struct error *err)
{
	struct value *list = destinations_read(state, err), *copy = NULL;
	const struct value *found = list ? destinations_find(list, name, err) : NULL;

	if (found)
		copy = value_copy(found);
	value_free(list);
	return copy;
}

int carry_is(const char *state, const char *destination, struct error *err)
{
	struct value *settings = settings_of(state, destination, err);
	int is = settings ? outbox_is_bag(settings) : -1;

	value_free(settings);
	return is;
}

static int look_at_stick(struct stick *stick, struct error *err)
{
	const char *folder = stick->folder;
	bool may_be_own = value_get_bool(stick->settings, "ownDisk");
	const unsigned long safe = ST_NOSUID | ST_NODEV | ST_NOEXEC;
	struct stat there, here;
	struct statvfs mounted;

	if (stat(folder, &there) < 0)
		return error_set(err, ERROR_REFUSED, say(TEXTS.missing), folder);
	if (!S_ISDIR(there.st_mode))
		return error_set(err, ERROR_REFUSED, say(TEXTS.no_folder), folder);
	if (!may_be_own && stat(stick->state, &here) == 0 && here.st_dev == there.st_dev)
		return error_set(err, ERROR_REFUSED, say(TEXTS.own_disk), folder);
	if (statvfs(folder, &mounted) == 0 && (mounted.f_flag & ST_RDONLY))
		return error_set(err, ERROR_REFUSED, say(TEXTS.read_only), folder);
	if (access(folder, W_OK | X_OK) < 0)
		return error_set(err, ERROR_REFUSED,
				 say(errno == EROFS ? TEXTS.read_only : TEXTS.forbidden), folder);
	if (!may_be_own && (mounted.f_flag & safe) != safe) {
		printf(say(TEXTS.mount), folder);
		putchar('\n');
	}
	stick->device = there.st_dev;
	return 0;
}

/* Is that path, the stick's own folder or what was written into it, on the file system of the beginning? */
static bool is_on_stick(const struct stick *stick, const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && there.st_dev == stick->device;
}

/* What kept the bag from being written, in the words of the person who has the stick in his hand. */
static int explain(const struct stick *stick, long long count, struct error *err)
{
	const char *folder = stick->folder;
	struct error why = *err;

	if (!is_on_stick(stick, folder) || why.os == EIO || why.os == ENODEV)
		return error_set(err, ERROR_REFUSED, say(TEXTS.pulled), folder);
	if (why.os == ENOSPC || why.os == EDQUOT)
		return error_set(err, ERROR_REFUSED, say(TEXTS.full), folder, count);
	if (why.os == EROFS)
		return error_set(err, ERROR_REFUSED, say(TEXTS.read_only), folder);
	if (strstr(why.text, "read again behind its writing"))
		return error_set(err, ERROR_REFUSED, say(TEXTS.changed), folder, why.text);
	return error_set(err, why.kind, say(TEXTS.other), folder, why.text);
}

/* ---- the bag ---- */

/* ASCII, and in the order of time, by the millisecond since two may be made within a second: every file system keeps it. */
static char *bag_name(const char *destination, const struct value *seqs)
{
	struct wall_time now;
	time_t seconds;
	char text[32];
	struct tm utc;

	attest_now(&now);
	seconds = (time_t)(now.ms / 1000);
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &utc);
	return xprintf("davy-%s-%s%03lldZ-%lld-%lld", destination, text, (long long)(now.ms % 1000),
		       (long long)value_at(seqs, 0)->integer,
		       (long long)value_at(seqs, value_count(seqs) - 1)->integer);
}

/* What an earlier trip to this destination was cut off in. */
static void clear_torn(const char *folder, const char *destination)
{
	char *ours = xprintf("davy-%s-", destination), **names = NULL;
	struct error none;
	size_t count = 0;

	file_list(folder, &names, &count, &none);
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(names[i]);
		char *path = xprintf("%s/%s", folder, names[i]);

		if (strncmp(names[i], ours, strlen(ours)) == 0 && size > 5 &&
		    !strcmp(names[i] + size - 5, ".part"))
			file_remove_folder(path, &none);
		free(path);
		free(names[i]);
	}
	free(names);
	free(ours);
}

/* Its digest is that of a whole bag on the stick: one that came to lie on the bench's own disk is taken away again. */
static int write_bag(const struct stick *stick, const char *bag, const struct value *seqs,
		     char digest[HASH_HEX_SIZE], struct error *err)
{
	uint64_t *numbers = xcalloc(value_count(seqs), sizeof(*numbers));
	char *part = xprintf("%s.part", bag);
	struct value *says;
	struct error none;
	int done;

	for (size_t i = 0; i < value_count(seqs); i++)
		numbers[i] = (uint64_t)value_at(seqs, i)->integer;
	says = bundle_write(&(struct bundle_wish){.state = stick->state,
						  .seqs = numbers,
						  .seq_count = value_count(seqs),
						  .folder = bag},
			    err);
	done = says ? received_bag_digest(bag, digest, err) : -1;
	if (!says)
		file_remove_folder(part, &none);
	if (done == 0 && !is_on_stick(stick, bag)) {
		file_remove_folder(bag, &none);
		done = error_set(err, ERROR_REFUSED, say(TEXTS.pulled), stick->folder);
	} else if (done < 0) {
		explain(stick, (long long)value_count(seqs), err);
	}
	value_free(says);
	free(part);
	free(numbers);
	return done;
}

static struct value *ask(const char *state, const char *what, const char *destination,
			 struct value *more, struct error *err)
{
	struct value *request = value_map();

	value_set_text(more, "what", what);
	value_set_text(more, "destination", destination);
	value_set_text(request, "do", "outbox");
	value_set(request, "ask", more);
	return request_answer(state, request, err);
}

static int tell_carried(const char *state, const char *destination, const char *bag,
			const char *digest, const struct value *seqs, struct error *err)
{
	struct value *says = value_map(), *answer;

	value_set(says, "seqs", value_copy(seqs));
	value_set_text(says, "bag", strrchr(bag, '/') + 1);
	value_set_text(says, "bagSha256", digest);
	answer = ask(state, "carried", destination, says, err);
	if (!answer)
		return -1;
	printf(say(TEXTS.carried), bag, (long long)value_get_int(answer, "carried", 0),
	       (long long)value_get_int(answer, "receipt", 0));
	putchar('\n');
	value_free(answer);
	return 0;
}

static int carry(const struct stick *stick, const char *destination, const struct value *seqs,
		 struct error *err)
{
	char *name = bag_name(destination, seqs), *bag = xprintf("%s/%s", stick->folder, name);
	char digest[HASH_HEX_SIZE];
	int done;

	clear_torn(stick->folder, destination);
	done = write_bag(stick, bag, seqs, digest, err);
	if (done == 0)
		done = tell_carried(stick->state, destination, bag, digest, seqs, err);
	if (done == 0 && value_count(seqs) == OUTBOX_CARRIED_MOST) {
		printf(say(TEXTS.more), OUTBOX_CARRIED_MOST, destination);
		putchar('\n');
	}
	if (done == 0) {
		printf(say(TEXTS.eject), stick->folder);
		putchar('\n');
	}
	free(bag);
	free(name);
	return done == 0 ? EXIT_IS_PASS : -1;
}

int carry_once(const char *state, const char *destination, struct error *err)
{
	struct value *settings = settings_of(state, destination, err), *answer = NULL;
	const char *folder = value_get_text(settings, "folder");
	struct stick stick = {state, folder, settings, 0};
	const struct value *seqs;
	int code = -1, took = EXIT_IS_PASS;

	if (settings && (!folder || folder[0] != '/'))
		error_set(err, ERROR_USAGE, say(TEXTS.folder), destination);
	else if (settings && look_at_stick(&stick, err) == 0) {
		took = carry_receipts(state, destination, folder, true, err);
		answer = took < 0 ? NULL : ask(state, "carry", destination, value_map(), err);
	}
	seqs = value_get(answer, "seqs");
	if (answer && !value_count(seqs)) {
		printf(say(TEXTS.nothing), destination);
		putchar('\n');
		code = EXIT_IS_PASS;
	} else if (answer) {
		code = carry(&stick, destination, seqs, err);
	}
	value_free(answer);
	value_free(settings);
	return code == EXIT_IS_PASS ? took : code;
}
