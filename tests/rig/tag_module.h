/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YRM100 at the far end of a serial port, for claims in shell:
 *
 *   davy-rig-tests --probe module PORT FILE    answers until it is ended
 *
 * What is before it stands in FILE: "A" or "B", each a tag (reader_frames.h: 30751FEB705C5904E3D50D70 and …71), or nothing.
 */
#ifndef DAVY_TESTS_RIG_TAG_MODULE_H
#define DAVY_TESTS_RIG_TAG_MODULE_H

/* Does not return while the port is there. */
int tag_module_play(const char *port, const char *file);

#endif
