#!/usr/bin/env bash
# What the documents say is so: links lead to files, and the README's table of settings is the server's.
#
# CHAT_SERVER_BIN is the server; by default that of the debug build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

server=${CHAT_SERVER_BIN:-.build/debug/ChatServer}
status=0
fault() {
    printf '%s\n' "$*"
    status=1
}

# ---- Links
while IFS=: read -r document link; do
    target=${link%%#*}
    if [ -n "$target" ] && ! [ -e "$(dirname "$document")/$target" ]; then fault "$document: there is no $target"; fi
done < <(
    grep -noE '\]\([^)]+\)' README.md CONTRIBUTING.md ARCHITECTURE.md changes/README.md docs/*.md |
        sed -E 's/^([^:]+):[0-9]+:\]\(([^) ]+).*$/\1:\2/' | grep -vE ':(https?|mailto):'
)

# ---- Flags
help=$("$server" --help)
# shellcheck disable=SC2016 # the backticks are the table's
rows() { sed -nE 's/^\| `(--[a-z-]+)` \| `(CHAT_[A-Z_]+)`[^|]*\| `?([^ `:|]*).*/\1 \2 \3/p' README.md; }
flags=$(printf '%s\n' "$help" | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|version)' | sort)
documented=$(rows | cut -d' ' -f1 | sort)
if ! diff <(printf '%s\n' "$documented") <(printf '%s\n' "$flags"); then
    fault "README.md: its table (<) has other flags than ChatServer --help (>)"
fi

# ---- Variables and defaults of the settings that are numbers: a wrong value is refused by the name in the table
plain=$(printf '%s\n' "$help" | tr -s '\n ' ' ')
while read -r flag variable default; do
    if ! [[ $default =~ ^[0-9]+$ ]]; then continue; fi
    answer=$(env "$variable=wrong" "$server" check-config 2>&1 >/dev/null) && fault "README.md: $variable is not read"
    if [[ $answer != *"$flag ($variable)"* ]]; then fault "README.md: $variable is not the variable of $flag: $answer"; fi
    if ! grep -qE -- "$flag <[a-z-]+> [^<]*[( ]${default}[;:)]" <<<"$plain"; then
        fault "README.md: $flag: the default is not $default"
    fi
done < <(rows)

exit "$status"
