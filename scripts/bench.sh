#!/usr/bin/env bash
# Builds as a release, and measures.
#
#   scripts/bench.sh [PART...]      micro and yardstick, when none is named
#
# micro        what one message costs, station by station: times, and allocations against their bounds
# yardstick    this server beside the least that a room server has to do (Benchmarks/Yardstick); writes docs/benchmarks
# compare      this server's configurations side by side (Benchmarks/EndToEnd/compare.py); writes docs/benchmarks
# storm        ten thousand clients of a node that dies come back on another one (Benchmarks/EndToEnd/storm.py)
# deflate      what compression saves and costs in a room of a thousand (Benchmarks/EndToEnd/deflate.py)
# scale        what each thing costs, into Benchmarks/Scale/constants.json, and whether two real nodes cost what the model says; as root
# connections  19,000 connections: their memory, and that none is lost (Benchmarks/Crowds/connections.py)
# stalled      members who stop reading, and what the others notice (Benchmarks/Crowds/stalled.py)
# fields       the bytes of a message, field by field (Benchmarks/Crowds/fields.py)
# waves        five times ten thousand clients come and go: does memory grow? (Benchmarks/Crowds/waves.py)
# idle         what connections cost on which nobody says anything (Benchmarks/Crowds/idle.py)
#
# BENCH_CONFIG=FILE  another file of servers, loads and generator, for yardstick and compare
# BENCH_ROUNDS=9     how many times each server is measured under each load
#
# Times depend on the machine and on what else it does: compare only runs that were made next to each other. While other programs
# work there, yardstick, compare, stalled and idle tell no ratios and no times.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

what=("$@")
if [ ${#what[@]} = 0 ]; then what=(micro yardstick); fi
needs=(build)
products=()
wants_yardstick=no
for part in "${what[@]}"; do
    if [ "$part" != micro ]; then has python3 || die "$part wants python3"; fi
    case $part in
    micro) products+=(MicroBenchmarks) ;;
    compare | storm | scale)
        products+=(ChatServer chat-cli)
        needs+=(redis)
        ;;
    deflate) products+=(ChatServer chat-cli) ;;
    # The yardstick's table has a row with Redis where there is one; nothing is installed for it.
    yardstick | connections | stalled | fields | idle)
        products+=(ChatServer)
        wants_yardstick=yes
        ;;
    waves)
        products+=(ChatServer)
        needs+=(redis)
        wants_yardstick=yes
        ;;
    *) die "no such part: $part (micro, yardstick, compare, storm, deflate, scale, connections, stalled, fields, waves, idle)" ;;
    esac
done

scripts/setup.sh "${needs[@]}"
say "building as a release (the first time this takes some minutes)"
for product in "${products[@]}"; do swift build "${release_build[@]}" --product "$product" >&2; done
if [ "$wants_yardstick" = yes ]; then scripts/yardstick.sh; fi

# A crash should cost a run, not the time that a report of it takes.
export SWIFT_BACKTRACE=enable=no PYTHONDONTWRITEBYTECODE=1
status=0
for part in "${what[@]}"; do
    case $part in
    micro)
        .build/release/MicroBenchmarks
        .build/release/MicroBenchmarks --check Benchmarks/Micro/bounds-release.txt || status=1
        ;;
    yardstick)
        BENCH_CONFIG=${BENCH_CONFIG:-Benchmarks/EndToEnd/yardstick.ini} python3 Benchmarks/EndToEnd/compare.py || status=1
        ;;
    compare | storm | deflate) python3 "Benchmarks/EndToEnd/$part.py" || status=1 ;;
    scale) python3 Benchmarks/Scale/costs.py && python3 Benchmarks/Scale/check.py || status=1 ;;
    connections | stalled | fields | waves | idle) python3 "Benchmarks/Crowds/$part.py" || status=1 ;;
    esac
done
exit "$status"
