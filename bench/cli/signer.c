/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed stands on the terminal before the passphrase is asked for, and before both what is wrong with the key. */
#include "cli/signer.h"

#include <stdio.h>

#include "cli/passphrase.h"
#include "cli/summary.h"

int signer_open(struct signer *signer, const char *state, const char *name, bool quiet,
		const char *key_path, const char *passphrase_path, struct error *err)
{
	*signer = (struct signer){0};
	if (passphrase_needed(key_path, err) < 0 ||
	    book_event(state, name, &signer->event, err) < 0)
		return -1;
	signer->roster = book_roster(state, err);
	if (!signer->roster)
		return -1;
	if (!quiet)
		summary_print(&signer->event, signer->roster);
	fflush(stdout);
	signer->key = passphrase_key(key_path, passphrase_path, err);
	return signer->key ? 0 : -1;
}

void signer_done(struct signer *signer)
{
	key_free(signer->key);
	roster_free(signer->roster);
	book_event_done(&signer->event);
}
