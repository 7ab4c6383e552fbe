#!/usr/bin/env bash
# Has people come and go in thousands of rooms, shuts down a node while its clients talk, then breaks a chat over and over, each
# time by another schedule, until the time is up or a promise is broken: a quarter of an hour, and as long as one likes in the
# night.
#
#   scripts/soak.sh
#
# Variables: MINUTES=10          for how long it is broken
#            SEED=n              the first seed; by chance, when none is given
#            SECONDS_EACH=60     how long each chat is broken
#            OLD_SERVER=PATH     a server of an earlier release, which nodes are until they are killed (where Redis keeps
#                                its data: an earlier one may not know better)
#            ARGS="…"            more for each run, see `Tests/Faults/faults.py --help`
#            ROOMS=20000         in so many rooms people come and go first (Tests/Faults/many_rooms.py); 0: none
#            ROOM_SECONDS=60     for how long they do
#            FAILOVERS=5         so often the primary of a Redis with sentinels dies, with replicas that must confirm and
#                                without (Tests/Faults/failovers.py); 0: never
#            MIGRATIONS=5        so often a slot of a Redis Cluster moves, while three of its primaries die and nodes are cut
#                                off from one (Tests/Faults/migrations.py); 0: never
#            DRAIN_CLIENTS=5000  so many are on a node that is shut down, and come back on another one (Tests/Faults/drain.py);
#                                0: none
#
# Every second run has a Redis that forgets everything when it is killed. What failed is kept in .cache/faults, and the
# command that makes it again is printed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

minutes=${MINUTES:-10}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
read -r -a arguments <<<"${ARGS:-}"

scripts/setup.sh build redis python
say "building (a debug build: it checks itself)"
swift build --product ChatServer >&2
swift build --product chat-cli >&2
export CHAT_SERVER_BIN=$root/.build/debug/ChatServer CHAT_CLI_BIN=$root/.build/debug/chat-cli PYTHONDONTWRITEBYTECODE=1

rooms=${ROOMS:-20000}
if [ "$rooms" -gt 0 ]; then
    say "people come and go in $rooms rooms"
    .cache/venv/bin/python Tests/Faults/many_rooms.py --rooms "$rooms" --people 200 --nodes 2 \
        --seconds "${ROOM_SECONDS:-60}"
fi

failovers=${FAILOVERS:-5}
for replicas in 0 1; do
    if [ "$failovers" = 0 ]; then break; fi
    say "the primary dies $failovers times; $replicas replicas must confirm"
    .cache/venv/bin/python Tests/Faults/failovers.py --seed "$seed" --failovers "$failovers" --ack-replicas "$replicas"
done

migrations=${MIGRATIONS:-5}
if [ "$migrations" -gt 0 ]; then
    say "a slot of a Cluster moves $migrations times, and three primaries die"
    .cache/venv/bin/python Tests/Faults/migrations.py --seed "$seed" --migrations "$migrations"
fi

clients=${DRAIN_CLIENTS:-5000}
if [ "$clients" -gt 0 ]; then
    say "a node with $clients clients is shut down"
    .cache/venv/bin/python Tests/Faults/drain.py --clients "$clients" --on-time
fi

say "seeds from $seed on, for $minutes minutes"
# What is seconds to bash starts anew, and counts by itself.
SECONDS=0
runs=0
while [ "$SECONDS" -lt $((minutes * 60)) ]; do
    if [ $((runs % 2)) = 0 ]; then redis=keeps; else redis=forgets; fi
    old=()
    if [ "$redis" = keeps ] && [ -n "${OLD_SERVER:-}" ]; then old=(--old-server "$OLD_SERVER"); fi
    .cache/venv/bin/python Tests/Faults/faults.py --seed $((seed + runs)) --seconds "${SECONDS_EACH:-60}" \
        --redis "$redis" --clients 50 --rooms 5 "${old[@]}" "${arguments[@]}"
    runs=$((runs + 1))
done
say "soak: passed, $runs runs"
