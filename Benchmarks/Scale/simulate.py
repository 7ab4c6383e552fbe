#!/usr/bin/env python3
"""What a chat costs that nobody has yet: nodes, rooms whose sizes follow Zipf's law, and what is full first.

  simulate.py [--people N] [--rooms M] [--nodes N] [--loops L] [--stores S] [--skew 1.0] [--rooms-of-each 1] [--sends 0.01]
              [--room-rate 5] [--text 128] [--tls] [--json]
  simulate.py --ladder       the table of docs/SCALING.md: from 10,000 to 10,000,000 people
  simulate.py --constants    the other one: what each thing costs
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from model import Chat, Load, Site, predict, zipf

CONSTANTS = Path(__file__).resolve().parent / "constants.json"
LADDER = [
    # people, rooms, nodes, servers of Redis
    (10_000, 500, 2, 1),
    (100_000, 5_000, 2, 1),
    (1_000_000, 50_000, 16, 1),
    (1_000_000, 50_000, 24, 6),
    (10_000_000, 500_000, 240, 1),
    (10_000_000, 500_000, 240, 200),
    # One of forty groups, where people come to the group of their room.
    (250_000, 12_500, 8, 2),
]
MEANINGS = {
    "node_send_us": ("µs", "a node, for a message of one of its clients: read, checked, sent to Redis, acknowledged"),
    "node_take_us": ("µs", "a node, for a publication: woken, read, numbered, kept, handed to the members"),
    "node_write_us": ("µs", "a node, for a write to a member's socket, most of it the kernel's"),
    "node_copy_us": ("µs", "a node, for one more message in such a write"),
    "node_kept_bytes": ("B", "each loop with members of a room, for each of its last 128 messages, with texts of 128 bytes"),
    "node_idle_us": ("µs a second", "a node without anybody"),
    "redis_message_us": ("µs", "Redis, to store, number and de-duplicate a message"),
    "redis_publish_us": ("µs", "Redis, to publish it to a node"),
    "redis_join_us": ("µs", "Redis, for a join; a leave is taken as one more"),
    "redis_session_us": ("µs", "Redis, for a new session"),
    "redis_idle_us": ("µs a second", "Redis, for a node without anybody"),
    "redis_publication_bytes": ("B", "from Redis to a node, a message with a text of 128 bytes"),
    "redis_answer_bytes": ("B", "from Redis to the sender's node, the answer for a message"),
}
HALF = 0.5
"""A part that is used by more than this has nothing left for a node that is away, or for a crowd."""


def constants() -> dict[str, float]:
    return json.loads(CONSTANTS.read_text())


def amount(value: float, unit: str = "") -> str:
    for step, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= step:
            return f"{value / step:.3g} {sign}{unit}"
    return f"{value:.3g} {unit}".strip()


def report(load: Load) -> str:
    lines = [
        f"{amount(load.people)} people, {amount(load.messages)} messages/s, {amount(load.publications)} publications/s, "
        f"{amount(load.deliveries)} deliveries/s",
        f"each node   {load.node_cores:.2f} cores, {amount(load.node_bytes, 'B')}, {amount(load.node_bits, 'bit/s')}",
        f"each Redis  {load.store_cores:.2f} cores, {amount(load.store_bytes, 'B')}, {amount(load.store_bits, 'bit/s')}",
    ]
    for name, part in sorted(load.used.items(), key=lambda item: -item[1]):
        lines.append(f"  {part:8.1%}  {name}")
    return "\n".join(lines)


def table() -> str:
    """What each thing costs, in Markdown."""
    measured = constants()
    return "\n".join(f"| {name} | {measured[name]:,.2f} {unit} | {what} |" for name, (unit, what) in MEANINGS.items())


def ladder() -> str:
    """A table in Markdown."""
    rows = [
        "| people | rooms | nodes, Redis | messages/s | publications/s | deliveries/s | cores, memory of a node "
        "| core, memory of a Redis | fullest |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for people, rooms, nodes, stores in LADDER:
        load = predict(Chat(zipf(rooms, people)), Site(nodes, stores=stores), constants())
        verdict = f"{load.first}, {load.used[load.first]:.0%}"
        rows.append(
            f"| {people:,} | {rooms:,} | {nodes}, {stores} | {amount(load.messages)} | {amount(load.publications)} | "
            f"{amount(load.deliveries)} | {load.node_cores:.2f}, {amount(load.node_bytes, 'B')} | {load.store_cores:.2f}, "
            f"{amount(load.store_bytes, 'B')} | {f'**{verdict}**' if load.used[load.first] > HALF else verdict} |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ladder", action="store_true")
    parser.add_argument("--constants", action="store_true")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--loops", type=int, default=4)
    parser.add_argument("--stores", type=int, default=1)
    parser.add_argument("--skew", type=float, default=1)
    parser.add_argument("--rooms-of-each", type=float, default=1)
    parser.add_argument("--sends", type=float, default=0.01)
    parser.add_argument("--room-rate", type=float, default=5)
    parser.add_argument("--text", type=int, default=128)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.ladder:
        print(ladder())
        return
    if asked.constants:
        print(table())
        return
    rooms = zipf(asked.rooms, round(asked.people * asked.rooms_of_each), asked.skew)
    chat = Chat(rooms, asked.rooms_of_each, asked.sends, asked.room_rate, asked.text)
    load = predict(chat, Site(asked.nodes, asked.loops, asked.stores, asked.tls), constants())
    print(json.dumps(asdict(load)) if asked.json else report(load))


if __name__ == "__main__":
    main()
