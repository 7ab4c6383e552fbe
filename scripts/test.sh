#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the suites: all of them, also when one fails.
#
#   scripts/test.sh [SUITE...]     or SUITES="…"; scripts/suite.sh says which there are
#
# Suites wait more than they compute, so two lanes of them run beside each other where there are two processors. LANES=1 makes it
# one, as do VERBOSE=1, which shows what the suites say as it comes, and DISTURB.
#
# Each suite writes to .cache/logs/<suite>.log and is ended after SUITE_SECONDS (1800).
# DISTURB=one-core, neighbour or delays runs the suites on a worse machine (scripts/disturb.sh), four times as patiently.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source scripts/steps.sh

known="layout unit contract server documents cli http proxies operations faults browser fuzz cost"
# The second lane. Suites of the Swift package would wait for each other, so they are in the first.
beside="browser fuzz cost"
read -r -a suites <<<"${*:-${SUITES:-$known}}"

lanes=${LANES:-$(getconf _NPROCESSORS_ONLN)}
case ${DISTURB:-} in
"") ;;
one-core | neighbour | delays) lanes=1 ;;
*) die "no such disturbance: $DISTURB (there are: one-core neighbour delays)" ;;
esac
if [ -n "${VERBOSE:-}" ]; then lanes=1; fi

needs=()
first=()
second=()
for suite in "${suites[@]}"; do
    case $suite in
    layout) ;;
    unit | fuzz) needs+=(build) ;;
    cost) needs+=(build cost) ;;
    contract | server) needs+=(build redis) ;;
    documents) needs+=(build documents) ;;
    cli) needs+=(build redis terminal) ;;
    http) needs+=(build python) ;;
    proxies) needs+=(build proxies) ;;
    operations) needs+=(build operations) ;;
    browser) needs+=(build redis browser) ;;
    faults) needs+=(build redis python) ;;
    *) die "no such suite: $suite (there are: $known)" ;;
    esac
    if [ "$lanes" -gt 1 ] && [[ " $beside " == *" $suite "* ]]; then second+=("$suite"); else first+=("$suite"); fi
done

ticker=
# Says every half minute how far a build is whose log nobody sees, until `still`.
tick() { # LOG
    if [ -n "${VERBOSE:-}" ]; then return 0; fi
    (
        told=
        while sleep 30; do
            reached=$(grep -aoE '^\[[0-9]+/[0-9]+\] .*' "$1" | tail -n 1) || true
            if [ "$reached" != "$told" ]; then say "  $reached ($SECONDS s)"; fi
            told=$reached
        done
    ) &
    ticker=$!
}

still() {
    if [ -z "$ticker" ]; then return 0; fi
    # It has a group of its own, and so has its `sleep`.
    kill -- "-$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=
}
trap still EXIT

failed=0
if [ ${#needs[@]} -gt 0 ]; then
    scripts/setup.sh "${needs[@]}"
    say "building (.cache/logs/build.log); the first time this takes 10 to 15 minutes on two cores"
    started=$SECONDS
    mkdir -p .cache/logs
    tick .cache/logs/build.log
    if step scripts/logged.sh build 3600 swift build --build-tests; then
        say "built ($((SECONDS - started)) s)"
    else
        say "the build failed, and so do all suites but that of the layout"
        first=()
        second=()
        for suite in "${suites[@]}"; do
            if [ "$suite" = layout ]; then first=(layout); else failed=$((failed + 1)); fi
        done
    fi
    still
fi

if [ ${#first[@]} -gt 0 ]; then start scripts/lane.sh "${first[@]}"; fi
if [ ${#second[@]} -gt 0 ]; then start scripts/lane.sh "${second[@]}"; fi
for lane in ${steps[@]+"${steps[@]}"}; do
    status=0
    wait "$lane" || status=$?
    failed=$((failed + status))
done

if [ "$failed" = 0 ]; then say "all suites: passed ($SECONDS s)"; else say "all suites: failed ($SECONDS s)"; fi
say "$((${#suites[@]} - failed)) passed, $failed failed"
[ "$failed" = 0 ]
