"""A Redis Cluster of three primaries with a replica each, and nodes that reach every server by a relay of their own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from pathlib import Path

from relay import Relay
from stage import Chat, Node, Program, Redis, free_port

SLOTS = 16384
PRIMARIES = 3


class Member(Redis):
    """A server of a Cluster."""

    def __init__(self, folder: Path, number: int, timeout: int):
        self.bus_port = free_port()
        options = ["--cluster-enabled", "yes", "--cluster-port", str(self.bus_port), "--cluster-node-timeout", str(timeout)]
        # It tells clients a port and no host: they use the host at which they asked, and so each node its own relays.
        options += ["--cluster-preferred-endpoint-type", "unknown-endpoint"]
        options += ["--cluster-allow-replica-migration", "no", "--repl-diskless-sync-delay", "0"]
        super().__init__(folder, f"redis-{number}", options)

    async def cli(self, *words: str) -> list[str]:
        """Gives a command whose words may have anything in them; gives the lines of the answer."""
        process = await asyncio.create_subprocess_exec(
            "redis-cli", "-p", str(self.port), *words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        output, _ = await process.communicate()
        # An empty list is an empty line.
        lines = [line for line in output.decode().splitlines() if line]
        if process.returncode != 0 or (lines and lines[0].startswith(("ERR", "IOERR", "CLUSTERDOWN"))):
            raise RuntimeError(f"{self.name} says to {words}: {lines}")
        return lines

    async def id(self) -> str:
        return (await self.cli("CLUSTER", "MYID"))[0]

    async def view(self) -> list[list[str]]:
        """Each server as this one sees it: id, address, flags, primary, …, and its slots."""
        return [line.split(" ") for line in await self.cli("CLUSTER", "NODES")]


class Cluster(Chat):
    """The servers, and the nodes that use them."""

    def __init__(self, folder: Path, nodes: int, options: list[str], timeout: int = 30_000):
        """With the milliseconds after which a server that is silent counts as gone; a busy machine may be silent for long."""
        self.members = [Member(folder, number, timeout) for number in range(2 * PRIMARIES)]
        self.nodes = [Node(number, folder, self.members[0], options) for number in range(nodes)]
        self.ways: list[dict[Member, Relay]] = []
        """For each node its way to each server."""
        for number, node in enumerate(self.nodes):
            host = f"127.0.0.{2 + number}"
            self.ways.append({member: Relay(member.port, port=member.port, host=host) for member in self.members})
            # Two are enough to find the others.
            node.address = "redis-cluster://" + ",".join(f"{host}:{member.port}" for member in self.members[:2])

    def relays(self) -> list[Relay]:
        return [relay for relays in self.ways for relay in relays.values()] + [node.to_clients for node in self.nodes]

    async def unite(self) -> None:
        first, *others = self.members
        for number, member in enumerate(self.members):
            await member.cli("CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
        for member in others:
            await member.cli("CLUSTER", "MEET", "127.0.0.1", str(first.port), str(first.bus_port))
        share = -(-SLOTS // PRIMARIES)
        for number, member in enumerate(self.members[:PRIMARIES]):
            last = min(SLOTS, (number + 1) * share) - 1
            await member.cli("CLUSTER", "ADDSLOTSRANGE", str(number * share), str(last))
        for member in self.members:
            # One that it is just making the acquaintance of is in its view already, and is nobody's primary yet.
            while sum("handshake" not in fields[2] for fields in await member.view()) < len(self.members):
                await asyncio.sleep(0.1)
        for primary, replica in zip(self.members[:PRIMARIES], self.members[PRIMARIES:], strict=True):
            await replica.cli("CLUSTER", "REPLICATE", await primary.id())
        await self.is_whole()

    async def is_whole(self) -> None:
        """Waits until every server says that all slots are served, and each primary has a replica that has its data."""
        for member in self.members:
            while "cluster_state:ok" not in await member.cli("CLUSTER", "INFO"):
                await asyncio.sleep(0.1)
        for primary in await self.primaries():
            while (await primary.cli("WAIT", "1", "500"))[0] == "0":
                await asyncio.sleep(0.1)

    async def primaries(self) -> list[Member]:
        """The servers that have slots, as one of them that runs sees it."""
        while True:
            for witness in self.members:
                if not witness.runs:
                    continue
                with contextlib.suppress(RuntimeError):
                    ports = {
                        int(fields[1].split("@")[0].rsplit(":", 1)[1])
                        for fields in await witness.view()
                        if "master" in fields[2] and "fail" not in fields[2] and len(fields) > 8
                    }
                    found = [member for member in self.members if member.port in ports]
                    if len(found) == PRIMARIES and all(member.runs for member in found):
                        return found
            await asyncio.sleep(0.1)

    async def rooms(self, primary: Member) -> list[str]:
        """The keys of the heads of the rooms that a server has, in order."""
        return sorted(await primary.cli("--scan", "--pattern", "chat:{*}:meta"))

    async def move(self, slot: str, source: Member, target: Member) -> None:
        """Moves a slot with its keys, as an operator does."""
        here, there = await source.id(), await target.id()
        await target.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", here)
        await source.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", there)
        while keys := await source.cli("CLUSTER", "GETKEYSINSLOT", slot, "20"):
            await source.cli("MIGRATE", "127.0.0.1", str(target.port), "", "0", "5000", "KEYS", *keys)
        for member in (target, source):
            await member.cli("CLUSTER", "SETSLOT", slot, "NODE", there)

    async def fail_over(self, former: Member, pause: float) -> None:
        """Kills a primary, waits for the next one, and lets the former come back some seconds later as its replica."""
        await former.kill()
        while former in await self.primaries():
            await asyncio.sleep(0.1)
        await asyncio.sleep(pause)
        await former.start()
        await self.is_whole()

    @property
    def stores(self) -> list[Program]:
        return list(self.members)
