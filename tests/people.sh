# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What claims about people share: sourced behind tests/claims.sh, in the root of the sources. An administrator, whose key is
# $scratch/boss.pem, persons with keys of their own, ID.pem beside it, and what they sign.
davy=$PWD/build/davy
(umask 077; echo "a passphrase" >"$scratch/word")
word=(--passphrase-file "$scratch/word")

administrator() { within 60 "$davy" keys init --key "$scratch/boss.pem" "${word[@]}" >/dev/null; }

key_of() { within 60 "$davy" keys make --key "$scratch/$1.pem" "${word[@]}" >/dev/null; }

# enrol ID ROLES PUBLIC
enrol() {
	within 60 "$davy" keys enrol "$1" --name "N$1" --roles "$2" --public "$3" --to 2036-01-01 \
		--key "$scratch/boss.pem" "${word[@]}" >/dev/null
}

# person ID ROLES
person() { key_of "$1" && enrol "$1" "$2" "$scratch/$1.pem.public"; }

# sign WHAT ROLE ID OPTIONS…
sign() {
	local what=$1 role=$2 who=$3
	shift 3
	within 60 "$davy" sign "$what" --as "$role" --key "$scratch/$who.pem" "${word[@]}" "$@"
}
