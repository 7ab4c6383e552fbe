"""Kills the primary of Redis, again and again, while `chat-cli verify` uses two nodes that follow the sentinels.

    .cache/venv/bin/python Tests/Faults/failovers.py --seed 7 --failovers 3 --ack-replicas 1

With `--ack-replicas 1` no acknowledged message may be missing in the logs at the end; without it, whoever had one that is
lost is told so by a `reset`. What happened stays in `.cache/faults` when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from faults import PRESENCE, Outcome, Run, conclude, everybody_came, judge, told, verifying
from sentinels import Family
from stage import PATIENCE_SECONDS, ROOT, Node

SECONDS_EACH = 14
"""How long one failover takes at most on a quiet machine, with the pauses around it."""


@dataclass
class Plan:
    """What is done."""

    seed: int
    failovers: int = 1
    ack_replicas: int = 0

    @property
    def folder(self) -> Path:
        return ROOT / ".cache/faults" / f"failovers-{self.ack_replicas}-{self.seed}"


async def carry_out(plan: Plan, say=print) -> Outcome:
    """Makes a run in a folder of its own, which stays only when the run failed or was interrupted."""
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    rng = random.Random(plan.seed)
    options = ["--log-messages", "50000", *PRESENCE, "--ack-replicas", str(plan.ack_replicas)]
    family = Family(plan.folder, 2, options)
    # A primary that dies may have told what its replicas never got.
    seconds = SECONDS_EACH * plan.failovers
    run = Run(plan.seed, seconds=seconds, keeps_data=False, place=plan.folder)
    async with family.running(), verifying(run, family) as result:
        await everybody_came(run, family, result)
        for number in range(plan.failovers):
            await asyncio.sleep(rng.uniform(0.5, 2))
            say(f"failover {number + 1} of {plan.failovers}")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await family.fail_over(rng.uniform(0, 2))
        outcome = judge(run, family.crashes, *await result)
        if plan.ack_replicas:
            lost = await asyncio.to_thread(missing, plan.folder / "history.ndjson", family.nodes[0])
            outcome.complaints += [f"acknowledged and not in the log: {key} in {room}" for room, key in lost]
    return conclude(outcome, plan.folder, say)


def missing(history: Path, node: Node) -> list[tuple[str, str]]:
    """The keys that were acknowledged, by the record of the clients, and are not in the logs of their rooms."""
    acknowledged = set()
    with history.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record["record"] == "acknowledged":
                acknowledged.add((record["room"], record["key"]))
    kept = {(room, key) for room in {room for room, _ in acknowledged} for key in _keys(node, room)}
    if not acknowledged:
        raise RuntimeError("the record has no acknowledged message")
    return sorted(acknowledged - kept)


def _keys(node: Node, room: str):
    """The keys in the log of a room."""
    before = ""
    while True:
        place = f"http://127.0.0.1:{node.port}/api/rooms/{urllib.parse.quote(room)}/messages?limit=100{before}"
        with urllib.request.urlopen(place, timeout=PATIENCE_SECONDS) as answer:
            page = json.load(answer)
        yield from (message["key"] for message in page["messages"] if "key" in message)
        if not page["more"]:
            return
        before = f"&before={page['messages'][0]['seq']}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True, help="draws the pauses and what the clients do")
    parser.add_argument("--failovers", type=int, default=3)
    parser.add_argument("--ack-replicas", type=int, default=0)
    words = parser.parse_args()
    return told(asyncio.run(carry_out(Plan(words.seed, words.failovers, words.ack_replicas))))


if __name__ == "__main__":
    sys.exit(main())
