/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/paper_rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"

const char *pile_own(struct pile *pile, char *text)
{
	pile->texts[pile->text_count++] = text;
	return text;
}

const char *pile_path(struct pile *pile, const char *name)
{
	return pile_own(pile, xprintf("%s/%s", pile->folder, name));
}

void pile_put(struct pile *pile, const char *name, const char *text, mode_t mode)
{
	const char *path = pile_path(pile, name);

	CU_ASSERT_EQUAL(file_write(path, text, strlen(text), &pile->err), 0);
	CU_ASSERT_EQUAL(chmod(path, mode), 0);
}

struct pile *pile_new(void)
{
	struct pile *pile = calloc(1, sizeof(*pile));
	char *script;

	strcpy(pile->folder, "/tmp/davy-test-paper-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(pile->folder));
	script = xprintf("#!/bin/sh\necho >>%s/starts\nexec /usr/bin/python3 \"$@\"\n",
			 pile->folder);
	pile_put(pile, "python", script, 0755);
	free(script);
	pile->bounds = PAPER_BOUNDS;
	pile->bounds.python = pile_path(pile, "python");
	return pile;
}

void pile_free(struct pile *pile)
{
	file_remove_folder(pile->folder, &pile->err);
	for (size_t i = 0; i < pile->text_count; i++)
		free(pile->texts[i]);
	free(pile);
}

struct paper_job *pile_add(struct pile *pile, const char *html)
{
	struct paper_job *job = &pile->jobs[pile->count];

	*job = (struct paper_job){.html = html, .size = strlen(html)};
	job->pdf = pile_own(pile, xprintf("%s/%zu.pdf", pile->folder, pile->count));
	pile->count++;
	return job;
}

int pile_print(struct pile *pile)
{
	return paper_print(pile->jobs, pile->count, &pile->bounds, pile->results, &pile->err);
}

int pile_starts(struct pile *pile)
{
	struct stat stat_;

	return stat(pile_path(pile, "starts"), &stat_) < 0 ? 0 : (int)stat_.st_size;
}

/* It is there, begins and ends as a PDF does. */
static bool is_whole(struct pile *pile, size_t i)
{
	struct buf pdf;
	bool whole;

	buf_init(&pdf);
	whole = file_read(pile->jobs[i].pdf, 100 << 20, &pdf, &pile->err) == 0 && pdf.size > 100 &&
		memcmp(pdf.data, "%PDF-", 5) == 0 &&
		memcmp(pdf.data + pdf.size - 6, "%%EOF\n", 6) == 0;
	buf_done(&pdf);
	return whole;
}

bool pile_printed(struct pile *pile, size_t i)
{
	if (pile->results[i].printed && is_whole(pile, i))
		return true;
	printf("  %zu: %s\n", i, pile->results[i].why.text);
	return false;
}

bool pile_refused(struct pile *pile, size_t i, const char *sentence)
{
	if (!pile->results[i].printed && strstr(pile->results[i].why.text, sentence) &&
	    !file_exists(pile->jobs[i].pdf))
		return true;
	printf("  %zu: %s\n", i, pile->results[i].why.text);
	return false;
}

bool pile_tidy(struct pile *pile)
{
	char **names;
	size_t count;
	bool none = true;

	if (file_list(pile->folder, &names, &count, &pile->err) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		none = none && !strstr(names[i], ".part");
		free(names[i]);
	}
	free(names);
	return none;
}

void paper_run(struct buf *out, const char *format, ...)
{
	char command[512], bytes[4096];
	va_list arguments;
	FILE *pipe;
	size_t got;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	buf_clear(out);
	pipe = popen(command, "r");
	while (pipe && (got = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		buf_add(out, bytes, got);
	if (!pipe || pclose(pipe) != 0)
		buf_clear(out);
}

/* Debian's `sh` looks up only the first name that `command -v` is given. */
#define WEASYPRINT "/usr/bin/python3 -I -c 'import weasyprint' >/dev/null 2>&1"
#define READERS                                                                                    \
	"for tool in pdftotext pdffonts pdfdetach pdfinfo qpdf; do command -v $tool >/dev/null "   \
	"|| exit 1; done; "                                                                        \
	"fc-list | grep -q 'WenQuanYi Micro Hei' && "

static bool can(const char *command)
{
	if (system(command) == 0)
		return true;
	claim_skip("weasyprint, fonts-wqy-microhei, poppler-utils or qpdf is not installed");
	return false;
}

bool paper_can_print(void)
{
	return can(WEASYPRINT);
}

bool paper_can_read(void)
{
	return can(READERS WEASYPRINT);
}
