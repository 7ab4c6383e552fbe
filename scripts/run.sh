#!/usr/bin/env bash
# Sets up what is missing, builds the server and the terminal client, and starts a chat.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

configuration=${CONFIGURATION:-debug}
case $configuration in
debug | release) ;;
*) die "CONFIGURATION is debug or release, not \"$configuration\"" ;;
esac
port=${PORT:-${CHAT_PORT:-8080}}
host=${CHAT_HOST:-127.0.0.1}

# An address that means every network is no address to open.
case $host in
0.0.0.0 | :: | \*) shown=127.0.0.1 ;;
*:*) shown="[$host]" ;;
*) shown=$host ;;
esac
# Better now than after a build.
case $port in
*[!0-9]* | ??????*) die "PORT is a number, 0 to 65535, not \"$port\"" ;;
esac
if [ "$port" -gt 65535 ]; then die "PORT is a number, 0 to 65535, not $port"; fi
# Another chat has it, of another working copy perhaps.
probe=${shown#\[}
if [ "$port" != 0 ] && (: <>"/dev/tcp/${probe%\]}/$port") 2>/dev/null; then
    die "port $port is taken on $shown; choose another one: PORT=$((port + 1)) make run"
fi

scripts/setup.sh build

folder=.build/$configuration
progress=()
if [ -x "$folder/ChatServer" ] && [ -x "$folder/chat-cli" ]; then
    say "building what has changed"
    progress=(--quiet)
else
    say "building the server and chat-cli ($configuration); the first time this takes about 10 minutes on two cores"
fi
mapfile -t options < <(build_options "$configuration")
for product in ChatServer chat-cli; do
    swift build "${progress[@]}" "${options[@]}" --product "$product"
done

client="$folder/chat-cli join lobby"
if [ "$shown:$port" != 127.0.0.1:8080 ]; then client+=" --server ws://$shown:$port/ws"; fi

if [ -n "${CHAT_REDIS:-}${REDIS_URL:-}" ]; then
    broker="Redis, as CHAT_REDIS or REDIS_URL says"
else
    broker="in memory; REDIS_URL=redis://host:port joins several servers and outlives them"
fi
say ""
if [ "$port" = 0 ]; then
    say "  Browser   at the address that the server names below; for chat-cli, --server has it"
else
    say "  Browser   http://$shown:$port/#lobby"
    say "  Status    http://$shown:$port/status.html"
    say "  Terminal  $client"
fi
say "  Messages  $broker"
say "  Stop      Ctrl-C"
say ""
# shellcheck disable=SC2086 # ARGS is a list of words
exec "$folder/ChatServer" --host "$host" --port "$port" --static static ${ARGS:-}
