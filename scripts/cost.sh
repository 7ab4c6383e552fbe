#!/usr/bin/env bash
# Nothing that comes from outside costs more than its length: the worst inputs that are known, for each field of whatever is
# read (Fuzz/Cost.swift), at two sizes. Twice the bytes may take twice the instructions, which callgrind counts: they are the
# same on every machine, however busy it is.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

has valgrind || die "valgrind is not installed (scripts/setup.sh cost)"
python3 Fuzz/build.py cost
export SWIFT_DETERMINISTIC_HASHING=1
# The Swift name of `probe(_:_:)` in the module Cost.
# shellcheck disable=SC2016 # that is how Swift names begin
probe='$s4Cost5probeyySV_SVtF'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
valgrind --tool=callgrind --collect-atstart=no "--toggle-collect=$probe" "--dump-after=$probe" \
    --callgrind-out-file="$folder/out" .build/fuzz/cost >"$folder/names" 2>"$folder/log" || {
    tail -n 20 "$folder/log"
    die "the probe failed"
}
# One profile for each call, numbered as they came.
number=0
while IFS= read -r name; do
    number=$((number + 1))
    printf '%s\t%s\n' "$name" "$(sed -n 's/^\(summary\|totals\): *//p' "$folder/out.$number" | head -n 1)"
done <"$folder/names" >"$folder/counts" 2>"$folder/missing"
awk -F '\t' '
    NR % 2 == 1 { small = $4; next }
    {
        if (!(small > 0) || !($4 > 0)) { print $1 ", " $2 ": nothing was counted"; bad++; next }
        ratio = $4 / small
        # What does not grow lies below two; tables that grow by doubling lie a little above.
        if (!(ratio <= 2.2)) {
            printf "%s: %s: twice the bytes take %.1f times the instructions (%d, %d)\n", $1, $2, ratio, small, $4
            bad++
        } else good++
    }
    END { printf "%d passed, %d failed\n", good, bad; exit bad > 0 || good < 100 }
' "$folder/counts"
