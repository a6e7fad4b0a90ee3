/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about photos: which bytes are a whole picture, which files are taken, and what a run and its replay make of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "codec/picture.h"
#include "run/photo.h"
#include "run/photo_simulated.h"
#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

/* Grey, 8 by 8: tables, frame, scan, end; as a phone writes it, but for what there is between. */
static const uint8_t JPEG[] = {
	0xff, 0xd8, 0xff, 0xe0, 0, 4,	 'x',  'y', 0xff, 0xc0, 0,    11, 8,
	0,    8,    0,	  8,	1, 1,	 0x11, 0,   0xff, 0xda, 0,    8,  1,
	1,    0,    0,	  0x3f, 0, 0x55, 0xff, 0,   0x3f, 0xff, 0xd9,
};

static int looks(const void *bytes, size_t size, struct picture *picture, struct error *err)
{
	uint8_t *exact = xmemdup(bytes, size); /* so that a sanitizer sees a byte too much */
	int done = picture_look(exact, size, picture, err);

	free(exact);
	return done;
}

static void refuse(const void *bytes, size_t size, const char *part)
{
	struct picture picture;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(looks(bytes, size, &picture, &err), -1);
	CU_ASSERT(strstr(err.text, part) != NULL);
}

/* ---- pictures ---- */

static void a_whole_jpeg_is_taken_with_what_a_phone_appends(void)
{
	struct picture picture;
	struct error err;
	struct buf more;

	CU_ASSERT_EQUAL_FATAL(looks(JPEG, sizeof(JPEG), &picture, &err), 0);
	CU_ASSERT_STRING_EQUAL(picture.type, "jpeg");
	CU_ASSERT_EQUAL(picture.width, 8);
	CU_ASSERT_EQUAL(picture.height, 8);

	buf_init(&more);
	buf_add(&more, JPEG, sizeof(JPEG));
	buf_add_text(&more, "and a film of three seconds");
	CU_ASSERT_EQUAL(looks(more.data, more.size, &picture, &err), 0);
	buf_done(&more);
}

static void a_picture_that_ends_early_is_refused_wherever_it_ends(void)
{
	struct buf png;

	for (size_t size = 3; size < sizeof(JPEG); size++)
		refuse(JPEG, size, "damaged or not whole");
	buf_init(&png);
	photo_simulated(&png);
	for (size_t size = 8; size < png.size; size++)
		refuse(png.data, size, "damaged or not whole");
	buf_done(&png);
}

static void a_png_with_one_bit_turned_is_refused(void)
{
	struct picture picture;
	struct error err;
	struct buf png;

	buf_init(&png);
	photo_simulated(&png);
	for (size_t at = 0; at < png.size; at += at < 60 ? 1 : 97) {
		png.data[at] ^= 4;
		CU_ASSERT_EQUAL(looks(png.data, png.size, &picture, &err), -1);
		png.data[at] ^= 4;
	}
	buf_done(&png);
}

static void what_is_no_picture_is_named(void)
{
	refuse("", 0, "it is no picture");
	refuse("\xff", 1, "it is no picture");
	refuse("<svg xmlns='http://www.w3.org/2000/svg'/>", 41, "it is no picture");
	refuse("\0\0\0\030ftypheic\0\0\0\0", 16, "HEIC");
	refuse("RIFF\0\0\0\0WEBPVP8 ", 16, "WebP");
	refuse("GIF89a", 6, "GIF");
	refuse("%PDF-1.7", 8, "PDF");
}

/* A JPEG may say in a later segment how many lines it has; no camera does, and no report could draw it. */
static void a_picture_without_lines_or_columns_is_refused(void)
{
	uint8_t flat[sizeof(JPEG)];

	for (size_t at = 14; at <= 16; at += 2) {
		memcpy(flat, JPEG, sizeof(JPEG));
		flat[at] = 0;
		refuse(flat, sizeof(flat), "damaged or not whole");
	}
}

/* A few bytes that ask for gigabytes. */
static void a_picture_that_no_report_draws_is_refused(void)
{
	uint8_t wide[sizeof(JPEG)];

	memcpy(wide, JPEG, sizeof(JPEG));
	wide[13] = wide[14] = wide[15] = wide[16] = 0xff;
	refuse(wide, sizeof(wide), "65535 × 65535 pixels");
}

/* The one stored block of its stream has 200 rows of 41 bytes; black is 0. */
static void a_simulated_picture_is_whole_and_not_blank(void)
{
	struct picture picture;
	struct error err;
	struct buf png;
	size_t at = 8 + 25 + 8 + 7, black = 0;

	buf_init(&png);
	photo_simulated(&png);
	CU_ASSERT_EQUAL_FATAL(looks(png.data, png.size, &picture, &err), 0);
	CU_ASSERT_STRING_EQUAL(picture.type, "png");
	CU_ASSERT_EQUAL(picture.width, 320);
	CU_ASSERT_EQUAL(png.size, at + 200 * 41 + 4 + 4 + 12);
	for (size_t i = 0; i < 200 * 41; i++)
		for (int bit = 0; i % 41 && bit < 8; bit++)
			black += !((uint8_t)png.data[at + i] >> bit & 1);
	CU_ASSERT(black > 8000 && black < 25000);
	buf_done(&png);
}

/* ---- files ---- */

struct files {
	char folder[64], *state, *run;
};

static void files_open(struct files *files)
{
	struct error err;

	strcpy(files->folder, "/tmp/davy-photo-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(files->folder));
	files->state = xprintf("%s/state", files->folder);
	files->run = xprintf("%s/runs/R-1", files->state);
	CU_ASSERT_EQUAL_FATAL(file_make_folder(files->run, &err), 0);
}

static void files_close(struct files *files)
{
	struct error err;

	CU_ASSERT_EQUAL(file_remove_folder(files->folder, &err), 0);
	free(files->state);
	free(files->run);
}

static char *put(const struct files *files, const char *name, const void *bytes, size_t size)
{
	char *path = xprintf("%s/%s", files->folder, name);
	struct error err;

	CU_ASSERT_EQUAL_FATAL(file_write(path, bytes, size, &err), 0);
	CU_ASSERT_EQUAL(chmod(path, 0644), 0);
	return path;
}

/* Takes the path. */
static void refuse_file(const struct files *files, char *path, const char *part)
{
	struct error err;
	struct value *photo = photo_keep(files->run, files->state, path, &err);
	char *kept = xprintf("%s/photos", files->run);

	CU_ASSERT_PTR_NULL_FATAL(photo);
	CU_ASSERT(strstr(err.text, part) != NULL);
	CU_ASSERT(!file_exists(kept));
	free(kept);
	free(path);
}

static void a_picture_is_kept_as_it_came(void)
{
	struct files files;
	struct value *photo, *again;
	struct error err;
	struct buf bytes;
	char *path, *name;

	files_open(&files);
	path = put(&files, "a b.JPG", JPEG, sizeof(JPEG));
	photo = photo_keep(files.run, files.state, path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(photo);
	again = photo_keep(files.run, files.state, path, &err);
	CU_ASSERT(value_same(photo, again));
	CU_ASSERT_STRING_EQUAL(value_get_text(photo, "file"), "a b.JPG");
	CU_ASSERT_EQUAL(value_get_int(photo, "size", 0), sizeof(JPEG));

	unlink(path);
	buf_init(&bytes);
	CU_ASSERT_EQUAL(photo_read(files.run, photo, &bytes, &err), 0);
	CU_ASSERT(bytes.size == sizeof(JPEG) && !memcmp(bytes.data, JPEG, sizeof(JPEG)));
	name = photo_name(photo);
	CU_ASSERT(!strncmp(name, "photos/", 7) && !strcmp(name + 7 + 64, ".jpg"));
	free(name);
	free(path);
	buf_done(&bytes);
	value_free(again);
	value_free(photo);
	files_close(&files);
}

static void links_pipes_folders_and_secrets_are_not_taken(void)
{
	struct files files;
	char *picture, *path;

	files_open(&files);
	picture = put(&files, "real.jpg", JPEG, sizeof(JPEG));
	path = xprintf("%s/link.jpg", files.folder);
	CU_ASSERT_EQUAL(symlink(picture, path), 0);
	refuse_file(&files, path, "it is a link");
	path = xprintf("%s/pipe.jpg", files.folder);
	CU_ASSERT_EQUAL(mkfifo(path, 0644), 0);
	refuse_file(&files, path, "it is no file");
	refuse_file(&files, xstrdup(files.folder), "it is no file");
	refuse_file(&files, xstrdup("/dev/null"), "it is no file");
	refuse_file(&files, xprintf("%s/none.jpg", files.folder), "No such file");
	CU_ASSERT_EQUAL(chmod(picture, 0640), 0);
	refuse_file(&files, picture, "everybody may read");
	files_close(&files);
}

static void what_the_bench_keeps_is_not_taken_whichever_way_leads_to_it(void)
{
	struct files files;
	char *aside;

	files_open(&files);
	refuse_file(&files, put(&files, "state/own.jpg", JPEG, sizeof(JPEG)), "the bench's own");
	aside = xprintf("%s/aside", files.folder);
	CU_ASSERT_EQUAL(symlink(files.state, aside), 0);
	refuse_file(&files, xprintf("%s/own.jpg", aside), "the bench's own");
	refuse_file(&files, xprintf("%s/../state/runs/../own.jpg", files.state), "the bench's own");
	free(aside);
	files_close(&files);
}

static void a_file_that_is_empty_or_too_large_is_not_taken(void)
{
	struct files files;
	char *path;

	files_open(&files);
	refuse_file(&files, put(&files, "empty.jpg", "", 0), "it is empty");
	path = put(&files, "huge.jpg", JPEG, sizeof(JPEG));
	CU_ASSERT_EQUAL(truncate(path, PHOTO_SIZE_MOST + 1), 0);
	refuse_file(&files, path, "a photo has at most 16777216");
	files_close(&files);
}

static struct value *kept(const struct files *files)
{
	struct error err;
	char *path = put(files, "one.jpg", JPEG, sizeof(JPEG));
	struct value *photo = photo_keep(files->run, files->state, path, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(photo);
	value_set_text(photo, "id", "seal");
	free(path);
	return photo;
}

static void one_that_is_missing_or_changed_is_told(void)
{
	struct files files;
	struct value *photo;
	struct error err;
	struct buf bytes;
	char *name, *path;

	files_open(&files);
	photo = kept(&files);
	buf_init(&bytes);
	CU_ASSERT_PTR_NULL(photo_state(files.run, photo, &bytes));
	CU_ASSERT(bytes.size == sizeof(JPEG) && !memcmp(bytes.data, JPEG, sizeof(JPEG)));
	name = photo_name(photo);
	path = xprintf("%s/%s", files.run, name);
	CU_ASSERT_EQUAL(file_write(path, "another", 7, &err), 0);
	CU_ASSERT_EQUAL(photo_read(files.run, photo, &bytes, &err), -1);
	CU_ASSERT(strstr(err.text, "its photo 'seal' is not the one that was recorded") != NULL);
	CU_ASSERT_STRING_EQUAL(photo_state(files.run, photo, &bytes), PHOTO_CHANGED);
	unlink(path);
	CU_ASSERT_EQUAL(photo_read(files.run, photo, &bytes, &err), -1);
	CU_ASSERT(strstr(err.text, "its photo 'seal' is missing") != NULL);
	CU_ASSERT_STRING_EQUAL(photo_state(files.run, photo, &bytes), PHOTO_MISSING);
	buf_done(&bytes);
	free(path);
	free(name);
	value_free(photo);
	files_close(&files);
}

/* A record of another bench may say anything. */
static void what_names_no_photo_leads_to_no_file(void)
{
	static const char *const WRONG[] = {"{}", "{'sha256':'../../../etc/passwd','type':'png'}",
					    "{'sha256':'%s','type':'../png'}", "{'sha256':'%s'}",
					    "{'sha256':7,'type':'png'}"};
	char digest[65];

	memset(digest, 'a', 64);
	digest[64] = '\0';
	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
		char *json = strstr(WRONG[i], "%s")
				     ? xprintf("%.*s%s%s", (int)(strstr(WRONG[i], "%s") - WRONG[i]),
					       WRONG[i], digest, strstr(WRONG[i], "%s") + 2)
				     : xstrdup(WRONG[i]);
		struct value *photo = said(json);
		struct error err;
		struct buf bytes;

		buf_init(&bytes);
		CU_ASSERT_PTR_NULL(photo_name(photo));
		CU_ASSERT(!photo_is_there("/", photo));
		CU_ASSERT_EQUAL(photo_read("/", photo, &bytes, &err), -1);
		buf_done(&bytes);
		value_free(photo);
		free(json);
	}
}

/* ---- runs ---- */

#define MEASURED "m.x = fx.pressure:read()"
#define PHOTOGRAPHS                                                                                \
	"log(operator:photograph { 'Its seal', zh = '封印', id = 'seal' })\n"                    \
	"operator:photograph { 'Its plate', id = 'plate' }\nlog 'now'\n" MEASURED

/* The folder of the one run that there is, which its journal is in. */
static char *only_run(const struct bench *bench)
{
	char *runs = xprintf("%s/runs", bench->state), **names, *run = NULL;
	struct error err;
	size_t count = 0;

	CU_ASSERT_EQUAL_FATAL(file_list(runs, &names, &count, &err), 0);
	CU_ASSERT_EQUAL(count, 1);
	for (size_t i = 0; i < count; i++) {
		free(run);
		run = xprintf("%s/%s", runs, names[i]);
		free(names[i]);
	}
	free(names);
	free(runs);
	return run;
}

/* Called when the script goes on behind both. */
static bool was_there;
static void look_for_the_file(struct bench *bench)
{
	char *run = only_run(bench), *photos = xprintf("%s/photos", run);

	was_there = file_exists(photos);
	free(photos);
	free(run);
}

static void a_simulated_run_has_pictures_that_say_so_before_its_script_goes_on(void)
{
	struct bench bench;
	struct replay replay;
	struct error err;

	bench_open(&bench);
	was_there = false;
	bench_run(&bench, .body = PHOTOGRAPHS, .at_now = look_for_the_file);

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(was_there);
	CU_ASSERT(journal_says(bench.journal, "'photo':{'id':'seal','from':'simulation'"));
	CU_ASSERT(journal_says(bench.journal, "'photo':{'id':'plate','from':'simulation'"));
	CU_ASSERT_EQUAL_FATAL(replay_run(bench.journal, bench.program, &replay, &err), 0);
	CU_ASSERT_EQUAL(replay.verdict, VERDICT_PASS);
	value_free(replay.summary);
	bench_close(&bench);
}

static void both_clocks_give_the_same(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_be_patient(&bench);
	bench_run(&bench, .body = PHOTOGRAPHS, .clock = CLOCK_KIND_SCALED, .scale = 5);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "operator"), 2);
	bench_close(&bench);
}

static void a_photo_that_loses_a_race_is_forgotten(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = "race(function() operator:photograph { 'Its seal', id = 'seal' } end,\n"
			  "  function() end)\n" MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(!journal_says(bench.journal, "'photo'"));
	bench_close(&bench);
}

static void put_a_file_in_the_way(struct bench *bench)
{
	char *run = only_run(bench), *path = xprintf("%s/photos", run);
	struct error err;

	CU_ASSERT_EQUAL(file_write(path, "x", 1, &err), 0);
	free(path);
	free(run);
}

static void a_disk_that_takes_no_simulated_photo_ends_the_run_as_the_bench_s_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = PHOTOGRAPHS, .at_start = put_a_file_in_the_way);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "photos"));
	CU_ASSERT(!journal_says(bench.journal, "'photo':"));
	bench_close(&bench);
}

static void a_run_asks_for_so_many_photos_at_most(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = "for i = 1, 101 do\n"
			  "  operator:photograph { 'It', id = ('p%d'):format(i) } wait '1 s'\n"
			  "end\n" MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "a run asks for at most 100 photos"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "operator"), 100);
	bench_close(&bench);
}

static void a_photo_needs_a_name_and_a_sentence(void)
{
	static const char *const WRONG[][2] = {
		{"operator:photograph 'Its seal'", "needs an id"},
		{"operator:photograph { 'Its seal' }", "needs an id"},
		{"operator:photograph { 'Its seal', id = 'a b' }", "needs an id"},
		{"operator:photograph { id = 'seal' }", "needs a sentence"},
		{"operator:photograph { 'Its seal', id = 'seal', unit = 'm' }", "unit"},
	};

	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
		struct bench bench;

		bench_open(&bench);
		bench_run(&bench, .body = WRONG[i][0]);
		CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, WRONG[i][1]));
		bench_close(&bench);
	}
}

void suite_photo(void);
void suite_photo(void)
{
	suite_begin("photo");
	claim(a_whole_jpeg_is_taken_with_what_a_phone_appends);
	claim(a_picture_that_ends_early_is_refused_wherever_it_ends);
	claim(a_png_with_one_bit_turned_is_refused);
	claim(what_is_no_picture_is_named);
	claim(a_picture_without_lines_or_columns_is_refused);
	claim(a_picture_that_no_report_draws_is_refused);
	claim(a_simulated_picture_is_whole_and_not_blank);
	claim(a_picture_is_kept_as_it_came);
	claim(links_pipes_folders_and_secrets_are_not_taken);
	claim(what_the_bench_keeps_is_not_taken_whichever_way_leads_to_it);
	claim(a_file_that_is_empty_or_too_large_is_not_taken);
	claim(one_that_is_missing_or_changed_is_told);
	claim(what_names_no_photo_leads_to_no_file);
	claim(a_simulated_run_has_pictures_that_say_so_before_its_script_goes_on);
	claim(both_clocks_give_the_same);
	claim(a_photo_that_loses_a_race_is_forgotten);
	claim(a_disk_that_takes_no_simulated_photo_ends_the_run_as_the_bench_s_error);
	claim(a_run_asks_for_so_many_photos_at_most);
	claim(a_photo_needs_a_name_and_a_sentence);
}
