#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# root.sh make SUITE FOLDER [ARCHITECTURE]   a fresh, small Debian in FOLDER, which must not be there yet
# root.sh enter FOLDER COMMAND…              COMMAND in it, as root, in /
# root.sh tree FOLDER                        this tree as /davy in it, as it is when it was cloned: nothing is built
#
# A Debian is fetched once from the mirror that this machine itself uses, and kept in the cache folder ($DAVY_CACHE,
# else $XDG_CACHE_HOME/davy, else ~/.cache/davy). Whatever COMMAND starts ends with it, and what it mounts is seen by
# nobody else.
set -eu
cache=${DAVY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davy}

# The first source of packages that Debian itself signs, of this machine's own release.
mirror() {
	# shellcheck disable=SC2016 # apt-get fills these in
	apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
		awk '$1 == "Debian" && $2 == "main" { print $3; exit }'
}

make_root() {
	local suite=$1 folder=$2 architecture=${3:-$(dpkg --print-architecture)} from archive
	archive=$cache/debian-$suite-$architecture.tar
	from=$(mirror)
	[ -n "$from" ] || {
		echo "root.sh: apt on this machine knows no mirror of Debian (sources.list, or apt-get update first)" >&2
		return 1
	}
	if [ ! -f "$archive" ]; then
		echo "root.sh: fetching Debian $suite ($architecture), once" >&2
		mkdir -p "$cache"
		mmdebstrap --quiet --mode=root --format=tar --variant=minbase --architectures="$architecture" \
			--include=ca-certificates "$suite" "$archive.$$" "$from" || {
			rm -f "$archive.$$"
			return 1
		}
		mv "$archive.$$" "$archive"
	fi
	mkdir "$folder"
	tar -C "$folder" --numeric-owner -xf "$archive"
	printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
	chmod 0755 "$folder/usr/sbin/policy-rc.d"
}

# Inside namespaces of their own, for mounts and for processes.
enter_root() {
	local folder=$1
	shift
	cp -L /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || :
	unshare --mount --propagation private --pid --fork --kill-child sh -eu -c '
		folder=$1
		shift
		mount -t proc proc "$folder/proc"
		mount --rbind /sys "$folder/sys"
		mount --rbind /dev "$folder/dev"
		mount -t tmpfs tmpfs "$folder/dev/shm"
		exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
			DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
			chroot "$folder" "$@"
	' sh "$folder" "$@"
}

copy_tree() {
	local folder=$1/davy top
	top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	rm -rf "$folder"
	mkdir "$folder"
	git -C "$top" ls-files -z --cached --others --exclude-standard |
		(cd "$top" && tar --null --ignore-failed-read -cf - -T -) | tar -C "$folder" --no-same-owner -xf -
	# Some claims and the package's date ask git.
	git clone -q --bare "$top" "$folder/.git" && git -C "$folder" config core.bare false && git -C "$folder" reset -q
}

do=${1-}
case $do in
make | enter)
	shift
	"${do}_root" "$@"
	;;
tree)
	copy_tree "$2"
	;;
*)
	echo "root.sh: make, enter or tree, not '$do'" >&2
	exit 2
	;;
esac
