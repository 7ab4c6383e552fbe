#!/usr/bin/env bash
# What the documents say is so: what they name is in the sources, and the table of settings is the server's. The files in
# Python beside this one check links and commands.
#
# CHAT_SERVER_BIN is the server; by default that of the debug build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

server=${CHAT_SERVER_BIN:-.build/debug/ChatServer}
tours=(docs/TOUR.md docs/TOUR.ko.md)
settings=docs/CONFIGURATION.md
articles=(Sources/*/*.docc/*.md)
exercises=(docs/exercises/*.md docs/exercises/*/README.md)
status=0
fault() {
    printf '%s\n' "$*"
    status=1
}

# ---- Names in backticks: each file is there, each function stands in a file that its line names, each word of the code is in it,
# or is a folder.
# A file is named by the end of its path. A function of Swift has its labels; where the line names no file, any may have it. A
# sentence of four words and more is the name of a test. A diagram of mermaid has no backticks: there a word with a second capital
# is a name. An exercise may also name what it brings itself, and what its solution has.
names=$(mktemp -d)
trap 'rm -rf "$names"' EXIT
find Package.swift Sources Tests Examples static docs/exercises -name '*.swift' -o -name '*.js' >"$names/files"
xargs awk -f Tests/DocumentationTests/functions.awk <"$names/files" >"$names/functions"
xargs grep -hv '^ *//' <"$names/files" | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$names/words"
grep -h '^+' docs/exercises/*/solution.patch | grep -oE '[A-Za-z_][A-Za-z0-9_]*' >>"$names/words"
find Sources Tests Examples static -type d | sed 's|.*/||' >>"$names/words"
find Sources Tests static scripts Benchmarks Examples >"$names/paths"
sed -nE 's|^\+\+\+ b/||p' docs/exercises/*/solution.patch >"$names/solved"
grep -rhoE --include='*.swift' "func \`[^\`]+\`" Tests | cut -d'`' -f2 >"$names/tests"
while read -r fault; do fault "$fault"; done < <(
    awk -v names="$names" '
        function is_end(path, end) { return path == end || substr(path, length(path) - length(end)) == "/" end }
        BEGIN {
            while ((getline line < (names "/files")) > 0) paths[line]
            while ((getline line < (names "/words")) > 0) words[line]
            while ((getline line < (names "/functions")) > 0) functions[line]
            while ((getline line < (names "/paths")) > 0) others[line]
            while ((getline line < (names "/tests")) > 0) tests[line]
            while ((getline line < (names "/solved")) > 0) paths[line]
        }
        FNR == 1 { fence = "" }
        /^```/ { fence = fence == "" ? $0 : ""; next }
        fence == "```mermaid" { gsub(/[A-Za-z]+\([a-zA-Z_:]*\)|[A-Z][a-z]+[A-Z][A-Za-z]*/, "`&`") }
        fence != "" && fence != "```mermaid" { next }
        {
            gsub(/<\/?code>/, "`")
            rest = $0
            count = 0
            while (match(rest, /`[^`]+`/)) {
                token = substr(rest, RSTART + 1, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
                place = FILENAME ":" FNR ": "
                seen++
                if (token ~ /^[A-Za-z0-9_+\/.-]+\.(swift|js)$/) {
                    known = 0
                    for (path in paths) if (is_end(path, token)) { known = 1; here[++count] = path }
                    if (!known) print place "there is no " token
                } else if (here[count] ~ /\.js$/ ? token ~ /^[A-Za-z]+\([a-zA-Z, ]*\)$/ : token ~ /^[A-Za-z]+\(([a-zA-Z_]+:)*\)$/) {
                    known = 0
                    for (i in functions) {
                        path = i
                        sub(/ .*/, "", path)
                        name = substr(i, length(path) + 2)
                        if (path ~ /\.js$/ ? index(token, name) != 1 : token != name) continue
                        if (!count) known = 1
                        for (f = 1; f <= count; f++) if (here[f] == path) known = 1
                    }
                    if (!known) print place (count ? "no file of this line has " : "no file has ") token
                } else if (token ~ /^[A-Z][A-Za-z]*[a-z][A-Za-z]*(\.[A-Za-z]+)?$/) {
                    sub(/\..*/, "", token)
                    if (!(token in words)) print place "the sources have no " token
                } else if (token ~ /^(Sources|Tests|static|scripts|Benchmarks|Examples)\/[^ *{]+$/) {
                    sub(/\/$/, "", token)
                    if (!(token in others)) print place "there is no " token
                } else if (token ~ /^(a|an|the|what|who) [a-z,-]+ [a-z,-]+ [a-z ,-]+$/) {
                    if (!(token in tests)) print place "there is no test: " token
                }
            }
        }
        END { if (seen < 100) print "the documents name nothing in backticks; this check reads them wrongly" }
    ' ARCHITECTURE.md docs/CONCURRENCY.md docs/ONE-MESSAGE.md "${tours[@]}" docs/SEMINAR.md "${articles[@]}" Examples/*.md Examples/*/*.md "${exercises[@]}"
)

# ---- Excerpts: each stands in its file, in an article of the reference as well, and a tour shows the same ones in each language
while read -r fault; do fault "$fault"; done < <(awk -f Tests/DocumentationTests/excerpts.awk "${tours[@]}" "${articles[@]}")
excerpts() { sed -n '/^<!-- code:/,/^```$/p' "$1"; }
for tour in "${tours[@]:1}"; do
    if ! diff <(excerpts "${tours[0]}") <(excerpts "$tour"); then fault "$tour: its excerpts are not those of ${tours[0]}"; fi
done

# ---- Flags
help=$("$server" --help)
# shellcheck disable=SC2016 # the backticks are the table's
rows() { sed -nE 's/^\| `(--[a-z-]+)` \| `(CHAT_[A-Z_]+)`[^|]*\| `?([^ `:|]*).*/\1 \2 \3/p' "$settings"; }
flags=$(printf '%s\n' "$help" | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|version)' | sort)
documented=$(rows | cut -d' ' -f1 | sort)
if ! diff <(printf '%s\n' "$documented") <(printf '%s\n' "$flags"); then
    fault "$settings: its table (<) has other flags than ChatServer --help (>)"
fi

# ---- Variables and defaults of the settings that are numbers: a wrong value is refused by the name in the table
plain=$(printf '%s\n' "$help" | tr -s '\n ' ' ')
while read -r flag variable default; do
    if ! [[ $default =~ ^[0-9]+$ ]]; then continue; fi
    answer=$(env "$variable=wrong" "$server" check-config 2>&1 >/dev/null) && fault "$settings: $variable is not read"
    if [[ $answer != *"$flag ($variable)"* ]]; then fault "$settings: $variable is not the variable of $flag: $answer"; fi
    if ! grep -qE -- "$flag <[a-z-]+> [^<]*[( ]${default}[;:)]" <<<"$plain"; then
        fault "$settings: $flag: the default is not $default"
    fi
done < <(rows)

exit "$status"
