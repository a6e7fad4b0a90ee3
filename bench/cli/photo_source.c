/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is new in a folder is told by a list of what lay in it when the question was asked, and by no clock: a phone's is not the
 * bench's, and copying keeps the time of the shot. Of several new ones the one that came last is taken.
 */
#include "cli/photo_source.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/photo_camera.h"
#include "cli/place.h"
#include "cli/words.h"
#include "run/photo.h"

enum { CAMERAS_MOST = 8 /* pictures whose files are not removed yet */ };

static const struct {
	struct words file, folder, camera, none_new, no_folder, no_source, not_there, unused,
		simulated;
} TEXTS = {
	.unused = {"davy: nothing has asked for the photo '%s': it is not in the record\n",
		   "davy: 没有步骤要求照片 '%s',未入记录\n"},
	.file = {"type a picture's file, or drop it here", "输入照片文件路径,或把文件拖到此处"},
	.folder = {"; Enter takes the newest picture that has come into %s since now",
		   ";按 Enter 取此后进入 %s 的最新照片"},
	.camera = {"; Enter takes a picture with the camera at %s",
		   ";按 Enter 用 %s 处的摄像头拍摄"},
	.none_new = {"no picture (JPEG or PNG) has come into %s since it was asked for: wait until "
		     "the phone or camera has copied it, then press Enter again",
		     "提问后 %s 中没有新照片(JPEG 或 PNG):请等手机或相机传完后再按 Enter"},
	.no_folder = {"%s: the folder for photos cannot be read: %s", "%s:照片文件夹无法读取:%s"},
	.no_source = {"nothing was typed: name a picture's file; --photos-from DIR takes new ones "
		      "out of a folder, --camera DEVICE takes them with a camera",
		      "未输入内容:请给出照片文件;--photos-from 目录 可取文件夹中的新照片,--camera "
		      "设备 可用摄像头拍摄"},
	.not_there = {"%s: there is no such file", "%s:没有此文件"},
	.simulated = {"a simulated run takes no photo of anything: leave --photo, --photos-from "
		      "and --camera out",
		      "仿真检验不拍摄实物照片:请勿使用 --photo、--photos-from 与 --camera"},
};

struct photo_source {
	struct loop *loop;
	const struct photo_wish *wish;
	struct value *said;    /* map: what was given and has been said */
	char *name;	       /* of the question, "SLOT:ID"; or NULL */
	char *folder, *camera; /* of the question: one of them, or neither */
	struct value *before;  /* map: what lay in the folder, by name */
	struct photo_camera *cameras[CAMERAS_MOST];
	size_t camera_count;
	photo_found_fn *fn; /* who waits for a camera, or NULL */
	void *ctx;
};

/* ---- the folder ---- */

/* Those that no report takes are found, too, so that whoever gave one hears why. */
static bool is_picture(const char *name)
{
	static const char *const ENDINGS[] = {".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && dot != name && name[0] != '.' && i < 6; i++)
		if (!strcasecmp(dot, ENDINGS[i]))
			return true;
	return false;
}

/* Names to what tells one state of a file from another. NULL: the folder cannot be read. */
static struct value *list_folder(const char *folder, struct error *err)
{
	struct value *list = value_map();
	char **names;
	size_t count;

	if (file_list(folder, &names, &count, err) < 0) {
		value_free(list);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);
		struct stat file;

		if (is_picture(names[i]) && stat(path, &file) == 0 && S_ISREG(file.st_mode))
			value_set(list, names[i],
				  value_printf("%020lld.%09ld %llu %lld",
					       (long long)file.st_ctim.tv_sec, file.st_ctim.tv_nsec,
					       (unsigned long long)file.st_ino,
					       (long long)file.st_size));
		free(path);
		free(names[i]);
	}
	free(names);
	return list;
}

/* The new one that came last; the caller frees it. */
static char *newest(const struct photo_source *source, struct error *err)
{
	const char *found = NULL, *came = "";
	struct value *now;
	struct error why;
	char *path;

	now = list_folder(source->folder, &why);
	if (!now) {
		error_set(err, ERROR_OS, say(TEXTS.no_folder), source->folder, why.text);
		return NULL;
	}
	for (size_t i = 0; i < value_count(now); i++) {
		const char *name = value_key(now, i), *state = value_at(now, i)->text;
		const char *was = value_get_text(source->before, name);

		if ((was && !strcmp(was, state)) || strcmp(state, came) < 0)
			continue;
		found = name;
		came = state;
	}
	path = found ? xprintf("%s/%s", source->folder, found) : NULL;
	if (!found)
		error_set(err, ERROR_USAGE, say(TEXTS.none_new), source->folder);
	value_free(now);
	return path;
}

/* ---- what is typed ---- */

/*
 * One word as terminals write a file that is dropped on them: in quotes, or with a backslash before what is special. `*rest` is
 * what stands behind it. The caller frees it.
 */
static char *first_word(const char *text, const char **rest)
{
	struct buf word;
	char quote = '\0';

	buf_init(&word);
	for (; *text && (quote || (*text != ' ' && *text != '\t')); text++) {
		if (quote ? *text == quote : *text == '\'' || *text == '"')
			quote = quote ? '\0' : *text;
		else if (*text == '\\' && quote != '\'' && text[1])
			buf_add_byte(&word, (uint8_t) * ++text);
		else
			buf_add_byte(&word, (uint8_t)*text);
	}
	*rest = text + strspn(text, " \t");
	return buf_detach(&word);
}

static char *without_blanks(const char *typed)
{
	const char *from = typed + strspn(typed, " \t\r");
	size_t size = strlen(from);

	while (size && strchr(" \t\r", from[size - 1]))
		size--;
	return xstrndup(from, size);
}

/* A whole line that names a file is one, whatever blanks it has. */
static void take_typed(const char *line, photo_found_fn *fn, void *ctx)
{
	const char *words = "";
	char *file = file_exists(line) ? xstrdup(line) : first_word(line, &words);
	char *path = place_absolute(file);
	struct error err;

	if (file_exists(path)) {
		fn(ctx, &(struct photo_answer){path, "file", words}, NULL);
	} else {
		error_set(&err, ERROR_USAGE, say(TEXTS.not_there), path);
		fn(ctx, NULL, &err);
	}
	free(path);
	free(file);
}

/* ---- the camera ---- */

static void camera_took(void *ctx, const char *path, const struct error *err)
{
	struct photo_source *source = ctx;
	photo_found_fn *fn = source->fn;

	source->fn = NULL;
	if (fn)
		fn(source->ctx, path ? &(struct photo_answer){path, "camera", ""} : NULL, err);
}

/* The oldest picture was kept or refused long ago. */
static void make_room(struct photo_source *source)
{
	if (source->camera_count < CAMERAS_MOST)
		return;
	photo_camera_free(source->cameras[0]);
	source->camera_count--;
	memmove(source->cameras, source->cameras + 1,
		source->camera_count * sizeof(*source->cameras));
}

static void take_with_camera(struct photo_source *source, photo_found_fn *fn, void *ctx)
{
	struct photo_camera *camera;
	struct error err;

	make_room(source);
	source->fn = fn;
	source->ctx = ctx;
	camera = photo_camera_take(source->loop, source->camera, camera_took, source, &err);
	if (camera) {
		source->cameras[source->camera_count++] = camera;
		return;
	}
	source->fn = NULL;
	fn(ctx, NULL, &err);
}

/* ---- from outside ---- */

static void take_by_enter(struct photo_source *source, photo_found_fn *fn, void *ctx)
{
	struct error err;
	char *path;

	if (source->camera) {
		take_with_camera(source, fn, ctx);
		return;
	}
	path = source->folder ? newest(source, &err) : NULL;
	if (!source->folder)
		error_set(&err, ERROR_USAGE, "%s", say(TEXTS.no_source));
	fn(ctx, path ? &(struct photo_answer){path, "folder", ""} : NULL, &err);
	free(path);
}

void photo_source_take(struct photo_source *source, const char *typed, photo_found_fn *fn,
		       void *ctx)
{
	char *line = without_blanks(typed);

	if (*line)
		take_typed(line, fn, ctx);
	else
		take_by_enter(source, fn, ctx);
	free(line);
}

void photo_source_forget(struct photo_source *source)
{
	source->fn = NULL;
}

static void forget_question(struct photo_source *source)
{
	free(source->name);
	free(source->folder);
	free(source->camera);
	value_free(source->before);
	source->name = source->folder = source->camera = NULL;
	source->before = NULL;
}

/*
 * One of them: what the command line says goes before what the station says, and a folder before a camera. Enter shall not take
 * with a camera what a phone was about to bring.
 */
static void choose(struct photo_source *source, const struct value *question)
{
	const char *photos = value_get_text(question, "photos");
	const char *camera = value_get_text(question, "camera");

	if (source->wish->folder)
		source->folder = place_absolute(source->wish->folder);
	else if (source->wish->camera)
		source->camera = place_absolute(source->wish->camera);
	else if (photos)
		source->folder = xstrdup(photos);
	else if (camera)
		source->camera = xstrdup(camera);
}

bool photo_source_is_asked(const struct value *question)
{
	const char *verb = value_get_text(question, "verb");

	return verb && !strcmp(verb, PHOTOGRAPH);
}

int photo_source_refuse_simulated(struct error *err)
{
	return error_set(err, ERROR_USAGE, "%s", say(TEXTS.simulated));
}

void photo_source_ask(struct photo_source *source, const struct value *question)
{
	const char *id = value_get_text(question, "name");
	char *name = xprintf("%" PRId64 ":%s", value_get_int(question, "slot", 0), id ? id : "");
	bool again = source->name && value_get_text(question, "why") && !strcmp(source->name, name);
	struct error ignored;

	source->fn = NULL;
	if (again) {
		free(name);
		return;
	}
	forget_question(source);
	source->name = name;
	choose(source, question);
	if (source->folder)
		source->before = list_folder(source->folder, &ignored);
}

/* Which of those that were given is this question's: its slot's own goes before that of all. */
static const char *given_as(const struct photo_source *source)
{
	const char *all = strchr(source->name, ':') + 1;

	return value_get_text(source->wish->given, source->name) ? source->name
	       : value_get_text(source->wish->given, all)	 ? all
								 : NULL;
}

bool photo_source_given(struct photo_source *source, photo_found_fn *fn, void *ctx)
{
	const char *key = given_as(source);
	char *path;

	if (!key || value_get(source->said, source->name))
		return false;
	value_set_text(source->said, source->name, key);
	path = place_absolute(value_get_text(source->wish->given, key));
	fn(ctx, &(struct photo_answer){path, "file", ""}, NULL);
	free(path);
	return true;
}

char *photo_source_hint(const struct photo_source *source)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, say(TEXTS.file));
	if (source->folder)
		buf_printf(&text, say(TEXTS.folder), source->folder);
	else if (source->camera)
		buf_printf(&text, say(TEXTS.camera), source->camera);
	return buf_detach(&text);
}

static const char *unused(const struct photo_source *source)
{
	for (size_t i = 0; i < value_count(source->wish->given); i++) {
		const char *key = value_key(source->wish->given, i);
		bool used = false;

		for (size_t k = 0; k < value_count(source->said); k++)
			used = used || !strcmp(value_at(source->said, k)->text, key);
		if (!used)
			return key;
	}
	return NULL;
}

void photo_source_tell_unused(const struct photo_source *source)
{
	const char *name = unused(source);

	if (name)
		fprintf(stderr, say(TEXTS.unused), name);
}

struct photo_source *photo_source_new(struct loop *loop, const struct photo_wish *wish)
{
	struct photo_source *source = xcalloc(1, sizeof(*source));

	source->loop = loop;
	source->wish = wish;
	source->said = value_map();
	return source;
}

void photo_source_free(struct photo_source *source)
{
	if (!source)
		return;
	source->fn = NULL;
	for (size_t i = 0; i < source->camera_count; i++)
		photo_camera_free(source->cameras[i]);
	forget_question(source);
	value_free(source->said);
	free(source);
}
