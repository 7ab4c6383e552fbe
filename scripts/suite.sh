#!/usr/bin/env bash
# Runs one suite, of what is set up and built already, and shows its output. `scripts/test.sh` does the rest.
#
#   scripts/suite.sh SUITE
#
# layout    which module may import what (scripts/layout.sh)
# unit      names, codecs, machines, the broker in memory, the client library; what a message's way allocates
# contract  what a broker promises: in memory, and on a real Redis that the tests start on a free port; in short, on Redis 6.2,
#           on Redis 8 and on Valkey
# server    a whole server: handshake, protocol, HTTP, limits, draining
# documents that links, names, settings and commands in the documents are so, and that workflows, news and hooks do what they say
# cli       chat-cli in a terminal (tmux)
# http      that every address, status and field is as the OpenAPI document says, and what generated requests find
# proxies   the server behind nginx, HAProxy, Caddy and Traefik
# operations the metrics of a server, and what Prometheus, its alerts and Grafana make of them
# browser   the page: its logic in Node.js, the whole in Chromium; the programs of Examples, which people in a browser talk to
# faults    two nodes and a Redis that are broken all the time, by a schedule (SEED=) that is printed; strangers that attack
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Tests compare what people see, so every machine has to show the same.
export LC_ALL=C.UTF-8 TZ=UTC PYTHONDONTWRITEBYTECODE=1
# Where it was built, and with which sanitizer or counters (scripts/tsan.sh, scripts/coverage.sh).
scratch=${SWIFT_SCRATCH:-$root/.build}
export CHAT_SERVER_BIN=$scratch/debug/ChatServer CHAT_CLI_BIN=$scratch/debug/chat-cli
# Settings of whoever runs the tests are not the tests'.
unset CHAT_HOST CHAT_PORT CHAT_REDIS CHAT_STATIC CHAT_NODE CHAT_CONFIG CHAT_SERVER CHAT_NAME CHAT_TOKEN REDIS_URL

# All tests of a process would run at once: hundreds of servers and clients, which wait for each other.
at_once=64

# A filter that matches no test would pass for ever.
swift_tests() { # ARGUMENT...
    local output
    output=$(mktemp)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -f '$output'" EXIT
    local width=(--experimental-maximum-parallelization-width "$at_once")
    # A compiler that does not have the option yet, or has it by another name.
    if ! swift test --help-hidden | grep -e "${width[0]}" >/dev/null; then width=(); fi
    local build=(--scratch-path "$scratch" ${SWIFT_SANITIZE:+"--sanitize=$SWIFT_SANITIZE"})
    swift test --skip-build --disable-xctest "${build[@]}" ${width[@]+"${width[@]}"} "$@" 2>&1 | tee "$output"
    if ! grep -qE 'Test run with [1-9][0-9]* test' "$output"; then die "no test was run"; fi
}

pytest() { # FOLDER [ARGUMENT...]
    .cache/venv/bin/python -m pytest -o cache_dir="$root/.cache/pytest" "$@"
}

# The three suites of the Swift package share its tests by name: each test is in exactly one.
of_contract=('^Chat(Redis|Fleet)Tests\.' '\.[A-Za-z]*ContractTests(/|$)')
of_server='^ChatServerTests\.'

case ${1:-} in
layout)
    scripts/layout.sh
    Tests/LayoutTests/run.sh
    ;;
unit)
    swift_tests --skip "$of_server" --skip "${of_contract[0]}" --skip "${of_contract[1]}"
    # Times prove nothing where tests run; allocations are the same everywhere, but for what a sanitizer or counters add.
    if [ "$scratch" = "$root/.build" ]; then
        .build/debug/MicroBenchmarks --check Benchmarks/Micro/bounds-debug.txt
    fi
    ;;
contract)
    swift_tests --filter "${of_contract[0]}" --filter "${of_contract[1]}"
    # What a sanitizer or counters find does not depend on the server at the other end.
    if [ "$scratch" = "$root/.build" ]; then scripts/brokers.sh; fi
    ;;
server)
    swift_tests --filter "$of_server"
    ;;
documents)
    Tests/DocumentationTests/run.sh
    pytest Tests/DocumentationTests
    ;;
cli) pytest Tests/CLITests ;;
http) pytest Tests/HTTP ;;
proxies) pytest Tests/Proxies ;;
operations) pytest Tests/Operations ;;
browser)
    status=0
    node --test Tests/Browser/unit/*.test.mjs || status=1
    pytest Tests/Browser || status=1
    exit "$status"
    ;;
fuzz) scripts/fuzz.sh ;;
cost) scripts/cost.sh ;;
# Nothing is captured: the schedule is to be seen also when a run hangs.
faults) pytest Tests/Faults Tests/Hostile --capture=no ;;
*) die "no such suite: ${1:-} (layout, unit, contract, server, documents, cli, http, proxies, operations, browser, fuzz, cost, faults)" ;;
esac
