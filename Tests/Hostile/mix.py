"""Attacks by chance, each from one of many addresses, a bounded number at a time.

    mix.py --port 8080 --seconds 600

It ends with one line of JSON: who came, who was cut off, and what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field

import attacks
from wire import strangers

VISIT_SECONDS = 20
"""How long one visit of an attack may take."""


@dataclass
class Report:
    """What came of it."""

    visits: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Mix:
    """Strangers, who come back again and again."""

    def __init__(self, port: int, seed: int, at_once: int):
        self.port, self.at_once = port, at_once
        self.random = random.Random(seed)
        self.sources = strangers(200)
        self.report = Report()

    async def run(self, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            for index in range(self.at_once):
                group.create_task(self._stranger(index, seconds))

    async def _stranger(self, index: int, seconds: float) -> None:
        rng = random.Random(self.random.random() + index)
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            attack = rng.choice(attacks.ALL)
            self.report.visits[attack.__name__] += 1
            try:
                async with asyncio.timeout(VISIT_SECONDS):
                    await attack(self.port, rng.choice(self.sources), rng)
            except (OSError, EOFError, TimeoutError) as error:
                # It was cut off, which is what should happen.
                self.report.refused[type(error).__name__] += 1
            except AssertionError as error:
                self.report.wrong.append(str(error))
            await asyncio.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=40)
    arguments = parser.parse_args()
    mix = Mix(arguments.port, arguments.seed, arguments.at_once)
    asyncio.run(mix.run(arguments.seconds))
    print(json.dumps(vars(mix.report)))


if __name__ == "__main__":
    main()
