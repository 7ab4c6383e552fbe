"""Several independent servers of Redis, over which rooms are spread, and nodes that get a longer list of them.

    .cache/venv/bin/python Tests/Faults/fleet.py --seed 7

Two nodes with a list of two servers are killed one after the other while `chat-cli verify` uses them, and come back with a
third server in their list. Whoever was in a room that moved is told so by a `reset`; nobody misses anything else. What
happened stays in `.cache/faults` when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from faults import PRESENCE, Outcome, Run, judge, verifying
from stage import PATIENCE_SECONDS, ROOT, Node, Program, Redis

NAMES = "abc"
"""What the servers are called."""


class Fleet:
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

    @contextlib.asynccontextmanager
    async def running(self):
        """Starts everything, and ends it with the scope."""
        async with contextlib.AsyncExitStack() as stack:
            for node in self.nodes:
                await stack.enter_async_context(node.to_redis.running())
                await stack.enter_async_context(node.to_clients.running())
            for program in self.programs:
                stack.push_async_callback(program.kill)
                await program.start()
            yield self

    @property
    def programs(self) -> list[Program]:
        return [*self.servers, *self.nodes]

    @property
    def crashes(self) -> list[str]:
        return [crash for program in self.programs for crash in program.crashes]


@dataclass
class Plan:
    """What is done."""

    seed: int

    @property
    def folder(self) -> Path:
        return ROOT / ".cache/faults" / f"fleet-{self.seed}"


class _VerifyRun(Run):
    """What `verify` does, and how it is judged: the logs of rooms that move begin anew."""

    def __init__(self, plan: Plan):
        super().__init__(plan.seed, seconds=14, keeps_data=False, rooms=12)
        self._folder = plan.folder

    @property
    def folder(self) -> Path:
        return self._folder


async def rooms(server: Redis) -> int:
    """How many rooms a server has."""
    return int((await server.tell("ZCARD", "chat:rooms"))[1:])


async def carry_out(plan: Plan, say=print) -> Outcome:
    """Makes a run in a folder of its own, which stays only when the run failed or was interrupted."""
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    rng = random.Random(plan.seed)
    fleet = Fleet(plan.folder, 2, ["--log-messages", "50000", *PRESENCE])
    run = _VerifyRun(plan)
    async with fleet.running(), verifying(run, fleet) as result:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(node.to_clients.accepted for node in fleet.nodes) < run.clients and not result.done():
                await asyncio.sleep(0.02)
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
    if outcome.complaints:
        for line in outcome.complaints:
            say(line)
        say(f"FAILED; {plan.folder.relative_to(ROOT)} has the logs and the history")
    else:
        shutil.rmtree(plan.folder)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True, help="draws the pauses and what the clients do")
    outcome = asyncio.run(carry_out(Plan(parser.parse_args().seed)))
    print(json.dumps({name: value for name, value in outcome.report.items() if name != "violations"}))
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
