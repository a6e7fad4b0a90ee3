#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Photos that a protocol asks a person for: from a file, a folder, a camera, into the run's folder, its journal, its record, a bundle
# and the report. The bench is a desk without a wire, at which only a person does anything, so that a real run needs none.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh
# shellcheck source=tests/desk.sh
. tests/desk.sh
build=$PWD/build
export DAVY_STATE=$scratch/state LANG=C
unset LC_ALL LC_MESSAGES
davy() { timeout $((100 * ${SLOWNESS:-1})) env "PATH=${tools:-$PATH}" "$build/davy" "$@"; }

cat >"$tree/scripts/look.lua" <<'END'
local test = protocol {
  id = "look", version = 1, language = 1, title = "Look", zh = "看", class = "case", fixture = "desk",
  decision = "simple", dut = { serial = { ask = "Serial number", simulated = "S-1", text = true } },
}
step "Look" {
  zh = "看",
  measure = { width = { "width", zh = "宽度", limit = { "<= 9 mm", standard = "S", source = "s", grade = "verbatim" } } },
  run = function(m, fx)
    log(operator:photograph { "The seal, closed", zh = "封印完好", id = "seal" })
    operator:photograph { "The nameplate", zh = "铭牌", id = "plate" }
    m.width = operator:enter { "Width", zh = "宽度", id = "width", unit = "mm" }
  end,
}
END

# Whole pictures, made of chunks and of segments.
python3 - "$scratch" <<'END'
import struct, sys, zlib
folder = sys.argv[1]
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
def png(width, height, shade):
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
for name, shade in ("seal", 40), ("plate", 200), ("new", 120), ("other", 90):
    open(f"{folder}/{name}.png", "wb").write(png(60, 40, shade))
segment = lambda mark, data: bytes([0xff, mark]) + struct.pack(">H", 2 + len(data)) + data
open(f"{folder}/grey.jpg", "wb").write(b"\xff\xd8" + segment(0xdb, b"\0" + b"\1" * 64)
    + segment(0xc0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")
    + segment(0xc4, b"\0" + b"\1" + b"\0" * 15 + b"\0") + segment(0xc4, b"\x10" + b"\1" + b"\0" * 15 + b"\0")
    + segment(0xda, b"\1\1\0\0\x3f\0") + b"\x3f\xff\xd9")
END

# looks CODE "LINES" [OPTIONS…]: a real run, whose questions are answered by these lines
looks() {
	local code=$1 lines=$2 status
	shift 2
	printf '%b' "$lines" | davy run "$tree/scripts/look.lua" --station "$tree/station.lua" --dut serial=C-1 "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	find_run
	[ "$status" = "$code" ] && return
	tail -n 30 "$scratch/out" "$scratch/err"
	echo "it ended with $status, not $code"
	return 1
}
find_run() { run=$DAVY_STATE/runs/$(ls -t "$DAVY_STATE/runs" | head -n 1); }
digest() { sha256sum "$1" | cut -d' ' -f1; }

files_are_taken() {
	looks 0 "$scratch/seal.png a scratch on the left\n'$scratch/grey.jpg'\n7 mm\n" || return
	cmp "$scratch/seal.png" "$run/photos/$(digest "$scratch/seal.png").png" && cmp "$scratch/grey.jpg" "$run/photos/$(digest "$scratch/grey.jpg").jpg" &&
		davy show last >"$scratch/out" && says "The seal, closed [seal]: $(digest "$scratch/seal.png" | cut -c1-12)" &&
		says 'png, 60 × 40; a scratch on the left' && says 'jpeg, 8 × 8' && davy show last --journal >"$scratch/out" &&
		says '"sha256":"'"$(digest "$scratch/seal.png")" && says '"text":"'"$(digest "$scratch/seal.png")"
}


# not_taken SENTENCE FILE: it is asked for again, with this sentence; then the seal is taken.
not_taken() {
	looks 0 "$2\n$scratch/seal.png\n$scratch/plate.png\n7 mm\n" && says "$1" && [ "$(find "$run/photos" -type f | wc -l)" = 2 ] &&
		davy show last --journal >"$scratch/out" && { [ "${3:-}" = early ] || says asked_again; }
}

what_is_no_photo_is_asked_for_again() {
	echo "no picture" >"$scratch/note.jpg" && head -c 60 "$scratch/seal.png" >"$scratch/half.png" && : >"$scratch/empty.png" &&
		head -c 60 "$scratch/grey.jpg" >"$scratch/half.jpg" && printf '\0\0\0\030ftypheic\0\0\0\0mif1heic' >"$scratch/phone.heic" &&
		{ cat "$scratch/seal.png" && head -c 17M /dev/zero; } >"$scratch/huge.png" &&
		cp "$scratch/seal.png" "$scratch/mine.png" && chmod 600 "$scratch/mine.png" && mkfifo "$scratch/pipe.png" || return
	not_taken 'it is no picture: a photo is a JPEG or a PNG file' "$scratch/note.jpg" &&
		not_taken 'damaged or not whole' "$scratch/half.png" && not_taken 'damaged or not whole' "$scratch/half.jpg" &&
		not_taken 'it is empty, or is still being copied' "$scratch/empty.png" && not_taken 'it is a HEIC picture' "$scratch/phone.heic" &&
		not_taken 'a photo has at most 16777216' "$scratch/huge.png" &&
		not_taken 'chmod a+r it' "$scratch/mine.png" && not_taken 'it is no file' "$scratch/pipe.png" &&
		not_taken 'it is no file' "$scratch" && not_taken 'there is no such file' "$scratch/gone.png" early &&
		not_taken 'nothing was typed' '' early && looks 0 "\n$scratch/seal.png\n$scratch/plate.png\n7 mm\n" --photos-from "$scratch/none" &&
		says 'the folder for photos cannot be read'
}

# A picture of another run is the bench's own, as its keys are.
what_the_bench_keeps_is_not_taken() {
	local own
	own=$(find "$DAVY_STATE/runs" -path '*/photos/*' | head -n 1)
	not_taken "it is one of the bench's own files" "$own" && not_taken "it is one of the bench's own files" "$DAVY_STATE/records/records.jsonl"
}

photos_are_given_in_advance() {
	looks 0 '7 mm\n' --photo seal="$scratch/seal.png" --photo 1:plate="$scratch/plate.png" && cmp "$scratch/plate.png" "$run/photos/$(digest "$scratch/plate.png").png" &&
		looks 0 "$scratch/seal.png\n7 mm\n" --photo seal="$scratch/note.jpg" --photo plate="$scratch/plate.png" --photo label="$scratch/new.png" &&
		says 'it is no picture' && says "nothing has asked for the photo 'label'" err &&
		refused 2 'a simulated run takes no photo of anything' davy run "$tree/scripts/look.lua" --sim --photo seal="$scratch/seal.png"
}

# Which of two is newer is told by when it came here; what lay there before is not taken, nor what is no picture.
the_newest_of_a_folder_is_taken() {
	mkdir "$scratch/phone" && cp "$scratch/other.png" "$scratch/phone/IMG 1.png" && mkfifo "$scratch/typed" || return
	(
		exec 3>"$scratch/typed"
		await 'The seal, closed' && echo >&3 && await 'no picture (JPEG or PNG) has come into' && cp -p "$scratch/new.png" "$scratch/phone/IMG 2.png" &&
			echo text >"$scratch/phone/notes.txt" && echo >&3 && await 'The nameplate' && cp "$scratch/plate.png" "$scratch/phone/IMG 1.png" && echo >&3 &&
			await 'Width' && echo '7 mm' >&3
		sleep 1
	) &
	davy run "$tree/scripts/look.lua" --station "$tree/station.lua" --dut serial=C-1 "$@" <"$scratch/typed" >"$scratch/out" 2>"$scratch/err"
	local status=$?
	wait $!
	rm -r "$scratch/typed" "$scratch/phone"
	find_run
	[ $status = 0 ] && says "Enter takes the newest picture that has come into $scratch/phone" && says "$scratch/phone/IMG 2.png" && says 'damaged' && return 1
	[ $status = 0 ] && cmp "$scratch/new.png" "$run/photos/$(digest "$scratch/new.png").png" && cmp "$scratch/plate.png" "$run/photos/$(digest "$scratch/plate.png").png" &&
		davy show last --journal >"$scratch/journal.out" && says '"from":"folder"' journal.out
}
await() {
	for _ in $(seq 200); do
		grep -qF -- "$1" "$scratch/out" && return
		sleep 0.05
	done
	return 1
}
a_folder_is_named() { the_newest_of_a_folder_is_taken --photos-from "$scratch/phone"; }
a_station_names_the_folder() {
	station "photos = \"$scratch/phone\"," && the_newest_of_a_folder_is_taken && station 'photos = "phone",' &&
		refused 2 "photos: 'phone' does not begin with /" davy run "$tree/scripts/look.lua" --station "$tree/station.lua"
	local status=$?
	station ''
	return $status
}

# In place of v4l2-ctl stands one that says what it was asked for; /dev/null is a device, if no camera.
camera() {
	mkdir -p "$scratch/bin" && printf '#!/bin/sh\nPATH=/usr/bin:/bin\necho "$*" >%s/asked\nfor one; do case $one in --stream-to=*) to=${one#*=} ;; esac; done\n%s\n' "$scratch" "$1" \
		>"$scratch/bin/v4l2-ctl" && chmod +x "$scratch/bin/v4l2-ctl"
}
photographs() { tools=$scratch/bin looks "$@" --camera /dev/null; }
a_camera_takes_one() {
	camera "umask 077; cp $scratch/grey.jpg \$to" && TMPDIR=$scratch photographs 0 "\n$scratch/plate.png\n7 mm\n" && says 'Enter takes a picture with the camera at /dev/null' &&
		cmp "$scratch/grey.jpg" "$run/photos/$(digest "$scratch/grey.jpg").jpg" && says pixelformat=MJPG asked && says 'device=/dev/null' asked &&
		davy show last --journal >"$scratch/out" && says '"from":"camera"' && [ -z "$(find "$scratch" -maxdepth 1 -name 'davy-photo-*')" ]
}
one_that_is_named_goes_before_the_stations() {
	mkdir -p "$scratch/phone" && station "photos = \"$scratch/phone\", camera = \"/dev/video9\"," && camera "cp $scratch/grey.jpg \$to" &&
		photographs 0 "\n$scratch/plate.png\n7 mm\n" && says 'Enter takes a picture with the camera at /dev/null'
	local status=$?
	station ''
	rm -r "$scratch/phone"
	return $status
}
a_camera_that_gives_none_is_said() {
	local rest="\n$scratch/seal.png\n$scratch/plate.png\n7 mm\n"
	camera 'exit 1' && photographs 0 "$rest" && says 'gave no picture (v4l2-ctl ended with exit code 1): another program may have it' &&
		camera "head -c 4000 /dev/zero >\$to" && photographs 0 "$rest" && says 'gives no JPEG (MJPG) frames' &&
		looks 0 "$rest" --camera "$scratch/video9" && says "there is no camera at $scratch/video9" &&
		rm "$scratch/bin/v4l2-ctl" && photographs 0 "$rest" && says 'apt install v4l-utils'
}

a_simulated_photo_says_so() {
	davy run "$tree/scripts/look.lua" --sim >"$scratch/out" 2>&1 || return
	davy show last >"$scratch/out" && says 'png, 320 × 200; simulated, no photo of anything' && davy show last --journal >"$scratch/out" &&
		says '"from":"simulation"' && davy show last --lang zh >"$scratch/out" && says '封印完好 [seal]' && says '仿真图,非实物照片'
}

# altered SENTENCE COMMAND…: what verify says after that, and says no more when all is put back
altered() {
	local sentence=$1 status
	shift
	cp -a "$DAVY_STATE" "$scratch/kept" && "$@" && davy verify >"$scratch/out" 2>&1
	status=$?
	rm -rf "$DAVY_STATE" && mv "$scratch/kept" "$DAVY_STATE" || return
	[ $status = 3 ] && says "$sentence" && davy verify >"$scratch/out" 2>&1
}
verify_looks_at_the_files() {
	looks 0 "$scratch/seal.png\n$scratch/plate.png\n7 mm\n" && davy verify >"$scratch/out" && says 'photos (' || return
	local seal=$run/photos/$(digest "$scratch/seal.png").png
	altered "its photo 'seal' is missing" rm "$seal" && altered "its photo 'seal' is not the one that was recorded" cp "$scratch/new.png" "$seal" &&
		altered "its photo 'seal' is missing" rm -r "$run/photos"
}
a_replay_needs_none() {
	local seal status
	find_run
	seal=$run/photos/$(digest "$scratch/seal.png").png
	davy replay "${run##*/}" >"$scratch/out" && mv "$run/photos" "$scratch/photos" && davy replay "${run##*/}" >"$scratch/out" && mv "$scratch/photos" "$run/photos" &&
		cp "$scratch/new.png" "$seal" || return
	davy replay "${run##*/}" >"$scratch/out" 2>"$scratch/err"
	status=$?
	cp "$scratch/seal.png" "$seal"
	[ $status != 0 ] && says "its photo 'seal' is not the one that was recorded" err
}
show_says_what_is_gone() {
	local seal
	find_run
	seal=$run/photos/$(digest "$scratch/seal.png").png
	mv "$seal" "$scratch/away.png" && davy show last >"$scratch/out" && says 'png, 60 × 40; its file is missing' && davy why last >"$scratch/out" &&
		says 'png, 60 × 40; its file is missing' && cp "$scratch/new.png" "$seal" && davy show last --lang zh >"$scratch/out" &&
		says '文件与登记的摘要不符' && mv "$scratch/away.png" "$seal" && davy why last >"$scratch/out" && says 'The seal, closed [seal]' && ! grep -q missing "$scratch/out"
}
a_bundle_has_them() {
	local name id
	find_run
	id=${run##*/}
	name=data/runs/$id/photos/$(digest "$scratch/seal.png").png
	davy export "$id" --to "$scratch/bag" >"$scratch/out" && cmp "$scratch/seal.png" "$scratch/bag/$name" && davy verify "$scratch/bag" >"$scratch/out" &&
		says 'photos (' && cp "$scratch/new.png" "$scratch/bag/$name" && ! davy verify "$scratch/bag" >"$scratch/out" 2>&1 &&
		says "its photo 'seal' is not the one that was recorded" || return
	mv "$run/photos" "$scratch/photos" && davy export "$id" --to "$scratch/less" >"$scratch/out" && says "its photo 'seal' is missing" && mv "$scratch/photos" "$run/photos"
}


# Nobody is there to answer: the run ends, and what it has not is in its record.
one_that_was_not_taken_is_said() {
	looks 4 "$scratch/seal.png\n" && davy show last >"$scratch/out" && says 'The nameplate [plate]: asked for, and not taken' && davy verify >"$scratch/out" &&
		davy report last >"$scratch/out" && says 'The nameplate' && says 'It was asked for, and not taken.'
}

# ---- on paper ----

the_report_shows_them() {
	looks 0 "$scratch/seal.png a scratch\n$scratch/grey.jpg\n7 mm\n" && for template in test_report original_record; do
		davy report last --template "$template" >"$scratch/out" && says "$(base64 -w 0 "$scratch/seal.png")" && says "image/jpeg;base64,$(base64 -w 0 "$scratch/grey.jpg")" &&
			says '1. The seal, closed: a scratch' && says "60 × 40, seal.png, sha-256" && says "$(digest "$scratch/seal.png")" &&
			davy report last --template "$template" --lang zh >"$scratch/out" && says '2. 铭牌' || return
	done
}
the_report_says_which_it_has_not() {
	local seal plate
	find_run
	seal=$run/photos/$(digest "$scratch/seal.png").png plate=$run/photos/$(digest "$scratch/grey.jpg").jpg
	rm "$seal" && cp "$scratch/new.png" "$plate" && davy report last >"$scratch/out" && says '1. The seal, closed: a scratch' && says 'Its file is not among the run' &&
		says '2. The nameplate' && says 'is not the one whose digest was recorded, and is not shown' && ! grep -q base64 "$scratch/out"
	local status=$?
	cp "$scratch/seal.png" "$seal" && cp "$scratch/grey.jpg" "$plate" && return $status
}
they_are_in_the_pdf() {
	davy report last --format pdf --to "$scratch/report.pdf" || return
	mkdir "$scratch/inside" && pdfdetach -saveall -o "$scratch/inside" "$scratch/report.pdf" && cmp "$scratch/seal.png" "$scratch/inside/photo-1.png" &&
		cmp "$scratch/grey.jpg" "$scratch/inside/photo-2.jpg" && pdftotext -layout "$scratch/report.pdf" "$scratch/out" && says '1. The seal, closed: a scratch' &&
		pdfimages -list "$scratch/report.pdf" >"$scratch/out" && says jpeg && [ "$(grep -c image "$scratch/out")" -ge 2 ]
}

claim "a file that is typed is kept as it came, under its digest, with the person's words" files_are_taken
claim "what is no whole JPEG or PNG, too large, private or no file is asked for again, and why" what_is_no_photo_is_asked_for_again
claim "what the bench keeps itself is no photo" what_the_bench_keeps_is_not_taken
claim "photos are given in advance, for their questions and once" photos_are_given_in_advance
claim "Enter takes the newest picture that has come into a folder since the question" a_folder_is_named
claim "a station says which folder" a_station_names_the_folder
claim "Enter takes one with a camera, as the camera has made it" a_camera_takes_one
claim "a camera that is named goes before the folder of the station" one_that_is_named_goes_before_the_stations
claim "a camera that is not there, gives nothing or no JPEG, and a tool that is missing, are said" a_camera_that_gives_none_is_said
claim "a simulated photo is a picture of that word, and is said to be" a_simulated_photo_says_so
claim "verify finds a photo that is missing or was changed" verify_looks_at_the_files
claim "a replay needs no photo, and refuses another one" a_replay_needs_none
claim "show and why name photos, and say which is gone" show_says_what_is_gone
claim "a bundle has the photos, and says which it has not" a_bundle_has_them
claim "a photo that was asked for and not taken is said, in the record and on the report" one_that_was_not_taken_is_said
claim "test report and original record show the photos, with caption and digest" the_report_shows_them
claim "a report says which photo is missing or another one" the_report_says_which_it_has_not
if can_print "photos on paper" pdfimages; then
	claim "a PDF shows them and has their files inside" they_are_in_the_pdf
fi
claims_end
