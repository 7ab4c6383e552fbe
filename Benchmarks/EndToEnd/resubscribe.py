"""How long a Redis Cluster takes when a node that lost its connections subscribes all of its rooms again.

    .cache/venv/bin/python Benchmarks/EndToEnd/resubscribe.py --rooms 100000

Rooms are in the slots of their names, or in those of a fixed number of tags (partitions). As a node does, it sends one command
for the rooms of a slot, 256 at most, and all commands at once; the time is that until the last confirmation.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/Faults"))

from clusters import PRIMARIES, SLOTS, Cluster, Member  # noqa: E402

BATCH = 256


def slot(tag: str) -> int:
    """The slot of a tag: CRC16, XMODEM."""
    total = 0
    for byte in tag.encode():
        total ^= byte << 8
        for _ in range(8):
            total = (total << 1 ^ (0x1021 if total & 0x8000 else 0)) & 0xFFFF
    return total % SLOTS


def commands(rooms: int, partitions: int) -> list[list[bytes]]:
    """The commands for each primary."""
    channels: dict[int, list[bytes]] = {}
    for number in range(rooms):
        tag = str(number % partitions) if partitions else f"room-{number}"
        name = f"chat:{{{tag}}}:room-{number}" if partitions else f"chat:{{{tag}}}"
        channels.setdefault(slot(tag), []).append(b"$%d\r\n%s\r\n" % (len(name), name.encode()))
    share = -(-SLOTS // PRIMARIES)
    ways: list[list[bytes]] = [[] for _ in range(PRIMARIES)]
    for place, names in channels.items():
        for start in range(0, len(names), BATCH):
            some = names[start : start + BATCH]
            ways[place // share].append(b"*%d\r\n$10\r\nSSUBSCRIBE\r\n" % (len(some) + 1) + b"".join(some))
    return ways


async def subscribe(member: Member, words: list[bytes]) -> None:
    """Sends commands, and waits for a confirmation of each channel."""
    reader, writer = await asyncio.open_connection("127.0.0.1", member.port, limit=1 << 24)
    missing = sum(word.count(b"\r\n$") - 1 for word in words)
    writer.write(b"".join(words))
    rest = b""
    while missing > 0:
        data = rest + await reader.read(1 << 20)
        missing -= data.count(b"ssubscribe\r\n")
        rest = data[-11:] if not data.endswith(b"ssubscribe\r\n") else b""
    writer.close()


async def cpu(members: list[Member]) -> float:
    """The seconds of processor that the servers have used."""
    total = 0.0
    for member in members:
        for line in await member.cli("INFO", "cpu"):
            if line.startswith(("used_cpu_user:", "used_cpu_sys:")):
                total += float(line.split(":")[1])
    return total


async def measure(rooms: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder), 0, [])
        async with cluster.running():
            members = cluster.members[:PRIMARIES]
            print(f"{rooms} rooms on {PRIMARIES} primaries")
            for partitions in (0, 1024, 64):
                ways = commands(rooms, partitions)
                before, began = await cpu(members), time.monotonic()
                await asyncio.gather(*(subscribe(member, words) for member, words in zip(members, ways, strict=True)))
                seconds, used = time.monotonic() - began, await cpu(members) - before
                name = f"{partitions} partitions" if partitions else "a slot for each room"
                print(f"{name}: {sum(map(len, ways))} commands, {seconds:.2f} s, {used:.2f} s of Redis' processors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=100_000)
    asyncio.run(measure(parser.parse_args().rooms))


if __name__ == "__main__":
    main()
