#!/usr/bin/env bash
# Builds as a release, and measures.
#
#   scripts/bench.sh [micro] [compare] [storm] [deflate] [scale]      the first two, when none is named
#
# micro    what one message costs, station by station: times, and allocations against their bounds
# compare  servers side by side under the same loads (Benchmarks/EndToEnd/compare.py); writes docs/benchmarks
# storm    ten thousand clients of a node that dies come back on another one (Benchmarks/EndToEnd/storm.py)
# deflate  what compression saves and costs in a room of a thousand (Benchmarks/EndToEnd/deflate.py)
# scale    what each thing costs, into Benchmarks/Scale/constants.json, and whether two real nodes cost what the model says; as root
#
# BENCH_CONFIG   another file of servers, loads and generator than Benchmarks/EndToEnd/default.ini
# BENCH_ROUNDS   how many times each server is measured under each load
#
# Times depend on the machine and on what else it does: compare only runs that were made next to each other.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

what=("$@")
if [ ${#what[@]} = 0 ]; then what=(micro compare); fi
needs=(build)
products=()
for part in "${what[@]}"; do
    case $part in
    micro) products+=(MicroBenchmarks) ;;
    compare | storm | deflate | scale)
        products+=(ChatServer chat-cli)
        if [ "$part" != deflate ]; then needs+=(redis); fi
        has python3 || die "$part wants python3"
        ;;
    *) die "no such part: $part (micro, compare, storm, deflate, scale)" ;;
    esac
done

scripts/setup.sh "${needs[@]}"
say "building as a release (the first time this takes some minutes)"
for product in "${products[@]}"; do swift build -c release --product "$product" >&2; done

# A crash should cost a run, not the time that a report of it takes.
export SWIFT_BACKTRACE=enable=no
status=0
for part in "${what[@]}"; do
    case $part in
    micro)
        .build/release/MicroBenchmarks
        .build/release/MicroBenchmarks --check Benchmarks/Micro/bounds-release.txt || status=1
        ;;
    compare) PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/EndToEnd/compare.py || status=1 ;;
    storm) PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/EndToEnd/storm.py || status=1 ;;
    deflate) PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/EndToEnd/deflate.py || status=1 ;;
    scale)
        PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/Scale/costs.py && PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/Scale/check.py || status=1
        ;;
    esac
done
exit "$status"
