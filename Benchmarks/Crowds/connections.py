#!/usr/bin/env python3
"""As many connections as a process can have: what memory each of them takes, and that none is lost.

  connections.py [CLIENTS [PING_SECONDS]]     19,000 clients in rooms of 50, who are pinged every 5 s; fewer clients where a
                                              process may not have as many descriptors

They stay for two rounds of pings. CHAT_SERVER_BIN and LOAD_BIN name other programs than those of the release build.
"""

from __future__ import annotations

import resource
import sys

from generator import generate, pings_every, take_first_core

from world import world

CLIENTS = 19_000
SPARE_DESCRIPTORS = 1000
ROOM = 50
PING_SECONDS = 5


def main(wanted: int = CLIENTS, ping_seconds: int = PING_SECONDS) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_DESCRIPTORS
    clients = min(wanted, most)
    if clients < wanted:
        print(f"a process may have {most + SPARE_DESCRIPTORS} descriptors here (ulimit -Hn): {clients} clients")
    take_first_core()
    options = ["--connections", str(clients + SPARE_DESCRIPTORS), *pings_every(ping_seconds)]
    with world(1, *options, redis=False) as place:
        node = place.nodes[0]
        rooms = max(1, clients // ROOM)
        found = generate(
            node.port, node.pid, "--clients", clients, "--rooms", rooms, "--senders", 0, "--warmup", 0,
            "--seconds", 2 * ping_seconds + 2,
        )  # fmt: skip
        if found["pings"] < clients:
            raise SystemExit(f"{found['pings']} pings for {clients} clients: some were forgotten")
    print("| clients | in their rooms | lost | pings answered | KiB/client | resident, MiB |")
    print("|---:|---:|---:|---:|---:|---:|")
    server = found["server"]
    print(
        f"| {clients:,} | {found['joined']:,} after {found['joining_s']:.1f} s | {found['lost']} | {found['pings']:,} | "
        f"{server['rss_bytes_per_client'] / 1024:.2f} | {server['rss_bytes'] / (1 << 20):.1f} |"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
