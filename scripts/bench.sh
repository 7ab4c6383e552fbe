#!/usr/bin/env bash
# Runs the benchmarks, which are a package of their own in Benchmarks/.
#
#   scripts/bench.sh [ARGUMENT...]    arguments go to `swift package benchmark`
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! [ -f Benchmarks/Package.swift ]; then die "there are no benchmarks yet (no Benchmarks/Package.swift)"; fi
scripts/setup.sh build
cd Benchmarks
exec swift package benchmark "$@"
