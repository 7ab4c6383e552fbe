#!/usr/bin/env bash
# Runs a command with a log and a bound of time, and shows what matters of the log when the command fails.
#
#   scripts/logged.sh NAME SECONDS COMMAND...
#
# The log is .cache/logs/NAME.log; VERBOSE=1 shows it as it comes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source scripts/steps.sh

name=$1
seconds=$2
shift 2
log=.cache/logs/$name.log
mkdir -p "${log%/*}"
# How Swift Testing, pytest and Node.js mark what failed.
failures='^✘ Test .*recorded an issue|^(FAILED|ERROR) |^not ok |^✖ | error: '

status=0
if [ -n "${VERBOSE:-}" ]; then
    step timeout --signal=INT --kill-after=10 "$seconds" "$@" </dev/null > >(tee "$log") 2>&1 || status=$?
else
    step timeout --signal=INT --kill-after=10 "$seconds" "$@" </dev/null >"$log" 2>&1 || status=$?
fi
if [ "$status" = 0 ]; then exit 0; fi
if [ -z "${VERBOSE:-}" ]; then
    # In one piece, since another suite may fail at the same time.
    report=$(
        # Where tests run beside each other, the one that failed may be far above the end.
        if grep -aqE "$failures" "$log"; then
            say "--- what failed, by $log"
            grep -aE -A 3 "$failures" "$log" | cut -c 1-500 | head -n 60
        fi
        say "--- the end of $log"
        tail -n 60 "$log"
        say "---"
    )
    say "$report"
fi
if [ "$status" = 124 ]; then say "$name: ended after $seconds s"; fi
exit 1
