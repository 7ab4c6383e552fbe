"""Several independent servers of Redis, over which rooms are spread, and nodes that get a longer list of them.

    .cache/venv/bin/python Tests/Faults/fleet.py --seed 7

Two nodes with a list of two servers are killed one after the other while `chat-cli verify` uses them, and come back with a
third server in their list. Whoever was in a room that moved is told so by a `reset`; nobody misses anything else. What
happened stays in `.cache/faults` when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from faults import PRESENCE, Outcome, Run, conclude, everybody_came, judge, told, verifying
from stage import ROOT, Chat, Node, Program, Redis

NAMES = "abc"
"""What the servers are called."""


class Fleet(Chat):
    """Three servers, and nodes that know the first two of them."""

    def __init__(self, folder: Path, nodes: int, options: list[str]):
        self.servers = [Redis(folder, f"redis-{name}") for name in NAMES]
        self.nodes = [Node(number, folder, self.servers[0], options) for number in range(nodes)]
        for node in self.nodes:
            node.address = self.list(2)

    def list(self, count: int) -> str:
        """The setting that names the first servers, each time in another order."""
        entries = [
            f"{name}=redis://127.0.0.1:{server.port}" for name, server in zip(NAMES, self.servers[:count], strict=False)
        ]
        random.shuffle(entries)
        return ",".join(entries)

    @property
    def stores(self) -> list[Program]:
        return list(self.servers)


@dataclass
class Plan:
    """What is done."""

    seed: int

    @property
    def folder(self) -> Path:
        return ROOT / ".cache/faults" / f"fleet-{self.seed}"


async def rooms(server: Redis) -> int:
    """How many rooms a server has."""
    return int((await server.tell("ZCARD", "chat:rooms"))[1:])


async def carry_out(plan: Plan, say=print) -> Outcome:
    """Makes a run in a folder of its own, which stays only when the run failed or was interrupted."""
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    rng = random.Random(plan.seed)
    fleet = Fleet(plan.folder, 2, ["--log-messages", "50000", *PRESENCE])
    # The logs of rooms that move begin anew. A third of them moves; of so many it is not left to chance that some do.
    run = Run(plan.seed, seconds=20, keeps_data=False, rooms=40, place=plan.folder)
    async with fleet.running(), verifying(run, fleet) as result:
        await everybody_came(run, fleet, result)
        for node in fleet.nodes:
            await asyncio.sleep(rng.uniform(1, 2))
            say(f"{node.name} gets the longer list")
            await node.kill()
            node.address = fleet.list(3)
            await node.start()
        outcome = judge(run, fleet.crashes, *await result)
        if not await rooms(fleet.servers[2]):
            outcome.complaints.append("no room has moved to the third server")
        if not outcome.report.get("resets"):
            outcome.complaints.append("nobody was told that a log began anew")
    return conclude(outcome, plan.folder, say)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True, help="draws the pauses and what the clients do")
    return told(asyncio.run(carry_out(Plan(parser.parse_args().seed))))


if __name__ == "__main__":
    sys.exit(main())
