/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lots: how a sample was taken of many units, and what its runs say of all of them. Each act is a record of the bench's log, which
 * the bench signs as told so, and nothing in it is changed:
 *
 *   lot          {"lot":"2026-118","units":60,"file":{"name":"…","sha256":"…","size":…},"n":3,"c":0,"spare":3,
 *                "dut":{"ma":"MFC000000"},"protocols":["self_rescuer.capacity"],"by":"0017"}
 *                Its units, in the canonical form of their list (unit_list.h), are kept in STATE/files/SHA-256; how many are
 *                tested, how many of them may fail, and by which protocols a unit is judged, are said before anything is
 *                drawn. `dut` is what all their identities have in common: ma or class.
 *
 *   draw         {"lot":"…","draw":1,"list":"SHA-256","source":"kernel","seed":"…","tested":[…],"kept":[…],"by":"0017"}
 *                The units drawn with that seed (unit_draw.h) from that list, which a record before this one has: so no list is
 *                made for a seed. `source` is "dice" where it was rolled, and `witness` who saw it. A lot may be drawn anew, with
 *                `why`; all draws stay and are shown, the last one counts.
 *
 *   seal         {"lot":"…","unit":"…","seal":"…","kept_at":"…","by":"0017"}
 *                A unit that was drawn is sealed. No seal's number stands in a log twice.
 *
 *   lot-verdict  {"lot":"…","draw":1,"verdict":"ACCEPT","n":3,"c":0,"fails":0,"runs":[…],"by":"0017"}
 *                What the runs of the drawn units say (lot_standing.h), which the bench works out itself; `runs` are those that
 *                it rests on, each by the number and the digest of its record (lot_runs.h). People sign it as they sign an event
 *                (signing.h), while it stands; where a unit's standing changes later, it is superseded, and every display says so.
 *
 * Whoever has the bench's keys could draw with one seed after another on a copy of it and show the draw that he likes: that is
 * what dice and a witness are for.
 */
#ifndef DAVY_RECORD_LOT_H
#define DAVY_RECORD_LOT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "record/admission.h"
#include "record/bench_log.h"
#include "record/lot_standing.h"
#include "record/unit_list.h"

#define ENTRY_LOT "lot"
#define ENTRY_DRAW "draw"
#define ENTRY_SEAL "seal"
#define ENTRY_LOT_VERDICT "lot-verdict"
#define DRAW_FROM_KERNEL "kernel"
#define DRAW_FROM_DICE "dice"
enum { LOT_NAME_MOST = 48, LOT_PROTOCOLS_MOST = 12, LOT_DRAWN_MOST = 1000 };

/*
 * Requests (admission.h) have the same members, and of a lot without units and file, but with "path" beside `says`; of a draw
 * with "rolls" instead of source and seed, or neither: then the kernel draws; of a verdict `lot` and `by`.
 */
int admit_lot(struct bench_log *log, const struct value *request, const struct moment *now,
	      struct admitted *admitted, struct error *err);
int admit_draw(struct bench_log *log, const struct value *request, const struct moment *now,
	       struct admitted *admitted, struct error *err);
int admit_seal(struct bench_log *log, const struct value *request, const struct moment *now,
	       struct admitted *admitted, struct error *err);
int admit_lot_verdict(struct bench_log *log, const struct value *request, const struct moment *now,
		      struct admitted *admitted, struct error *err);

/* How the lot that a request is about stands by now; the caller frees it. */
struct lot_standing *lot_standing_of(struct bench_log *log, const struct value *says,
				     struct error *err);

/* Does this verdict of a lot, as its record says, still follow? Refused (ERROR_REFUSED) where it does not. */
int lot_verdict_stands(struct bench_log *log, const struct value *says, struct error *err);

/* Append the identity of one unit of the lot that says `says`; `base` is of the log's URIs. */
void lot_identity(struct buf *uri, const char *base, const struct value *says, const char *serial);

/* Set "seal" and "kept_at" of a unit as the last of these seals (lot_standing_seals) of it says; nothing where it has none. */
void lot_seal_describe(struct value *one, const struct value *seals, const char *serial);

/*
 * Read the list of a lot from STATE/files. Refused (ERROR_REFUSED): it is missing, or is not what the record says.
 * unit_list_done() whatever comes of it.
 */
int lot_read_list(struct unit_list *list, const char *state, const struct value *says,
		  struct error *err);
/* Are the units that a draw says those that its seed draws from that list, as the lot says? */
int lot_check_draw(const struct value *lot, const struct value *draw, const struct unit_list *list,
		   struct error *err);

#endif
