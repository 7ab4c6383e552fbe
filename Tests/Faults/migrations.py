"""Moves slots of a Redis Cluster, kills its primaries, and cuts a node off from one of them, while `chat-cli verify` uses two
nodes.

    .cache/venv/bin/python Tests/Faults/migrations.py --seed 7 --migrations 5 --failovers 3

Replicas must confirm each message while primaries die (`--ack-replicas`): then no acknowledged message may be missing in the
logs at the end. Where only slots move, nobody may ever be told to begin anew. What happened stays in `.cache/faults` when a
promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from clusters import Cluster
from failovers import missing
from faults import PRESENCE, Outcome, Run, conclude, everybody_came, judge, told, verifying
from stage import PATIENCE_SECONDS, ROOT

SECONDS_EACH = {"migration": 2, "partition": 5, "failover": 16}
"""How long one takes at most on a quiet machine, with the pauses around it."""


@dataclass
class Plan:
    """What is done."""

    seed: int
    migrations: int = 0
    partitions: int = 0
    failovers: int = 0

    @property
    def steps(self) -> list[str]:
        """What is done, in an order that the seed draws."""
        steps = ["migration"] * self.migrations + ["partition"] * self.partitions + ["failover"] * self.failovers
        random.Random(self.seed).shuffle(steps)
        return steps

    @property
    def folder(self) -> Path:
        name = f"cluster-{self.migrations}-{self.partitions}-{self.failovers}-{self.seed}"
        return ROOT / ".cache/faults" / name


async def carry_out(plan: Plan, say=print) -> Outcome:
    """Makes a run in a folder of its own, which stays only when the run failed or was interrupted."""
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    rng = random.Random(plan.seed)
    acks = 1 if plan.failovers else 0
    options = ["--log-messages", "50000", *PRESENCE, "--ack-replicas", str(acks)]
    # Where no primary dies, none may be taken for dead either; where one does, the others may be silent for seconds.
    cluster = Cluster(plan.folder, 2, options, *([5000] if plan.failovers else []))
    # A primary that dies may have told what its replica never got.
    seconds = sum(SECONDS_EACH[step] for step in plan.steps)
    run = Run(plan.seed, seconds=seconds, keeps_data=plan.failovers == 0, rooms=6, place=plan.folder)
    async with cluster.running(), verifying(run, cluster) as result:
        await everybody_came(run, cluster, result)
        for number, step in enumerate(plan.steps):
            await asyncio.sleep(rng.uniform(0.2, 1))
            say(f"{number + 1} of {len(plan.steps)}: {step}")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _STEPS[step](cluster, rng)
        # Whoever comes back is told what was missed.
        for node in cluster.nodes:
            node.to_clients.reset()
        outcome = judge(run, cluster.crashes, *await result)
        if acks:
            lost = await asyncio.to_thread(missing, plan.folder / "history.ndjson", cluster.nodes[0])
            outcome.complaints += [f"acknowledged and not in the log: {key} in {room}" for room, key in lost]
    return conclude(outcome, plan.folder, say)


async def _migrate(cluster: Cluster, rng: random.Random) -> None:
    """Moves the slot of a room that is talked in."""
    while True:
        primaries = await cluster.primaries()
        source, target = rng.sample(primaries, 2)
        if keys := await cluster.rooms(source):
            break
        await asyncio.sleep(0.1)
    slot = (await source.cli("CLUSTER", "KEYSLOT", rng.choice(keys)))[0]
    await cluster.move(slot, source, target)


async def _partition(cluster: Cluster, rng: random.Random) -> None:
    """Cuts one node off from one primary for some seconds; the Cluster sees nothing of it."""
    primary = rng.choice(await cluster.primaries())
    relay = rng.choice(cluster.ways)[primary]
    relay.blackhole()
    await asyncio.sleep(rng.uniform(1, 4))
    relay.is_blackhole = False
    relay.reset()


async def _fail_over(cluster: Cluster, rng: random.Random) -> None:
    """Kills a primary."""
    await cluster.fail_over(rng.choice(await cluster.primaries()), rng.uniform(0, 1))


_STEPS = {"migration": _migrate, "partition": _partition, "failover": _fail_over}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True, help="draws the steps, the pauses and what the clients do")
    parser.add_argument("--migrations", type=int, default=5)
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--failovers", type=int, default=3)
    words = parser.parse_args()
    plan = Plan(words.seed, words.migrations, words.partitions, words.failovers)
    return told(asyncio.run(carry_out(plan)))


if __name__ == "__main__":
    sys.exit(main())
