#!/usr/bin/env python3
"""Waves of clients who come, stay a moment and go: what does each cost, and does the memory of the server grow with each wave?

  waves.py [CLIENTS [WAVES]]     five waves of 10,000, in rooms of 50

The first wave makes the program and its allocator as large as a crowd needs. From the second one on the peak must stay where it
is; the exit status is 1 when it does not. Redis keeps the sessions here, as the broker in memory remembers those of all waves, and
has to. CHAT_SERVER_BIN and LOAD_BIN name other programs than those of the release build.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from generator import generate, take_first_core

from world import Node, resident_bytes, world

ROOM = 50
GROWTH = 1.15
"""How much higher a later peak may be. In which order connections come and go leaves more or fewer pages half used, some percent from
one wave to the next; a kilobyte that each client left behind would be a third after three waves of ten thousand."""
PATIENCE_SECONDS = 60


def reset_peak(node: Node) -> None:
    Path(f"/proc/{node.pid}/clear_refs").write_text("5")


def peak_bytes(node: Node) -> int:
    for line in Path(f"/proc/{node.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("this kernel tells no peak of memory")


def wait_until_empty(node: Node) -> None:
    """Returns when the last user has ceased to be a member: that is a grace after the last connection ended."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (metrics := node.metrics())["chat_connections"] + metrics["chat_members"] > 0:
        if time.monotonic() > end:
            raise SystemExit(f"somebody is left {PATIENCE_SECONDS} s after all clients have gone")
        time.sleep(0.2)


def main(clients: int = 10_000, waves: int = 5) -> int:
    take_first_core()
    peaks = []
    with world(1, "--connections", str(clients + 100)) as place:
        node = place.nodes[0]
        print(f"before: {resident_bytes(node.pid) / (1 << 20):.1f} MiB")
        print("| wave | all in after s | processor µs, each | peak MiB | resident MiB when they have gone |")
        print("|---:|---:|---:|---:|---:|", flush=True)
        for wave in range(1, waves + 1):
            reset_peak(node)
            rooms = max(1, clients // ROOM)
            found = generate(
                node.port, node.pid, "--clients", clients, "--rooms", rooms, "--senders", 0, "--warmup", 0, "--seconds", 2
            )
            wait_until_empty(node)
            peaks.append(peak_bytes(node))
            left = resident_bytes(node.pid)
            # Until two seconds after the last one: by then all have been told who is there.
            used = found["server"]["total_cpu_us"] / clients
            memory = f"{peaks[-1] / (1 << 20):.1f} | {left / (1 << 20):.1f}"
            print(f"| {wave} | {found['joining_s']:.1f} | {used:.0f} | {memory} |", flush=True)
    if has_grown(peaks):
        print(f"the peak has grown by more than {GROWTH - 1:.0%} since the second wave")
        return 1
    return 0


def has_grown(peaks: list[int]) -> bool:
    """Whether a later wave than the second one needed more memory than that."""
    return any(peak > peaks[1] * GROWTH for peak in peaks[2:])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
