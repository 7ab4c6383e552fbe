#!/usr/bin/env python3
"""Members who stop reading: the server closes them at their bound, and what the others notice of it.

  stalled.py [OPTION...]       5 of 200 members of a room, 5 seconds, 2,000 messages of 1 kB a second; --help lists the options

Runs with and without them in turn. The exit status is 1 when one of them was not closed, or another one was; and where the machine
was busy, since latencies are not told then. CHAT_SERVER_BIN and LOAD_BIN name other programs than those of the release build.
"""

from __future__ import annotations

import argparse
import sys

from generator import CORES, generate, take_first_core

import quiet
from world import world


def measure(options: argparse.Namespace, stalled: int) -> tuple[dict, float, str | None]:
    """What the generator found, how many clients the server closed as too slow, and what has disturbed us."""
    before = quiet.read()
    spin = ["--spin"] if len(CORES) > 1 else []
    with world(1, redis=False) as place:
        node = place.nodes[0]
        found = generate(
            node.port, node.pid, "--clients", options.members, "--stalled", stalled, "--rate", options.rate,
            "--size", options.size, "--seconds", options.seconds, *spin,
        )  # fmt: skip
        closed = node.metrics()["chat_slow_consumers_total"]
    return found, closed, quiet.since(before)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, usual, meaning in (
        ("stalled", 5, "members who join, and then read nothing"),
        ("members", 200, "of the room, with them"),
        ("rate", 2000, "messages a second"),
        ("size", 1000, "bytes of a text"),
        ("seconds", 5, "of each run"),
        ("rounds", 2, "runs of each kind"),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual, help=f"{meaning} ({usual})")
    return parser.parse_args()


def main() -> int:
    options = read_options()
    take_first_core()
    status = 0
    print("| stalled | closed as too slow | deliveries/s to the others | p50 ms | p99 ms |")
    print("|---:|---:|---:|---:|---:|", flush=True)
    for _ in range(options.rounds):
        for count in (0, options.stalled):
            found, closed, disturbed = measure(options, count)
            latency = found["delivery_us"]
            times = "– | –" if disturbed else f"{latency['p50'] / 1000:.2f} | {latency['p99'] / 1000:.2f}"
            print(f"| {count} | {closed:.0f} | {found['delivered_per_s']:,.0f} | {times} |", flush=True)
            if closed != count:
                print(f"{closed:.0f} of {count} stalled members were closed")
                status = 1
            if disturbed:
                print(f"The machine was busy ({disturbed}): no latencies.")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
