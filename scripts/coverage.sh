#!/usr/bin/env bash
# Runs the Swift tests with counters in the code, and writes which lines they pass through to docs/COVERAGE.md: by module, and by name
# for what the project holds to a bound. It builds into .build/coverage, everything once more.
#
#   scripts/coverage.sh
#
# Variables: SUITES="unit contract server"   which of these three; none named: all. Only all of them, when they pass, are
#                                               written down
#            BROWSE=yes                      also makes pages with each line, in .cache/coverage
#
# Below the bound, it fails. What a process counts is lost when it is killed, and the tests in Python start programs that are built
# without counters: what only those reach is said in docs/COVERAGE.md (Tests/Coverage/reasons.json).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

known="unit contract server"
read -r -a suites <<<"${SUITES:-$known}"
folder=$root/.cache/coverage
export SWIFT_SCRATCH=$root/.build/coverage

scripts/setup.sh build redis
# The tools that belong to the compiler: another version does not read its counts.
tools=$(dirname "$(realpath "$(command -v swift)")")
[ -x "$tools/llvm-cov" ] || die "there is no llvm-cov beside swift in $tools"

rm -rf "$folder"
mkdir -p "$folder"
# Each process counts into a file of its own (%p); those that run at the same time do not wait for each other.
export LLVM_PROFILE_FILE=$folder/counts-%p.profraw
say "building with counters; the first time this takes several minutes on two cores"
swift build --build-tests --enable-code-coverage --scratch-path "$SWIFT_SCRATCH" >&2
# What the build itself has run is no test.
find "$folder" -name '*.profraw' -delete
status=0
for suite in "${suites[@]}"; do
    say "suite $suite"
    scripts/suite.sh "$suite" || status=1
done

find "$folder" -name '*.profraw' -size +0 >"$folder/counts"
"$tools/llvm-profdata" merge --sparse --failure-mode=all --input-files="$folder/counts" --output="$folder/counts.profdata"
find "$folder" -name '*.profraw' -delete
# The bundle of the tests has all modules in it, the programs' too.
bundle=$(find "$SWIFT_SCRATCH/debug/" -maxdepth 1 -name '*PackageTests.xctest' | head -n 1)
if [ -d "$bundle" ]; then bundle=$(find "$bundle/Contents/MacOS" -type f | head -n 1); fi
[ -n "$bundle" ] || die "there is no bundle of tests in $SWIFT_SCRATCH"
"$tools/llvm-cov" export --format=lcov --instr-profile="$folder/counts.profdata" "$bundle" \
    --ignore-filename-regex='/(\.build|Tests|Benchmarks|Examples)/' >"$folder/lines.info"
if [ -n "${BROWSE:-}" ]; then
    "$tools/llvm-cov" show --format=html --output-dir="$folder/pages" --instr-profile="$folder/counts.profdata" "$bundle" \
        --ignore-filename-regex='/(\.build|Tests|Benchmarks|Examples)/'
    say "$folder/pages/index.html shows each line"
fi
written=()
if [ "$status" = 0 ] && [ "$(printf '%s\n' "${suites[@]}" | sort | tr '\n' ' ')" = "$(tr ' ' '\n' <<<"$known" | sort | tr '\n' ' ')" ]; then
    written=(--document docs/COVERAGE.md)
fi
python3 Tests/Coverage/report.py "$folder/lines.info" --reasons Tests/Coverage/reasons.json "${written[@]}" || status=1
if [ "$status" -ne 0 ]; then die "coverage: a suite failed, or the bound is not held"; fi
