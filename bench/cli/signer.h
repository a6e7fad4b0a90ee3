/* SPDX-License-Identifier: Apache-2.0 */
/* A person who is about to put his name to an event: he has been shown it, and has opened his key. */
#ifndef DAVY_CLI_SIGNER_H
#define DAVY_CLI_SIGNER_H

#include "cli/book.h"
#include "record/key.h"

struct signer {
	struct book_event event;
	struct roster *roster;
	struct key *key;
};

/*
 * Read the event of this name, show it on stdout unless `quiet`, then open the key (cli/passphrase.h). Call signer_done
 * whatever comes of it.
 */
int signer_open(struct signer *signer, const char *state, const char *name, bool quiet,
		const char *key_path, const char *passphrase_path, struct error *err);
void signer_done(struct signer *signer);

#endif
