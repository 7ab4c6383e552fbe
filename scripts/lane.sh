#!/usr/bin/env bash
# Runs suites one after the other: all of them, also when one fails. `scripts/test.sh` starts it, once for each lane.
#
#   scripts/lane.sh SUITE...
#
# Variables: SUITE_SECONDS=1800  how long a suite may take, four times as long where DISTURB makes the machine slow
#            DISTURB=one-core    neighbour or delays: a worse machine (scripts/disturb.sh)
#
# The exit status says how many have failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source scripts/steps.sh

patience=${SUITE_SECONDS:-1800}
disturbed=()
if [ -n "${DISTURB:-}" ]; then
    disturbed=(scripts/disturb.sh "$DISTURB")
    patience=$((4 * patience))
fi

failed=0
for suite in "$@"; do
    started=$SECONDS
    if step scripts/logged.sh "$suite" "$patience" ${disturbed[@]+"${disturbed[@]}"} scripts/suite.sh "$suite"; then
        say "suite $suite: passed ($((SECONDS - started)) s)"
    else
        failed=$((failed + 1))
        say "suite $suite: failed ($((SECONDS - started)) s, .cache/logs/$suite.log)"
    fi
done
exit "$failed"
