#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# watchdog.sh: a bench with a watchdog. A run that ends well leaves it asleep; where controller and guardian are both
# gone it resets the machine. The rig has the kernel's own (softdog).
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh
said=$scratch/said

bash tests/rig/boot.sh --patience 240 sh tests/rig/watchdog_bites.sh >"$said" 2>&1
status=$?

has() { grep -q "$1" "$said" || (cat "$said" && false); }

# 120: the machine has ended without a word of its first process
is_reset() { has '^nobody is left' && ! grep '^and the machine is still there' "$said" && [ $status = 120 ]; }

claim "a run that ends well leaves the watchdog asleep" has '^the run is over'
claim "where nobody is left to make outputs safe, the watchdog resets the machine" is_reset
claims_end
