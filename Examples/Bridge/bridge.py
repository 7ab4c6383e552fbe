#!/usr/bin/env python3
"""Another program in a chat room, by Redis alone: it says what comes in, line by line, or gives out what people say.

    journalctl --follow --output cat | Examples/Bridge/bridge.py say lobby --name syslog
    Examples/Bridge/bridge.py hear lobby | while read -r line; do notify-send "$line"; done

It uses two things that docs/PROTOCOL.md promises of a room's channel (section 9): what another program publishes there reaches
everybody in the room, and what servers publish there is the `message` event that their clients get.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from urllib.parse import unquote, urlsplit


class Redis:
    """A connection that speaks RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""

    def __init__(self, url: str):
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname or "127.0.0.1", address.port or 6379))
        self.replies = self.socket.makefile("rb")
        if address.password:
            self.ask("AUTH", unquote(address.username or "default"), unquote(address.password))

    def ask(self, *words: str):
        parts = [word.encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        return self.reply()

    def reply(self):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            sys.exit("bridge: Redis has closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            sys.exit(f"bridge: Redis refuses: {rest}")
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"$":
            return self.replies.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b":" else rest


def say(redis: Redis, channel: str, name: str) -> None:
    """Says each line of the input in the room; blank ones are no messages."""
    for line in sys.stdin:
        if text := line.strip():
            # Without a `type` in front, a server takes it for what it is: something that another program says.
            listeners = redis.ask("PUBLISH", channel, json.dumps({"text": text, "name": name}, ensure_ascii=False))
            if not listeners:
                print("bridge: nobody is in the room, so nobody got this line:", text, file=sys.stderr)


def hear(redis: Redis, channel: str) -> None:
    """Gives out the messages of the room's log; not what other programs say, so two bridges do not repeat each other for ever."""
    redis.ask("SUBSCRIBE", channel)
    print("bridge: listening", file=sys.stderr, flush=True)
    while True:
        _, _, payload = redis.reply()
        if payload.startswith('{"type":"message"'):
            message = json.loads(payload)
            line = f"{message['from']['name']}: {message['text']}"
            # One line, whatever is in it, and nothing that a terminal would obey.
            print("".join(character if character.isprintable() else " " for character in line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("direction", choices=["say", "hear"])
    parser.add_argument("room")
    parser.add_argument("--name", default="bridge", help="who says it (bridge)")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379", help="redis://[user:password@]host[:port]")
    parser.add_argument("--prefix", default="chat:", help="what the servers call --redis-prefix (chat:)")
    options = parser.parse_args()
    redis = Redis(options.redis)
    channel = f"{options.prefix}{{{options.room}}}"
    try:
        hear(redis, channel) if options.direction == "hear" else say(redis, channel, options.name)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
