/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a PostgreSQL server's SQLSTATE means for a record (pure): the table of outcome.h in the words of a database
 * (codes: PostgreSQL 15 documentation, appendix A; the first that fits counts, the longer before its class).
 *
 *   22, 23, 44, P0001            parked: the same row is refused again
 *   54                           parked: too large for the server
 *   23505                        parked: there is such a row, which cannot be compared
 *   28, 42501                    the destination is paused: the role may not, or the certificate is for another
 *   3D, 3F, 42                   paused: no such database, schema or table: it has not been set up
 *   25006, 53, 57, 55            again, and the whole destination rests: a standby, full, starting, shutting down, locked
 *   40                           again: a transaction that met another
 *   08                           again: the connection
 *   58, F0, XX                   again: broken inside
 *   any other                    parked: nobody knows what it means
 */
#ifndef DAVY_PUSH_SQLSTATE_H
#define DAVY_PUSH_SQLSTATE_H

#include "push/outcome.h"

enum { SQLSTATE_SIZE = 6 }; /* with its NUL */

/* `tries` and `chance` as of push_judge(). */
struct push_verdict sqlstate_judge(const char *sqlstate, unsigned tries, double chance);

/*
 * The code in a message of the verbose kind ("FATAL:  28000: …", of whatever language), which is where libpq tells it
 * of a connection that did not come about; false, and "", where there is none.
 */
bool sqlstate_find(const char *message, char code[SQLSTATE_SIZE]);

#endif
