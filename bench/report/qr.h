/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes as drawings: the only file with libqrencode is qr.c. */
#ifndef DAVY_REPORT_QR_H
#define DAVY_REPORT_QR_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Append an <svg> element with the QR code of `text` (UTF-8; where it is more than ASCII the code says so, ECI 26), black
 * on white, in the smallest version that holds it. Error correction M; the quiet zone of 4 modules on each side (ISO/IEC 18004) is in the
 * drawing. Its viewBox counts modules; how large it is drawn is for the page to say. Fails when `text` is empty
 * or longer than a QR code holds at that level (2,331 bytes, 2,329 of more than ASCII).
 */
int qr_svg(struct buf *out, const char *text, struct error *err);
/* How many modules that drawing has on each side, the quiet zone included; -1 where it would fail. */
int qr_width(const char *text, struct error *err);

#endif
