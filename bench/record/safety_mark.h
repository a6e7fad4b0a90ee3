/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of safety marks (安全标志, MA and KA), as a testing company describes them (labsts.com, "main content description of the
 * new version of the certificate"; nobody of ours has read the rule itself): nine characters, of which the first is the kind of
 * certificate, two are the kind of product, two the year of the first certification, and four count. That the first is M or K, and
 * that the second and third are letters, is our inference from the marks MA and KA. A number of this form proves nothing.
 */
#ifndef DAVY_RECORD_SAFETY_MARK_H
#define DAVY_RECORD_SAFETY_MARK_H

#include <stdbool.h>

enum { SAFETY_MARK_SIZE = 10 };

/* Is it of this form, however it is spelt (base/spelling.h)? `number`, which may be NULL, gets it in capital letters. */
bool safety_mark_read(const char *text, char number[SAFETY_MARK_SIZE]);
/* The year of the first certification of such a number, from 2000 to 2099. */
int safety_mark_year(const char number[SAFETY_MARK_SIZE]);
/* Find the next number in a text such as a two-dimensional code has, from *at on, which moves behind it. */
bool safety_mark_find(const char **at, char number[SAFETY_MARK_SIZE]);

#endif
