#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# interruption.sh: the power of the whole rig is cut while a unit rests, in a wait in which its protocol lets the bench be
# away. The next boot finds the run interrupted and its outputs safe. A person can go on with it, and the gap is in its record,
# if a time server vouched for the calendar on both sides of it: the machine's own clock began anew.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh

truncate -s 64M "$scratch/disk"
mkfs.ext4 -q "$scratch/disk" || exit 1
boot() { bash tests/rig/boot.sh --disk "$scratch/disk" --patience 240 "$@" sh tests/rig/interrupted.sh; }

for part in first second; do boot --cut 3 >"$scratch/$part" 2>&1; done
boot >"$scratch/third" 2>&1

claim "the power goes while the unit rests" says "the unit rests" first
claim "after a loss of power the run stands interrupted, and nothing goes on by itself" \
	says "it is interrupted, and its outputs are safe" second
claim "where no time server vouched for the calendar, nobody can say for how long, and it is ended" \
	says "not gone on with, for nobody knows the time" second
claim "where one did, the next stands interrupted as well" says "it is interrupted, and its outputs are safe" third
claim "a person goes on with it, and it passes" says "gone on with, it passed" third
claim "how long nobody saw it is a measure of its own, and record and replay hold" \
	says "its gap is shown, and everything is verified" third
claim "a run that is not in such a wait is cut short" says "others were cut short" third
claims_end
