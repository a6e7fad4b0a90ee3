/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes, read again by a reader that is not ours (zbar) from the page that they were printed on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "report/paper.h"
#include "report/qr.h"
#include "tests/claims.h"

/* As long as a checkpoint that two have signed. */
#define CHECKPOINT                                                                                 \
	"bench.example/log\n1048576\nq0fP7dzkVb5dZLrYqp2VdFr1cU0u4ZQ7gYk3ZJ8b1hE=\n\n— "         \
	"bench.example/log "                                                                       \
	"Y2hlY2twb2ludCBzaWduYXR1cmUgb2YgYSBiZW5jaCBvZiB0aGUgdGVzdHMgdGhhdCBpcyBubyBzaWduYXR1cmUg" \
	"YXQgYWxs\n"                                                                               \
	"— witness.example/检验 "                                                              \
	"YW5vdGhlciBzaWduYXR1cmUgd2hpY2ggaXMgYWxzbyBub25lIGJ1dCBhcyBsb25nIGFzIG9uZSB3b3VsZCBiZSBo" \
	"ZXJl\n"

static void print_and_read(const char *folder, const char *html, struct buf *read_)
{
	char *pdf = xprintf("%s/a.pdf", folder), *command;
	struct paper_job job = {.html = html, .size = strlen(html), .pdf = pdf};
	struct paper_result result;
	struct error err;
	char bytes[4096];
	size_t got;

	CU_ASSERT_EQUAL(paper_print(&job, 1, NULL, &result, &err), 0);
	command = xprintf("cd %s && pdftoppm -r 150 -gray -png a.pdf a && zbarimg -q --raw "
			  "-Sbinary a-1.png 2>/dev/null",
			  folder);
	FILE *pipe = popen(command, "r");

	while (pipe && (got = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		buf_add(read_, bytes, got);
	CU_ASSERT_TRUE(pipe && pclose(pipe) == 0);
	free(command);
	free(pdf);
}

static void another_reader_reads_from_paper_what_was_drawn(void)
{
	if (system("command -v pdftoppm >/dev/null && command -v zbarimg >/dev/null && "
		   "/usr/bin/python3 -I -c 'import weasyprint' >/dev/null 2>&1") != 0) {
		claim_skip("weasyprint, poppler-utils or zbar-tools is not installed");
		return;
	}
	char folder[] = "/tmp/davy-test-qr-XXXXXX";
	struct buf html, bytes;
	struct error err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	buf_init(&html);
	buf_init(&bytes);
	buf_add_text(&html, "<meta charset='utf-8'><style>svg { width: 35mm }</style><p>before");
	CU_ASSERT_EQUAL(qr_svg(&html, CHECKPOINT, &err), 0);
	buf_add_text(&html, "after");
	print_and_read(folder, html.data, &bytes);
	CU_ASSERT_STRING_EQUAL(bytes.data, CHECKPOINT);
	buf_done(&html);
	buf_done(&bytes);
	file_remove_folder(folder, &err);
}

static void what_is_too_long_or_nothing_is_refused(void)
{
	char *text = xcalloc(2333, 1);
	struct error err;
	struct buf svg;

	buf_init(&svg);
	memset(text, 'a', 2332);
	CU_ASSERT_EQUAL(qr_svg(&svg, text, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "a QR code holds no more than 2331 bytes, and this text has 2332");
	CU_ASSERT_EQUAL(qr_svg(&svg, "", &err), -1);
	CU_ASSERT_EQUAL(svg.size, 0);
	text[2331] = '\0';
	CU_ASSERT_EQUAL(qr_svg(&svg, text, &err), 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(svg.data, "viewBox=\"0 0 185 185\"")); /* version 40 and its quiet zone */
	buf_done(&svg);
	free(text);
}

static void the_drawing_is_in_the_smallest_size_with_its_quiet_zone(void)
{
	struct error err;
	struct buf svg;

	buf_init(&svg);
	CU_ASSERT_EQUAL(qr_svg(&svg, "Davy", &err), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(svg.data, "viewBox=\"0 0 29 29\"")); /* 21 + 8 */
	CU_ASSERT_PTR_NOT_NULL(
		strstr(svg.data, "d=\"M4 4h7v1h-7zM")); /* the finder at the top left */
	buf_done(&svg);
}

void suite_qr(void)
{
	suite_begin("qr");
	claim(another_reader_reads_from_paper_what_was_drawn);
	claim(what_is_too_long_or_nothing_is_refused);
	claim(the_drawing_is_in_the_smallest_size_with_its_quiet_zone);
}
