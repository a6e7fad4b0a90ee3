/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds under strain: what they make worse than it is, and what they ask patience for. In a build that
 * is run on a bench all of this is nothing.
 *
 *   TORTURE=1   reads give a byte at a time, each frame of a Lua process is a packet of its own, Lua
 *               collects all garbage inside every allocation, a task yields wherever it may
 *   VALGRIND=1  made to be run under valgrind
 *   SANITIZE=1  AddressSanitizer and UBSan
 */
#ifndef DAVY_BASE_STRAIN_H
#define DAVY_BASE_STRAIN_H

#include <stddef.h>

#ifdef DAVY_TORTURE
enum { STRAIN_TORTURES = 1 };
#else
enum { STRAIN_TORTURES = 0 };
#endif

/* Their reports need more system calls and more address space than a script does. */
#if defined(__SANITIZE_ADDRESS__) || defined(DAVY_VALGRIND)
enum { STRAIN_IS_WATCHED = 1 };
#else
enum { STRAIN_IS_WATCHED = 0 };
#endif

/* How many times as long the same work may take. */
#if defined(DAVY_TORTURE) || defined(DAVY_VALGRIND)
enum { STRAIN_SLOWER = 30 };
#else
enum { STRAIN_SLOWER = 1 };
#endif

/* How much of its buffer a read may fill. */
static inline size_t strain_read(size_t room)
{
	return STRAIN_TORTURES ? 1 : room;
}

#endif
