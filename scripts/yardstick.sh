#!/usr/bin/env bash
# Builds the yardstick and its load generator (Benchmarks/Yardstick) into a folder, in a second or two.
#
#   scripts/yardstick.sh [FOLDER]      .build/yardstick
#
# CC, CFLAGS: another compiler, more of its flags
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

out=${1:-.build/yardstick}
compiler=${CC:-}
for candidate in cc clang gcc; do
    # Swift brings clang.
    if [ -z "$compiler" ] && has "$candidate"; then compiler=$candidate; fi
done
[ -n "$compiler" ] || die "a C compiler is missing: install gcc or clang"

mkdir -p "$out"
sources=Benchmarks/Yardstick
compile() { # PROGRAM SOURCE...
    local program=$1 paths=() source
    shift
    for source; do paths+=("$sources/$source"); done
    # Programs that run are replaced, not overwritten.
    # shellcheck disable=SC2086 # CFLAGS are several words
    "$compiler" -std=gnu11 -O2 -Wall -Wextra -Wshadow -Werror ${CFLAGS:-} -o "$out/$program.new" "${paths[@]}"
    mv -f "$out/$program.new" "$out/$program"
}
compile yardstick yardstick.c websocket.c
compile load load.c client.c template.c usage.c websocket.c
