#!/usr/bin/env python3
"""What connections cost on which nobody says anything: processor time, bytes on the wire, memory.

  idle.py [CLIENTS [PING_SECONDS...]]      5,000 clients in rooms of 50, who are pinged every 25 s (the default) and every 5 s

Measured over two rounds of pings, when all are in. Where the machine was busy, times are not told. CHAT_SERVER_BIN and LOAD_BIN
name other programs than those of the release build.
"""

from __future__ import annotations

import sys

from generator import generate, pings_every, take_first_core

import quiet
from world import world

ROOM = 50
SETTLING_SECONDS = 3
"""Until the last of those who are there has been told who else is."""


def measure(clients: int, ping_seconds: int) -> tuple[dict, str | None]:
    """What the generator found, and what has disturbed it."""
    before = quiet.read()
    with world(1, "--connections", str(clients + 100), *pings_every(ping_seconds), redis=False) as place:
        node = place.nodes[0]
        found = generate(
            node.port, node.pid, "--clients", clients, "--rooms", max(1, clients // ROOM), "--senders", 0,
            "--warmup", SETTLING_SECONDS, "--seconds", 2 * ping_seconds,
        )  # fmt: skip
    return found, quiet.since(before)


def main(clients: int = 5000, *every: int) -> int:
    take_first_core()
    busy = None
    print(f"{clients} connections; each a second:")
    print("| pinged every | µs of the processor | pings | bytes to the client | bytes from it | KiB resident, each |")
    print("|---:|---:|---:|---:|---:|---:|", flush=True)
    for ping_seconds in every or (25, 5):
        found, disturbed = measure(clients, ping_seconds)
        busy = disturbed or busy
        each = 1 / clients / found["seconds"]
        processor = "–" if disturbed else f"{found['server']['cpu_us'] * each:.2f}"
        print(
            f"| {ping_seconds} s | {processor} | {found['pings'] * each:.3f} | {found['received_bytes'] * each:.2f} | "
            f"{found['sent_bytes'] * each:.2f} | {found['server']['rss_bytes_per_client'] / 1024:.2f} |",
            flush=True,
        )
    if busy:
        print(f"The machine was busy ({busy}): no times.")
    return 1 if busy else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
