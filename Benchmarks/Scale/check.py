#!/usr/bin/env python3
"""Does the model tell the truth? Two real nodes and their Redis carry loads, and what they use is compared with the prediction.

  check.py        prints a table in Markdown; none of its loads is one that the constants were measured by

How fast a machine is depends on what else it does: one that is shared takes half or twice the processor time of a minute before. So
a yardstick is measured before each load, one of those by which the constants were, and what the model says of processors is taken
times what the yardstick takes now. All other figures are as the model says.

Deliveries are counted by the nodes, messages and bytes by Redis (its commands of PUBLISH); processor time is that of the processes.
"""

from __future__ import annotations

import sys

from costs import load
from model import Chat, Load, Site, predict
from simulate import constants
from world import Sample, world

LOADS = [
    # rooms, members of each, messages a second in all
    (10, 50, 800),
    (50, 10, 2000),
    (4, 200, 200),
    (300, 3, 2500),
    (2, 400, 100),
    (10, 50, 50),
]
NODES = 2
YARDSTICK = (20, 20, 1200)


def measure(rooms: int, members: int, rate: int) -> tuple[Load, Sample]:
    """What the model says of a load, and what was measured."""
    with world(NODES) as place:
        spent = load(place, rooms, members, rate)
    # The generator deals the members of each room out to the nodes, so that all nodes have each room.
    chat = Chat([members] * rooms, sends_per_person=rate / rooms / members, room_rate=rate, churn=0)
    return predict(chat, Site(NODES, loops=1, evenly=True), constants()), spent


def compare(rooms: int, members: int, rate: int) -> list[tuple[str, float, float]]:
    """Each figure as it was predicted and as it was measured, a second."""
    told, spent = measure(*YARDSTICK)
    slow = sum(spent.processors) / spent.at / told.node_cores / NODES
    slow_store = spent.redis_processor / spent.at / told.store_cores
    told, spent = measure(rooms, members, rate)
    told.node_cores *= slow
    told.store_cores *= slow_store
    nodes = sum(spent.processors)
    return [
        ("deliveries/s", told.deliveries, spent.total("chat_deliveries_total") / spent.at),
        ("messages/s that Redis publishes", told.messages, spent.redis["publish"] / spent.at),
        ("ms of the nodes a second", NODES * told.node_cores * 1e3, nodes / spent.at * 1e3),
        (
            "µs of the nodes a delivery",
            NODES * told.node_cores / told.deliveries * 1e6,
            nodes / spent.total("chat_deliveries_total") * 1e6,
        ),
        ("ms of Redis a second", told.store_cores * 1e3, spent.redis_processor / spent.at * 1e3),
        ("kB/s from Redis", told.store_bits / 8e3, spent.redis["total_net_output_bytes"] / spent.at / 1e3),
    ]


def main() -> None:
    print("| rooms × members, messages/s | figure | predicted | measured | error |")
    print("|---|---|---:|---:|---:|")
    worst = 0.0
    for rooms, members, rate in LOADS:
        for name, told, seen in compare(rooms, members, rate):
            error = told / seen - 1
            worst = max(worst, abs(error))
            print(f"| {rooms} × {members}, {rate} | {name} | {told:,.1f} | {seen:,.1f} | {error:+.0%} |", flush=True)
    print(f"the worst error is {worst:.0%}", file=sys.stderr)


if __name__ == "__main__":
    main()
