#!/usr/bin/env bash
# Builds the benchmarks as a release and runs them: what one message costs, station by station.
#
#   scripts/bench.sh
#
# Times depend on the machine and on what else it does: compare only runs that were made next to each other.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh build
say "building as a release (the first time this takes some minutes)"
swift build -c release --product MicroBenchmarks >&2
exec .build/release/MicroBenchmarks "$@"
