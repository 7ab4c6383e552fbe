#!/usr/bin/env bash
# What takes too long for each change and is done in the night, one part after the other; a part that fails does not keep the
# next from being tried.
#
#   scripts/night.sh [PART...]
#
# tsan        the Swift tests with the thread sanitizer (scripts/tsan.sh)
# asan        the tests of the Swift code around C with the address sanitizer (scripts/asan.sh)
# brokers     the tests of the Redis broker with each of their servers (scripts/brokers.sh)
# docs        the reference of the modules that others build on, without a warning (scripts/docs.sh)
# exercises   the solutions of the exercises, and that their tests fail without them (scripts/exercise.sh)
# conformance the Autobahn Testsuite (scripts/conformance.sh); skipped where there is no Python 2.7
# fuzz        made-up bytes, for MINUTES with each reader (scripts/fuzz.sh)
# disturb     every suite on each of the worse machines (scripts/disturb.sh)
# attack      strangers send whatever they like, for MINUTES, and people talk meanwhile (scripts/attack.sh)
# soak        thousands of rooms, then a chat that is broken over and over, for MINUTES (scripts/soak.sh)
#
# Variables: MINUTES=10
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

parts=("$@")
if [ ${#parts[@]} = 0 ]; then parts=(tsan asan brokers docs exercises conformance fuzz disturb attack soak); fi
export MINUTES=${MINUTES:-10}

run() { # PART
    case $1 in
    tsan) scripts/tsan.sh ;;
    asan) scripts/asan.sh ;;
    brokers) scripts/brokers.sh all ;;
    docs) scripts/docs.sh ;;
    exercises) scripts/exercise.sh all ;;
    conformance) scripts/conformance.sh ;;
    fuzz) scripts/fuzz.sh "$MINUTES" ;;
    disturb)
        local status=0 kind
        for kind in one-core neighbour delays; do DISTURB=$kind scripts/test.sh || status=1; done
        return "$status"
        ;;
    attack) scripts/attack.sh ;;
    soak) scripts/soak.sh ;;
    *) die "no such part: $1 (there are: tsan asan brokers docs exercises conformance fuzz disturb attack soak)" ;;
    esac
}

failed=()
left_out=()
for part in "${parts[@]}"; do
    started=$SECONDS
    status=0
    # In a subshell of its own, where `die` ends this part alone.
    (run "$part") || status=$?
    case $status in
    0) say "night $part: passed ($((SECONDS - started)) s)" ;;
    "$skipped")
        say "night $part: skipped"
        left_out+=("$part")
        ;;
    *)
        say "night $part: failed ($((SECONDS - started)) s)"
        failed+=("$part")
        ;;
    esac
done
if [ ${#left_out[@]} -gt 0 ]; then say "night: skipped: ${left_out[*]}"; fi
if [ ${#failed[@]} -gt 0 ]; then die "night: failed: ${failed[*]}"; fi
say "night: passed"
