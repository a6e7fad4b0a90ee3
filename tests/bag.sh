# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What claims about records on a stick share: sourced behind tests/outbox.sh, in the root of the sources. The stick is a real
# small file system at $stick, wherever this machine allows one; $stick_kind says which, or is "folder".
stick=$scratch/stick state=$scratch/state lab=$scratch/lab
export DAVY_STATE=$state LC_ALL=C
stick_kind=folder

# plug MEGABYTES: an empty stick of this size
plug() {
	local options=nosuid,nodev,noexec
	unplug
	mkdir -p "$stick"
	rm -f "$scratch/image"
	truncate -s "$1M" "$scratch/image"
	if command -v mkfs.vfat >/dev/null && mkfs.vfat "$scratch/image" >/dev/null 2>&1 && mount -t vfat -o "loop,$options" "$scratch/image" "$stick" 2>/dev/null; then
		stick_kind=vfat
	elif mount -t tmpfs -o "size=$1m,$options" tmpfs "$stick" 2>/dev/null; then
		stick_kind=tmpfs
	else
		stick_kind=folder
		rm -rf "${stick:?}"/*
	fi
}

unplug() { while mountpoint -q "$stick" 2>/dev/null; do umount "$stick" 2>/dev/null || umount -l "$stick" || return; done; }

# destination RECEIVER…: of kind bag, called stick; a receiver is the name of his key
destination() {
	local all="" own=false
	[ "$stick_kind" != folder ] || own=true
	for one in "$@"; do all="$all,{\"name\":\"$one\",\"key\":\"$scratch/$one.pem.public\"}"; done
	mkdir -p "$state"
	printf '{"destinations":[{"name":"stick","kind":"bag","folder":"%s","simulated":true,"ownDisk":%s,"receivers":[%s]}]}\n' \
		"$stick" "$own" "${all#,}" >"$state/destinations.json"
}

# keep SERIAL: a record of another piece of equipment; its number in $seq
keep() { seq=$(record "$1"); }

simulate() { within 120 "$davy" run scripts/gas/methane_transmitter.lua --sim --limits scripts/limits/example.json --brief >/dev/null; }

push() { within 120 "$davy" push stick >"$scratch/out" 2>&1; }

bags() { find "$stick" -maxdepth 1 -name 'davy-*' ! -name '*.part' | sort; }

# receive BAG KEY [FOLDER]
receive() { within 120 "$davy" receive "$1" --into "${3:-$lab}" --by "$2" --key "$scratch/$2.pem" "${word[@]}" >"$scratch/out" 2>&1; }

receipts() { within 60 "$davy" outbox receipts "$@" --to stick >"$scratch/out" 2>&1; }

# Make the manifests of a bag anew: whoever forges one can do that.
rebag() {
	(
		cd "$1" || exit
		find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt
		sha256sum bag-info.txt manifest-sha256.txt bagit.txt >tagmanifest-sha256.txt
	)
}
