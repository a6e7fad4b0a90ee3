/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end of a peer, for its claims: `davy-tests --as-peer MODE` behaves as a Lua process on
 * descriptor 3 does, or misbehaves in the way that MODE names.
 */
#ifndef DAVY_TESTS_PEER_CHILD_H
#define DAVY_TESTS_PEER_CHILD_H

/* Serve until the socket closes; the exit status of the process. */
int peer_child(const char *mode);

#endif
