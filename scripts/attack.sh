#!/usr/bin/env bash
# Lets strangers send whatever they like for a while, and measures what people who talk notice of it, and what it leaves behind
# (Tests/Hostile/attack.py). It talks to a server of its own, on this machine alone.
#
#   scripts/attack.sh
#
# Variables: MINUTES=10     for how long
#            SEED=1         what is drawn by
#            SERVER="…"     more options for the server
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh build python
say "building (a release build: its times are to be compared)"
swift build "${release_build[@]}" --product ChatServer >&2
read -r -a options <<<"${SERVER:-}"
CHAT_SERVER_BIN=$root/.build/release/ChatServer PYTHONDONTWRITEBYTECODE=1 \
    .cache/venv/bin/python Tests/Hostile/attack.py --seconds $((60 * ${MINUTES:-10})) --seed "${SEED:-1}" -- ${options[@]+"${options[@]}"}
