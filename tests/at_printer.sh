# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What claims about printers share: sourced behind claims.sh, with the twin of the printer in $printer.

# at_printer "TEMPER…" COMMAND…: with a printer at $device; what it printed lies in $scratch/printer.
at_printer() {
	local tempers=$1 status patience=50
	shift
	rm -rf "$scratch/printer"
	mkdir "$scratch/printer"
	mkfifo "$scratch/printer/on"
	# shellcheck disable=SC2086 # words
	python3 "$printer" "$scratch/printer" $tempers <"$scratch/printer/on" 2>"$scratch/printer/says" &
	exec 9>"$scratch/printer/on"
	while [ ! -e "$scratch/printer/device" ] && [ "$patience" -gt 0 ]; do sleep 0.1; patience=$((patience - 1)); done
	device=$(cat "$scratch/printer/device")
	"$@"
	status=$?
	exec 9>&-
	wait $!
	[ ! -s "$scratch/printer/says" ] || { cat "$scratch/printer/says"; return 1; }
	return "$status"
}

# ready PART: what the row of the printer says, when the printer is the one at $device.
ready() {
	mkdir -p "$scratch/sys/class/usbmisc/lp0/device" "$scratch/dev/usb"
	ln -sf "$device" "$scratch/dev/usb/lp0"
	DAVY_SYS=$scratch/sys DAVY_DEV=$scratch/dev davy ready >"$scratch/out" 2>&1
	grep -E '^[^ ]+ printer' "$scratch/out" | tee "$scratch/row" | grep -qF "$1" || { cat "$scratch/row"; return 1; }
}
