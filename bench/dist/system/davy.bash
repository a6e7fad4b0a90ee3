# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Completion of davy for bash. What can be said is asked of the program itself, so that this file knows no
# command and no option but those that take names of things: protocols, runs, kinds of lists.

# What davy's help has at the beginning of its lines: commands without an argument, else options.
_davy_words() {
	if [ $# = 0 ]; then
		LC_ALL=C "$davy" help 2>/dev/null | sed -n '/^Usage/,/^Exit/s/^  \([a-z][a-z-]*\) .*/\1/p'
		echo help
	else
		LC_ALL=C "$davy" help "$1" 2>/dev/null | grep -oE '^  --[a-z-]+' | tr -d ' '
	fi
}

# Does this option of this command take a word of its own?
_davy_takes_word() {
	LC_ALL=C "$davy" help "$1" 2>/dev/null | grep -qE -- "^  $2 [A-Z[]"
}

# The words that a command takes first: "[protocols|fixtures|…|dut SERIAL]" in its usage line.
_davy_first() {
	LC_ALL=C "$davy" help "$1" 2>/dev/null | sed -n "1s/.* $1 \[\([^]]*\)\].*/\1/p" | sed 's/ [A-Z]*//g' | tr '|' ' '
}

# The steps of a life, which the refusal of one that is none has.
_davy_steps() {
	LC_ALL=C "$davy" record - 2>&1 | sed -n 's/.*there are: //p'
}

_davy_protocols() {
	LC_ALL=C "$davy" list protocols 2>/dev/null | grep -oE 'scripts/[^ ]+\.lua' | sed 's,^scripts/,,; s,\.lua$,,'
}

_davy_runs() {
	echo last
	LC_ALL=C "$davy" list runs "$@" 2>/dev/null | awk 'NR > 2 && NF > 1 { print $1 }'
}

# The destinations of all kinds, which the refusal of one that is none has; "-" is no name.
_davy_destinations() {
	LC_ALL=C "$davy" push - "$@" 2>&1 | sed -n 's/.*there are: //p' | tr -d ,
}

# The measures of a run: what `davy why` marks.
_davy_measures() {
	LC_ALL=C "$davy" why "$@" 2>/dev/null | sed -nE 's/^(✓|✗|\?) ([^ ]+)  .*/\2/p' | sort -u
}

_davy() {
	local davy=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-} i state=()

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_davy_words)" -- "$word")
		return
	fi
	for ((i = 2; i < COMP_CWORD - 1; i++)); do
		[ "${COMP_WORDS[i]}" = --state ] && state=(--state "${COMP_WORDS[i + 1]}")
	done
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_davy_words "$command")" -- "$word")
	elif [[ $command$before$word == check--mutants= || $command${COMP_WORDS[COMP_CWORD - 2]}$before == check--mutants= ]]; then
		mapfile -t COMPREPLY < <(compgen -W "steps measures limits declarations calls assertions comparisons" -- "${word#=}")
	elif [[ $before == --clock ]]; then
		mapfile -t COMPREPLY < <(compgen -W "real virtual x10" -- "$word")
	elif [[ $before == --as ]]; then
		mapfile -t COMPREPLY < <(compgen -W "tester reviewer signatory sampler witness" -- "$word")
	elif [[ $command$before == stats--by ]]; then
		mapfile -t COMPREPLY < <(compgen -W "protocol version maker slot bench" -- "$word")
	elif [[ $command$before =~ ^(stats|history)--from$ ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_davy_destinations "${state[@]}")" -- "$word")
	elif [[ $before == --seal ]]; then
		mapfile -t COMPREPLY < <(compgen -W "intact broken absent" -- "$word")
	elif [[ $before == --list ]]; then
		mapfile -t COMPREPLY < <(compgen -W "marks prohibited seen" -- "$word")
	elif [[ $before == --state || $before == --photos-from || $command$before == export--to || $command$before == receive--into ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
	elif [[ $before =~ ^--(station|limits|file|photo|camera|csv|key|public|passphrase-file|checkpoint|administrator)$ ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ $command$before == label--to ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ $before == --* ]] && _davy_takes_word "$command" "$before"; then
		return
	else
		_davy_operands
	fi
}

_davy_operands() {
	case $command in
	help) mapfile -t COMPREPLY < <(compgen -W "$(_davy_words)" -- "$word") ;;
	list | keys | outbox | series) [ "$COMP_CWORD" != 2 ] || mapfile -t COMPREPLY < <(compgen -W "$(_davy_first "$command")" -- "$word") ;;
	record) mapfile -t COMPREPLY < <(compgen -W "$(_davy_steps)" -- "$word") ;;
	why)
		if [ "$COMP_CWORD" = 2 ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_davy_runs "${state[@]}")" -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -W "$(_davy_measures "${COMP_WORDS[2]}" "${state[@]}")" -- "$word")
		fi
		;;
	gas) mapfile -t COMPREPLY < <(compgen -W "add connect disconnect show" -- "$word") ;;
	order) if [[ $COMP_CWORD == 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "add show judge list" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi ;;
	register) if [[ $COMP_CWORD == 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "import show find seen" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi ;;
	lot) [ "$COMP_CWORD" != 2 ] || mapfile -t COMPREPLY < <(compgen -W "open draw seal judge retest show plan list" -- "$word") ;;
	label) ;;
	push) mapfile -t COMPREPLY < <(compgen -W "$(_davy_destinations "${state[@]}")" -- "$word") ;;
	check-standard) mapfile -t COMPREPLY < <(compgen -W "add show" -- "$word") ;;
	calibrations) mapfile -t COMPREPLY < <(compgen -W "add show due" -- "$word") ;;
	limits) mapfile -t COMPREPLY < <(
		compgen -W sign -- "$word"
		compgen -f -- "$word"
	) ;;
	show | continue | replay | export | sign | void | correct) mapfile -t COMPREPLY < <(compgen -W "$(_davy_runs "${state[@]}")" -- "$word") ;;
	verify | audit) mapfile -t COMPREPLY < <(
		compgen -W "$(_davy_runs "${state[@]}")" -- "$word"
		compgen -d -- "$word"
	) ;;
	run | ready) mapfile -t COMPREPLY < <(
		compgen -W "$(_davy_protocols)" -- "$word"
		compgen -f -- "$word"
	) ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -F _davy davy
