/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A printer is written to as it takes it. It is asked how it is before the first byte and after the last, by questions
 * that it answers at once, out of turn; one that never answers (many have no way back) is taken at its silence, and
 * whoever stands beside it sees the paper.
 */
#include "cli/ticket_printer.h"

#include <stdint.h>

#include "base/buf.h"
#include "cli/page_bitmaps.h"
#include "cli/printer_device.h"
#include "cli/words.h"
#include "report/ticket.h"

static const struct {
	struct words no_paper, cover, fault, not_whole;
} TEXTS = {
	.no_paper = {"%s: the printer has no paper: put in a roll", "%s:打印机缺纸,请装纸"},
	.cover = {"%s: the printer's cover is open: close it", "%s:打印机上盖未合上,请合上"},
	.fault = {"%s: the printer says that something is wrong with it: look at its lamp, turn it "
		  "off and on",
		  "%s:打印机报告故障,请查看指示灯并重新通电"},
	.not_whole = {"the ticket may not be whole", "凭条可能不完整"},
};

/* The answer to the question; TICKET_UNCLEAR when there is none. */
static enum ticket_state ask(const struct printer_device *printer, enum ticket_question question)
{
	enum ticket_state state = TICKET_UNCLEAR;
	struct buf bytes;
	struct error ignored;
	uint8_t answer;

	buf_init(&bytes);
	ticket_ask(&bytes, question);
	if (printer_tell(printer, &bytes, &ignored) == 0)
		while (state == TICKET_UNCLEAR && printer_hear(printer, &answer))
			state = ticket_answer(question, answer);
	buf_done(&bytes);
	return state;
}

static int check_state(const struct printer_device *printer, bool *answered, struct error *err)
{
	enum ticket_state state = ask(printer, TICKET_ASKS_PAPER);

	*answered = state != TICKET_UNCLEAR;
	if (state == TICKET_READY)
		state = ask(printer, TICKET_ASKS_COVER);
	switch (state) {
	case TICKET_NO_PAPER:
		return error_set(err, ERROR_DEVICE, say(TEXTS.no_paper), printer->name);
	case TICKET_COVER_OPEN:
		return error_set(err, ERROR_DEVICE, say(TEXTS.cover), printer->name);
	case TICKET_IN_ERROR:
		return error_set(err, ERROR_DEVICE, say(TEXTS.fault), printer->name);
	case TICKET_READY:
	case TICKET_UNCLEAR:
		break;
	}
	return 0;
}

static int add_page(void *out, const void *bytes, size_t size, struct error *err)
{
	struct ticket_picture picture;

	if (ticket_read(bytes, size, &picture, err) < 0)
		return -1;
	return ticket_add(out, &picture, err);
}

static int compose(struct buf *out, const char *pdf, struct error *err)
{
	static const struct page_dots DOTS = {.per_inch = TICKET_DPI};

	ticket_begin(out);
	if (page_bitmaps(pdf, &DOTS, add_page, out, err) < 0)
		return -1;
	ticket_end(out);
	return 0;
}

static int print_one(const struct printer_device *printer, const char *pdf, struct error *err)
{
	struct buf bytes;
	bool answered;
	int done;

	buf_init(&bytes);
	done = compose(&bytes, pdf, err);
	if (done == 0)
		done = check_state(printer, &answered, err);
	if (done == 0)
		done = printer_tell(printer, &bytes, err);
	if (done == 0 && check_state(printer, &answered, err) < 0)
		done = error_context(err, "%s", say(TEXTS.not_whole));
	buf_done(&bytes);
	return done;
}

int ticket_print(const char *device, const char *const *pdfs, size_t count, struct error *err)
{
	struct printer_device printer;
	int done = printer_open(&printer, device, false, err);

	if (done < 0)
		return -1;
	for (size_t i = 0; done == 0 && i < count; i++)
		done = print_one(&printer, pdfs[i], err);
	printer_close(&printer);
	return done;
}

int ticket_printer_look(const char *device, bool *answered, struct error *err)
{
	struct printer_device printer;
	int done = printer_open(&printer, device, true, err);

	if (done < 0)
		return -1;
	done = check_state(&printer, answered, err);
	printer_close(&printer);
	return done;
}
