#!/usr/bin/env bash
# Runs a command on a machine that is worse than this one: what passes by luck fails here.
#
#   scripts/disturb.sh KIND COMMAND...
#
# one-core    the command, and all that it starts, has one processor
# neighbour   as one-core, and a program that never rests has the same processor, until the command ends
# delays      servers are late to start, and their broker answers late, as a number says: DELAYS=7 draws others than 1
#
# Needs taskset for the first two (Debian: util-linux).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A neighbour that nobody ended ends by itself.
neighbour_seconds=3600

kind=${1:-}
if [ $# -lt 2 ]; then die "usage: scripts/disturb.sh one-core|neighbour|delays COMMAND..."; fi
shift

# The first processor that this process may use, where a container may not use them all.
processor() {
    local list
    list=$(taskset -cp $$)
    list=${list##*: }
    printf '%s\n' "${list%%[,-]*}"
}

case $kind in
one-core)
    exec taskset -c "$(processor)" "$@"
    ;;
neighbour)
    processor=$(processor)
    taskset -c "$processor" timeout "$neighbour_seconds" bash -c 'while :; do :; done' &
    neighbour=$!
    # `timeout` passes on to the neighbour what ends it.
    trap 'kill "$neighbour" 2>/dev/null || true' EXIT
    status=0
    taskset -c "$processor" "$@" || status=$?
    exit "$status"
    ;;
delays)
    CHAT_TEST_DELAYS=${DELAYS:-1} exec "$@"
    ;;
*)
    die "no such disturbance: $kind (there are: one-core neighbour delays)"
    ;;
esac
