#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the suites one after the other: all of them, also when one fails.
#
#   scripts/test.sh [SUITE...]     or SUITES="…"; scripts/suite.sh says which there are
#
# Each suite writes to .cache/logs/<suite>.log and is ended after SUITE_SECONDS (900). VERBOSE=1 shows it as it comes.
# DISTURB=one-core, neighbour or delays runs the suites on a worse machine (scripts/disturb.sh), four times as patiently.
set -euo pipefail
# Each step gets a process group of its own, so that it can be ended whole.
set -m
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

known="layout unit contract server documents cli http proxies operations browser fuzz cost faults"
read -r -a suites <<<"${*:-${SUITES:-$known}}"
logs=.cache/logs
# How Swift Testing, pytest and Node.js mark what failed.
failures='^✘ Test .*recorded an issue|^(FAILED|ERROR) |^not ok |^✖ | error: '
mkdir -p "$logs"

patience=${SUITE_SECONDS:-900}
disturbed=()
case ${DISTURB:-} in
"") ;;
one-core | neighbour | delays)
    disturbed=(scripts/disturb.sh "$DISTURB")
    patience=$((4 * patience))
    ;;
*) die "no such disturbance: $DISTURB (there are: one-core neighbour delays)" ;;
esac

needs=()
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
done

step=
ticker=
interrupted() {
    trap - INT TERM
    still
    # A suite that is interrupted cleans up after itself.
    if [ -n "$step" ]; then
        kill -INT "$step" 2>/dev/null || true
        wait "$step" || true
    fi
    exit 130
}
trap interrupted INT TERM

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
    # With `set -m` it has a group of its own, and so has its `sleep`.
    kill -- "-$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=
}

# Runs a command with a log and a bound of time.
logged() { # NAME SECONDS COMMAND...
    local log=$logs/$1.log seconds=$2 status=0
    shift 2
    if [ -n "${VERBOSE:-}" ]; then
        timeout --signal=INT --kill-after=10 "$seconds" "$@" </dev/null > >(tee "$log") 2>&1 &
    else
        timeout --signal=INT --kill-after=10 "$seconds" "$@" </dev/null >"$log" 2>&1 &
    fi
    step=$!
    wait "$step" || status=$?
    step=
    if [ "$status" = 0 ]; then return 0; fi
    if [ -z "${VERBOSE:-}" ]; then
        # Where tests run beside each other, the one that failed may be far above the end.
        if grep -aqE "$failures" "$log"; then
            say "--- what failed, by $log"
            grep -aE -A 3 "$failures" "$log" | cut -c 1-500 | head -n 60
        fi
        say "--- the end of $log"
        tail -n 60 "$log"
        say "---"
    fi
    if [ "$status" = 124 ]; then say "ended after $seconds s"; fi
    return 1
}

passed=0
failed=0
verdict() { # SUITE VERDICT [REMARK]
    if [ "$2" = passed ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    say "suite $1: $2${3:+ ($3)}"
}

if [ ${#needs[@]} -gt 0 ]; then
    scripts/setup.sh "${needs[@]}"
    say "building (.cache/logs/build.log); the first time this takes 10 to 15 minutes on two cores"
    started=$SECONDS
    tick "$logs/build.log"
    if logged build 3600 swift build --build-tests; then
        say "built ($((SECONDS - started)) s)"
    else
        say "the build failed: suites that need it fail as well"
        is_broken=yes
    fi
    still
fi

for suite in "${suites[@]}"; do
    if [ "$suite" != layout ] && [ "${is_broken:-no}" = yes ]; then
        verdict "$suite" failed "not built"
        continue
    fi
    started=$SECONDS
    if logged "$suite" "$patience" "${disturbed[@]}" scripts/suite.sh "$suite"; then
        verdict "$suite" passed "$((SECONDS - started)) s"
    else
        verdict "$suite" failed "$((SECONDS - started)) s, $logs/$suite.log"
    fi
done

if [ "$failed" = 0 ]; then say "all suites: passed ($SECONDS s)"; else say "all suites: failed ($SECONDS s)"; fi
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
