#!/usr/bin/env bash
# Runs the Swift tests with the thread sanitizer, which finds two threads that touch the same memory at once. It builds
# into .build/tsan, everything once more.
#
#   scripts/tsan.sh
#
# Variables: SUITES="unit contract server"   which of these three; none named: all
#
# What it finds is kept in .cache/tsan; a report fails the run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

read -r -a suites <<<"${SUITES:-unit contract server}"
reports=$root/.cache/tsan

scripts/setup.sh build redis
rm -rf "$reports"
mkdir -p "$reports"
export SWIFT_SCRATCH=$root/.build/tsan SWIFT_SANITIZE=thread
say "building with the thread sanitizer; the first time this takes several minutes on two cores"
swift build --build-tests --sanitize=thread --scratch-path "$SWIFT_SCRATCH" >&2
# A race is told and the test goes on: one report is not to hide the others.
export TSAN_OPTIONS="halt_on_error=0 exitcode=0 log_path=$reports/report suppressions=$root/scripts/tsan-suppressions.txt"
status=0
for suite in "${suites[@]}"; do
    say "suite $suite"
    scripts/suite.sh "$suite" || status=1
done
if compgen -G "$reports/report*" >/dev/null; then
    cat "$reports"/report* >&2
    die "tsan: races were found ($reports)"
fi
if [ "$status" -ne 0 ]; then die "tsan: a suite failed"; fi
say "tsan: nothing found"
