/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sample came from: the exchange with its instrument, byte for byte, the edge or the look at a
 * line, the count of pulses, or the samples that a breath was computed from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/why_text.h"

enum { HEX_MOST = 16, HEX_LEAST = 4, ROWS_OF_A_SOURCE = 2 };

static const struct {
	struct words sent, received, stray, streamed, on, message, edge, looked, looked_after, gate,
		breath, source, delay, more, declared, none;
} TEXTS = {
	.sent = {"sent", "发送"},
	.received = {"received", "接收"},
	.stray = {"stray", "无关"},
	.streamed = {"came", "自发"},
	.on = {"%s (driver %s) on %s: asked for %s", "%s(驱动 %s),端口 %s:询问 %s"},
	.message =
		{"%s (driver %s) on %s, unasked: message '%s', sample %lld of the %lld in it (%s)",
		 "%s(驱动 %s),端口 %s,自发报文 '%s',其中第 %lld 个采样,共 %lld 个(%s)"},
	.edge = {"line %s: an edge to %s at %.6f s", "线路 %s:变为 %s,时刻 %.6f s"},
	.looked = {"line %s: looked at, and it was %s; it has had no edge",
		   "线路 %s:查看时为 %s;此前无变化"},
	.looked_after = {"line %s: looked at, and it was %s; its latest edge was at %.6f s",
			 "线路 %s:查看时为 %s;最近一次变化在 %.6f s"},
	.gate = {"line %s: pulses counted over %g s until %.6f s: %.9g Hz; shortest high %.6g s, "
		 "low "
		 "%.6g s",
		 "线路 %s:在 %g s 闸门内计数至 %.6f s:%.9g Hz;最短高电平 %.6g s,低电平 %.6g s"},
	.breath = {"a breath from %.6f s to %.6f s, computed from:",
		   "一次呼吸,自 %.6f s 至 %.6f s,由下列采样算得:"},
	.source = {"%s: %lld samples in it; the first and the last:",
		   "%s:其间 %lld 个采样;首末为:"},
	.delay =
		{"%s, seen %g s later for its sampling line: %lld samples in it; the first and the "
		 "last:",
		 "%s(因采样管路滞后 %g s):其间 %lld 个采样;首末为:"},
	.more = {"… %zu bytes more, all in the journal (davy show --journal, or --json here)",
		 "… 另有 %zu 字节,均在日志中(davy show --journal,或此处用 --json)"},
	.declared = {"decoded as its driver says", "按其驱动解码"},
	.none = {"the journal has no bytes before it", "日志在此之前没有字节"},
};

/* ---- bytes ---- */

/* So many bytes go on a row: time and name before them, their characters behind. */
static size_t bytes_in_row(size_t indent)
{
	size_t room = columns_of_page(stdout), others = indent + 25 + 3;
	size_t fit = room > others ? (room - others) / 4 : 0;

	return fit > HEX_MOST ? HEX_MOST : fit < HEX_LEAST ? HEX_LEAST : fit;
}

/* A row of hex, with its characters where any can be read. */
static void print_hex_row(size_t indent, const char *name, double seconds, const char *hex,
			  size_t bytes)
{
	size_t size = bytes * 3 - 1, most = bytes_in_row(indent);
	struct buf line;

	buf_init(&line);
	if (name) {
		columns_pad(&line, name, 9);
		buf_printf(&line, "%12.6f s  ", seconds);
	} else {
		buf_printf(&line, "%25s", "");
	}
	buf_add(&line, hex, size);
	for (size_t i = size; i < most * 3 - 1; i++)
		buf_add_byte(&line, ' ');
	buf_add_text(&line, "  |");
	for (size_t i = 0; i < bytes; i++) {
		unsigned long byte = strtoul(hex + 3 * i, NULL, 16);

		buf_add_byte(&line, byte >= ' ' && byte < 0x7f ? (uint8_t)byte : '.');
	}
	printf("%*s%s|\n", (int)indent, "", line.data);
	buf_done(&line);
}

/* At most `rows` of each piece; 0: all of it. */
static void print_piece(const struct value *piece, struct words name, size_t indent, size_t rows)
{
	const char *hex = value_get_text(piece, "hex");
	size_t bytes = hex ? (strlen(hex) + 1) / 3 : 0, row = bytes_in_row(indent);

	for (size_t at = 0; at < bytes; at += row) {
		if (rows && at == rows * row) {
			why_line(indent + 25, say(TEXTS.more), bytes - at);
			return;
		}
		print_hex_row(indent, at ? NULL : say(name), why_seconds(piece, "t"), hex + 3 * at,
			      bytes - at < row ? bytes - at : row);
	}
}

static void print_pieces(const struct value *map, size_t indent, size_t rows)
{
	static const struct {
		const char *key;
		const struct words *words;
	} KINDS[] = {{"sent", &TEXTS.sent},
		     {"received", &TEXTS.received},
		     {"stray", &TEXTS.stray},
		     {"streamed", &TEXTS.streamed}};

	for (size_t k = 0; k < sizeof(KINDS) / sizeof(KINDS[0]); k++) {
		const struct value *pieces = value_get(map, KINDS[k].key);

		for (size_t i = 0; i < value_count(pieces); i++)
			print_piece(value_at(pieces, i), *KINDS[k].words, indent, rows);
	}
}

void why_bytes(const struct value *map, size_t indent)
{
	print_pieces(map, indent, 0);
}

/* ---- what a sample came from ---- */

static const char *text_of(const struct value *map, const char *key)
{
	const char *text = value_get_text(map, key);

	return text ? text : "?";
}

static void print_declared(const struct value *declared, size_t indent)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(declared); i++) {
		buf_printf(&text, "%s%s ", i ? ", " : "", value_key(declared, i));
		json_write(&text, value_at(declared, i));
	}
	why_row(indent, TEXTS.declared, text.data);
	buf_done(&text);
}

static void print_exchange(const struct value *evidence, size_t indent, size_t rows)
{
	if (value_get(evidence, "message"))
		why_line(indent, say(TEXTS.message), text_of(evidence, "device"),
			 text_of(evidence, "driver"), text_of(evidence, "port"),
			 text_of(evidence, "message"),
			 (long long)value_get_int(evidence, "number", 0),
			 (long long)value_get_int(evidence, "of", 0), text_of(evidence, "read"));
	else
		why_line(indent, say(TEXTS.on), text_of(evidence, "device"),
			 text_of(evidence, "driver"), text_of(evidence, "port"),
			 text_of(evidence, "question"));
	print_pieces(evidence, indent, rows);
	if (!rows)
		print_declared(value_get(evidence, "declared"), indent);
	if (!value_get(evidence, "received") && !value_get(evidence, "streamed"))
		why_line(indent, "%s", say(TEXTS.none));
}

static void print_line_evidence(const struct value *evidence, size_t indent)
{
	const struct value *pulse = value_get(evidence, "pulse");
	const char *line = text_of(evidence, "line"), *level = text_of(evidence, "level");

	if (pulse)
		why_line(indent, say(TEXTS.gate), line, why_seconds(evidence, "gate"),
			 why_seconds(pulse, "t"), value_get_real(pulse, "Hz", 0),
			 value_get_real(pulse, "high", 0), value_get_real(pulse, "low", 0));
	else if (!value_get(evidence, "looked"))
		why_line(indent, say(TEXTS.edge), line, level, why_seconds(evidence, "edge"));
	else if (value_get(evidence, "edge"))
		why_line(indent, say(TEXTS.looked_after), line, level,
			 why_seconds(evidence, "edge"));
	else
		why_line(indent, say(TEXTS.looked), line, level);
}

static void print_breath(const struct value *evidence, size_t indent)
{
	const struct value *sources = value_get(evidence, "sources");

	why_line(indent, say(TEXTS.breath), why_seconds(evidence, "begin"),
		 why_seconds(evidence, "end"));
	for (size_t i = 0; i < value_count(sources); i++) {
		const struct value *source = value_at(sources, i);
		long long count = value_get_int(source, "count", 0);

		if (value_get(source, "delay"))
			why_line(indent, say(TEXTS.delay), text_of(source, "channel"),
				 why_seconds(source, "delay"), count);
		else
			why_line(indent, say(TEXTS.source), text_of(source, "channel"), count);
		for (int end = 0; end < 2; end++) {
			const struct value *sample = value_get(source, end ? "last" : "first");

			if (!sample)
				continue;
			why_line(indent + 2, "%.6f s  %.10g %s", why_seconds(sample, "t"),
				 value_get_real(sample, "value", 0), text_of(source, "unit"));
			print_exchange(value_get(sample, "evidence"), indent + 4, ROWS_OF_A_SOURCE);
		}
	}
}

void why_evidence(const struct value *sample, size_t indent)
{
	const struct value *evidence = value_get(value_get(sample, "first"), "evidence");

	if (!evidence)
		return;
	if (value_get(evidence, "begin"))
		print_breath(evidence, indent);
	else if (value_get(evidence, "line"))
		print_line_evidence(evidence, indent);
	else
		print_exchange(evidence, indent, 0);
}
