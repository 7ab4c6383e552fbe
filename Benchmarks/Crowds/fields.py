#!/usr/bin/env python3
"""What the bytes of a message are: the frame that a member gets of a text, field by field.

  fields.py [BYTES...]       texts of 20, 128 and 1,000 bytes

Of a real message that a real server has sent. CHAT_SERVER_BIN names another one than that of the release build.
"""

from __future__ import annotations

import json
import sys

from generator import take_first_core

from crowd import Person
from world import world

SIZES = (20, 128, 1000)
WORDS = "What do the graphs of last night say about the deploy? "


def fields(text: str) -> dict[str, int]:
    """The bytes of each field of a JSON object that is written without spaces: its name, its value and what sets them apart."""
    decoder = json.JSONDecoder()
    found: dict[str, int] = {}
    at = 0
    while text[at] != "}" or at == 0:
        name, colon = decoder.raw_decode(text, at + 1)
        _, end = decoder.raw_decode(text, colon + 1)
        # The brace or the comma before it is the field's.
        found[name] = len(text[at:end].encode())
        at = end
    found["}"] = len(text[at:].encode())
    return found


def header_bytes(payload: int) -> int:
    """Of a frame from a server (RFC 6455, 5.2)."""
    return 2 if payload < 126 else 4 if payload < 1 << 16 else 10


def message(port: int, size: int, number: int) -> str:
    """The event that a member gets of a text."""
    member, talker = (Person(port, f"?room=lobby-{number}&name={name}") for name in ("Member", "Mina"))
    talker.send({"type": "send", "room": f"lobby-{number}", "text": (WORDS * (size // len(WORDS) + 1))[:size], "key": "3f2a8c51-0001"})
    while True:
        for payload in member.taken():
            if payload.startswith(b'{"type":"message"'):
                member.close()
                talker.close()
                return payload.decode()
        member.frames.rest += member.receive()


def main(*sizes: int) -> None:
    take_first_core()
    sizes = sizes or SIZES
    with world(1, redis=False) as place:
        events = [message(place.nodes[0].port, size, number) for number, size in enumerate(sizes)]
    columns = [{"header of the frame": header_bytes(len(event.encode())), **fields(event)} for event in events]
    print(f"| bytes of | {' | '.join(f'a text of {size}' for size in sizes)} |")
    print("|---|" + "---:|" * len(sizes))
    for name in dict.fromkeys(name for column in columns for name in column):
        title = name if name in ("header of the frame", "}") else f"`{name}`"
        print(f"| {title} | {' | '.join(str(column.get(name, 0)) for column in columns)} |")
    print(f"| **all** | {' | '.join(str(sum(column.values())) for column in columns)} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
