#!/usr/bin/env bash
# Runs the tests of the Swift code around C (hiredis, zlib) with the address sanitizer, which finds memory that is used
# outside its bounds or after its end. It builds into .build/asan, everything once more.
#
#   scripts/asan.sh
#
# Variables: TESTS="DeflaterTests …"   which suites of tests; none named: those of RESP, frames and compression
#
# The libraries themselves are built without it: of what they do, it sees only what comes from and goes to the heap. It does
# not look for leaks either, since the language's runtime keeps some memory for ever; ZlibStreamTests counts what zlib takes
# and gives back. What it finds is kept in .cache/asan; a report fails the run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

around_c="ChatDeflateTests ChatWebSocketTests HiredisTests RedisConnectionMachineTests RedisChannelHandlerTests
    CommandPipelineTests SendBatchesTests SendAnswerTests EndpointHealthTests LeaseWatchTests RedisErrorTests
    CompressionTests LoopDeflateTests DeflateTests"
read -r -a tests <<<"$(tr '\n' ' ' <<<"${TESTS:-$around_c}")"
reports=$root/.cache/asan
scratch=$root/.build/asan

scripts/setup.sh build
rm -rf "$reports"
mkdir -p "$reports"
say "building with the address sanitizer; the first time this takes several minutes on two cores"
swift build --build-tests --sanitize=address --scratch-path "$scratch" >&2
# A report ends the run.
export ASAN_OPTIONS="detect_leaks=0 log_path=$reports/report"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
swift test list --skip-build --disable-xctest --sanitize=address --scratch-path "$scratch" >"$output"
filters=()
for test in "${tests[@]}"; do
    filter="(^|\\.)$test(\\.|/|\$)"
    # A name that matches nothing would never be missed.
    grep -qE "$filter" "$output" || die "there are no tests of this name: $test"
    filters+=(--filter "$filter")
done
status=0
swift test --skip-build --disable-xctest --sanitize=address --scratch-path "$scratch" "${filters[@]}" 2>&1 |
    tee "$output" || status=1
if compgen -G "$reports/report*" >/dev/null; then
    cat "$reports"/report* >&2
    die "asan: memory was misused ($reports)"
fi
if ! grep -qE 'Test run with [1-9][0-9]* test' "$output"; then die "no test was run"; fi
if [ "$status" -ne 0 ]; then die "asan: a test failed"; fi
say "asan: nothing found"
