/* SPDX-License-Identifier: Apache-2.0 */
/* HTML printed as PDF by the real WeasyPrint: what stands in it, and what it may read. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/paper_rig.h"

/* ---- what is printed ---- */

static void ten_documents_are_printed_in_one_start(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();

	for (int i = 0; i < 10; i++)
		pile_add(pile, i == 3 ? "<p>one<p style='break-before: page'>two" : "<p>one page");

	CU_ASSERT_EQUAL(pile_print(pile), 0);
	for (size_t i = 0; i < 10; i++) {
		CU_ASSERT_TRUE(pile_printed(pile, i));
		CU_ASSERT_EQUAL(pile->results[i].pages, i == 3 ? 2 : 1);
	}
	CU_ASSERT_EQUAL(pile_starts(pile), 1);
	CU_ASSERT_TRUE(pile_tidy(pile));
	pile_free(pile);
}

#define CHINESE                                                                                    \
	"<html lang='zh-CN'><meta charset='utf-8'><style>@page { @bottom-center { content: "       \
	"'\\7B2C "                                                                                 \
	"' counter(page) '页' } } * { font-family: '" PAPER_FONT "' }</style>"                     \
	"<p>甲烷检测报警仪 <b>CH₄ ≤ 1.00 %</b> 合格"

static void chinese_is_selectable_and_its_font_embedded_as_a_subset(void)
{
	if (!paper_can_read())
		return;
	struct pile *pile = pile_new();
	struct buf text;

	buf_init(&text);
	pile_add(pile, CHINESE)->title = "检验报告 <1>";
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	CU_ASSERT_TRUE(pile_printed(pile, 0));
	paper_run(&text, "pdftotext %s -", pile->jobs[0].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "甲烷检测报警仪 CH₄ ≤ 1.00 % 合格"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "第1页"));
	paper_run(&text, "pdffonts %s | sed 1,2d", pile->jobs[0].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "+WenQuanYi-Micro-Hei "));
	paper_run(
		&text,
		"pdffonts %s | sed 1,2d | awk '$(NF-4) != \"yes\" || $(NF-3) != \"yes\" || $(NF-2) "
		"!= \"yes\" { exit 1 } END { print NR }'",
		pile->jobs[0].pdf);
	CU_ASSERT_TRUE(text.size > 0);
	paper_run(&text, "pdfinfo %s", pile->jobs[0].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "检验报告 <1>"));
	CU_ASSERT_PTR_NULL(strstr(text.data, "Date"));
	paper_run(&text, "qpdf --check %s", pile->jobs[0].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "No syntax or stream encoding errors found"));
	buf_done(&text);
	pile_free(pile);
}

/* WeasyPrint 57 would keep 28 MB of each. */
static void printing_many_needs_no_more_memory_than_printing_one(void)
{
	if (!paper_can_read())
		return;
	struct pile *pile = pile_new();

	for (size_t i = 0; i < 8; i++)
		pile_add(pile, CHINESE);
	pile->bounds.memory = 448 << 20;
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	CU_ASSERT_EQUAL(pile_starts(pile), 1);
	pile_free(pile);
}

static void the_same_document_gives_the_same_bytes(void)
{
	if (!paper_can_read())
		return;
	struct pile *pile = pile_new();
	struct buf pdf[3];

	for (size_t i = 0; i < 2; i++)
		pile_add(pile, CHINESE)->title = "检验报告";
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	for (size_t i = 0; i < 3; i++) {
		if (i == 2) { /* another process, and later */
			sleep(1);
			CU_ASSERT_EQUAL(pile_print(pile), 0);
		}
		buf_init(&pdf[i]);
		CU_ASSERT_EQUAL(file_read(pile->jobs[i % 2].pdf, 10 << 20, &pdf[i], &pile->err), 0);
	}
	for (size_t i = 1; i < 3; i++)
		CU_ASSERT_TRUE(pdf[i].size == pdf[0].size &&
			       memcmp(pdf[i].data, pdf[0].data, pdf[0].size) == 0);
	for (size_t i = 0; i < 3; i++)
		buf_done(&pdf[i]);
	pile_free(pile);
}

static void attachments_come_out_as_they_went_in(void)
{
	if (!paper_can_read())
		return;
	struct pile *pile = pile_new();
	struct buf bytes, out;
	uint32_t x = 1;

	buf_init(&bytes);
	buf_init(&out);
	for (int i = 0; i < 3000000; i++) {
		x = x * 1664525 + 1013904223;
		buf_add_byte(&bytes, (uint8_t)(x >> 24));
	}
	const char *path = pile_path(pile, "journal");

	CU_ASSERT_EQUAL(file_write(path, bytes.data, bytes.size, &pile->err), 0);
	struct paper_attachment attached[] = {
		{.path = path, .name = "journal", .description = "原始数据 raw data"},
		{.data = bytes.data, .size = 70000, .name = "记录.json"},
		{.data = "", .size = 0, .name = "empty"},
	};
	struct paper_job *job = pile_add(pile, "<p>with three files");

	job->attached = attached;
	job->attached_count = 3;
	pile_add(pile, "<p>with none");
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	CU_ASSERT_TRUE(pile_printed(pile, 0) && pile_printed(pile, 1));
	paper_run(&out, "pdfdetach -list %s", job->pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "3 embedded files"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "2: 记录.json"));
	for (int i = 0; i < 3; i++) {
		size_t size = (size_t[]){bytes.size, 70000, 0}[i];

		paper_run(&out, "cd %s && pdfdetach -save %d -o out %s && cat out", pile->folder,
			  i + 1, job->pdf);
		CU_ASSERT_TRUE(out.size == size && memcmp(out.data, bytes.data, size) == 0);
	}
	paper_run(&out, "pdfdetach -list %s", pile->jobs[1].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "0 embedded files"));
	buf_done(&bytes);
	buf_done(&out);
	pile_free(pile);
}

static void one_may_lie_there_compressed(void)
{
	struct pile *pile = pile_new();
	char *text = xprintf("%*s", 100000, "the end");
	struct paper_attachment attached = {
		.data = text, .size = 100000, .name = "series.csv.gz", .gzip = true};
	struct paper_job *job = pile_add(pile, "<p>with a series");
	struct buf out;

	buf_init(&out);
	job->attached = &attached;
	job->attached_count = 1;
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	paper_run(&out, "cd %s && pdfdetach -save 1 -o out.gz %s && stat -c %%s out.gz",
		  pile->folder, job->pdf);
	CU_ASSERT_TRUE(atoi(out.data) > 20 && atoi(out.data) < 1000);
	paper_run(&out, "cd %s && gunzip -c out.gz", pile->folder);
	CU_ASSERT_TRUE(out.size == 100000 && memcmp(out.data, text, out.size) == 0);
	buf_done(&out);
	free(text);
	pile_free(pile);
}

/* ---- what a document may read ---- */

static int listen_somewhere(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL(listen(fd, 4), 0);
	getsockname(fd, (struct sockaddr *)&address, &size);
	*port = ntohs(address.sin_port);
	return fd;
}

static void a_document_reads_nothing_that_it_is_not_given(void)
{
	if (!paper_can_print())
		return;
	static const char *const HUNGRY[][2] = {
		{"<img src='%s'>", "file:///etc/passwd"},
		{"<link rel='attachment' href='%s'>", "file:///etc/passwd"},
		{"<a rel='attachment' href='%s'>here</a>", "file:///etc/passwd"},
		{"<link rel='stylesheet' href='%s'>", "file:///etc/passwd"},
		{"<style>@import '%s';</style>", "file:///etc/passwd"},
		{"<svg viewBox='0 0 9 9' width='9'><image href='%s' width='9' height='9'/></svg>",
		 "file:///etc/passwd"},
		{"<style>@font-face { font-family: x; src: url('%s') } p { font-family: x "
		 "}</style><p>x",
		 "file:///etc/passwd"},
		{"<img src='%s'>", "FILE://localhost/etc/passwd"},
	};
	struct pile *pile = pile_new();
	int port, fd = listen_somewhere(&port);

	for (size_t i = 0; i < 8; i++)
		pile_add(pile, pile_own(pile, xprintf(HUNGRY[i][0], HUNGRY[i][1])));
	pile_add(pile, pile_own(pile, xprintf("<img src='http://127.0.0.1:%d/'>", port)));
	pile_add(pile, "<img src='logo.png'>");
	pile_add(pile, "<p>content");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	for (size_t i = 0; i < 8; i++)
		CU_ASSERT_TRUE(
			pile_refused(pile, i, "/etc/passwd, and a document may read nothing but"));
	CU_ASSERT_TRUE(pile_refused(pile, 8, "it asks for http://127.0.0.1:"));
	CU_ASSERT_TRUE(
		pile_refused(pile, 9, "WeasyPrint cannot print it as it stands: Relative URI"));
	CU_ASSERT_TRUE(pile_printed(pile, 10));
	CU_ASSERT_TRUE(accept(fd, NULL, NULL) < 0 && errno == EAGAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(pile->err.text, "/0.pdf: it asks for file:///etc/passwd"));
	close(fd);
	pile_free(pile);
}

/* A red square of one pixel, and what is no picture. */
#define RED                                                                                        \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/"                \
	"pLvAAAAAElFTkSuQmCC"

static void a_document_reads_what_it_is_given(void)
{
	if (!paper_can_read())
		return;
	struct pile *pile = pile_new();
	const char *svg = pile_path(pile, "logo 1.svg");
	struct buf out;

	buf_init(&out);
	pile_put(pile, "logo 1.svg",
		 "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 90 9'><text x='0' y='8' "
		 "font-size='8'>letterhead</text></svg>",
		 0644);
	pile_add(pile, "<img src='data:image/png;base64," RED "'>");
	struct paper_job *job = pile_add(
		pile, pile_own(pile, xprintf("<img src='file://%s/logo%%201.svg'>", pile->folder)));

	job->shown = &svg;
	job->shown_count = 1;
	pile_add(pile, job->html);
	pile_add(pile, "<img src='data:image/png;base64,AAAA'>");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_printed(pile, 0) && pile_printed(pile, 1));
	paper_run(&out, "pdftotext %s -", pile->jobs[1].pdf);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.data, "letterhead"));
	CU_ASSERT_TRUE(pile_refused(pile, 2, "logo%201.svg, and a document may read nothing but"));
	CU_ASSERT_TRUE(pile_refused(pile, 3, "Failed to load image"));
	buf_done(&out);
	pile_free(pile);
}

/* ---- fonts ---- */

static void a_character_without_font_is_named_and_no_gap_is_printed(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();
	char *script;

	pile_add(pile, "<p>a &#x10FFFD; b &#x10FFFC;");
	pile_add(pile, "<style>p::after { content: '\\10FFFB' }</style><p>a");
	pile_add(pile, "<p>a\xc2\xa0\xe2\x80\x8b"
		       "b\xef\xb8\x8f"); /* nothing of this is drawn but a and b */
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_refused(
		pile, 0, "(U+10FFFC), nor 1 more of its characters: install a font that has it"));
	CU_ASSERT_TRUE(pile_refused(pile, 1, "(U+10FFFB): install a font that has it"));
	CU_ASSERT_TRUE(pile_printed(pile, 2));

	pile_put(pile, "none.conf", "<fontconfig></fontconfig>", 0644);
	script = xprintf("#!/bin/sh\nFONTCONFIG_FILE=%s/none.conf exec /usr/bin/python3 \"$@\"\n",
			 pile->folder);
	pile_put(pile, "python", script, 0755);
	free(script);
	pile->count = 0;
	pile_add(pile, "<meta charset='utf-8'><p>检验");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_refused(pile, 0,
				    "no font of this machine has its character 检 (U+68C0), nor "));
	CU_ASSERT_TRUE(pile_refused(pile, 0, ": install the Debian package fonts-wqy-microhei"));
	pile_free(pile);
}

void suite_paper(void)
{
	suite_begin("paper");
	claim(ten_documents_are_printed_in_one_start);
	claim(chinese_is_selectable_and_its_font_embedded_as_a_subset);
	claim(printing_many_needs_no_more_memory_than_printing_one);
	claim(the_same_document_gives_the_same_bytes);
	claim(attachments_come_out_as_they_went_in);
	claim(one_may_lie_there_compressed);
	claim(a_document_reads_nothing_that_it_is_not_given);
	claim(a_document_reads_what_it_is_given);
	claim(a_character_without_font_is_named_and_no_gap_is_printed);
}
