"""Which fault happens when: a pure function of a seed, so that a run that failed can be made again."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What can happen to a chat; the value is its name on the command line and in a report."""

    KILL_NODE = "kill-node"
    """A node is killed with SIGKILL, and started again on the same port."""
    PAUSE_NODE = "pause-node"
    """A node stands still, with its connections open (SIGSTOP, SIGCONT)."""
    KILL_REDIS = "kill-redis"
    """Redis is killed with SIGKILL, and started again: with its data, or without any where that is asked for."""
    ROLL_BACK_REDIS = "roll-back-redis"
    """Redis is killed, and comes back with what it had a moment before; the nodes live through it."""
    ROLL_BACK_UNSEEN = "roll-back-unseen"
    """The same, and no node lives that could tell: all are killed with it."""
    EVICT = "evict"
    """Redis drops what it knows of a room, but for the log, as one that is full and may evict does."""
    PAUSE_REDIS = "pause-redis"
    """Redis stands still, with its connections open."""
    KILL_PUBSUB = "kill-pubsub"
    """Redis closes the connections that carry what is published."""
    KILL_NORMAL = "kill-normal"
    """Redis closes the connections that carry commands."""
    FLUSH_SCRIPTS = "flush-scripts"
    """Redis forgets its scripts."""
    STORM = "storm"
    """Every client of every node is reset at once."""
    CLIENTS_RESET = "clients-reset"
    """The network between the clients and a node resets its connections."""
    CLIENTS_CLOSE = "clients-close"
    """It ends them politely, in the middle of whatever is under way."""
    CLIENTS_DELAY = "clients-delay"
    """It is slow."""
    CLIENTS_BLACKHOLE = "clients-blackhole"
    """It loses what it is given; the connections that it had then stay silent for ever, and nobody is told."""
    REDIS_RESET = "redis-reset"
    """The same four between a node and Redis."""
    REDIS_CLOSE = "redis-close"
    REDIS_DELAY = "redis-delay"
    REDIS_BLACKHOLE = "redis-blackhole"
    REDIS_DEAF = "redis-deaf"
    """The connections by which a node is told what is published answer, and bring nothing more."""
    LOSE_MEMBERS = "lose-members"
    """Redis loses some of what it knows of who is where, while people leave; no log is touched by that."""
    MANY_ROOMS = "many-rooms"
    """People come to hundreds of new rooms on a node, and break off together."""


HOLDS = {
    Kind.KILL_NODE: (0.1, 2.0),
    Kind.PAUSE_NODE: (0.2, 2.0),
    Kind.KILL_REDIS: (0.1, 2.0),
    Kind.ROLL_BACK_REDIS: (0.2, 1.0),
    Kind.ROLL_BACK_UNSEEN: (0.02, 0.2),
    Kind.PAUSE_REDIS: (0.2, 2.0),
    Kind.CLIENTS_DELAY: (0.5, 3.0),
    Kind.CLIENTS_BLACKHOLE: (0.2, 2.0),
    Kind.REDIS_DELAY: (0.5, 3.0),
    Kind.REDIS_BLACKHOLE: (0.2, 2.0),
    Kind.MANY_ROOMS: (0.1, 2.0),
}
"""Between how many and how many seconds a fault lasts; those that are not named are over at once.

What is rolled back is as much as came in that time."""

LOSING = {Kind.ROLL_BACK_REDIS, Kind.ROLL_BACK_UNSEEN, Kind.EVICT}
"""The faults after which Redis lacks what it had: not for one that keeps its data."""

OF_NODES = {Kind.KILL_NODE, Kind.PAUSE_NODE, Kind.MANY_ROOMS} | {kind for kind in Kind if kind.value.startswith(("clients-", "redis-"))}
"""The faults that happen to one node, not to all."""


@dataclass(frozen=True)
class Fault:
    """One fault: `at` so many seconds after the start, for `hold` seconds."""

    at: float
    kind: Kind
    node: int | None
    hold: float

    def __str__(self) -> str:
        where = "" if self.node is None else f" node {self.node}"
        return f"{self.at:6.2f} s  {self.kind.value}{where}" + (f" for {self.hold:.2f} s" if self.hold else "")


def schedule(
    seed: int, seconds: float, nodes: int = 2, every: float = 1.0, kinds: Iterable[Kind] = Kind
) -> list[Fault]:
    """Draws the faults of a run, one about `every` so many seconds.

    Each kind comes once before any comes again, so that a run of `every * len(kinds)` seconds has them all; the nodes
    take turns, so that none is spared. Faults that last may overlap, but for those of one thing, which wait for it.
    """
    chance = random.Random(seed)
    kinds = sorted(set(kinds), key=lambda kind: kind.value)
    turn = {kind: chance.randrange(nodes) for kind in kinds}
    faults: list[Fault] = []
    deck: list[Kind] = []
    for number in range(int(seconds / every + 1e-9)):
        if not deck:
            deck = chance.sample(kinds, len(kinds))
        kind = deck.pop()
        node = turn[kind] if kind in OF_NODES else None
        turn[kind] = (turn[kind] + 1) % nodes
        at = (number + chance.random()) * every
        faults.append(Fault(round(at, 3), kind, node, round(chance.uniform(*HOLDS.get(kind, (0, 0))), 3)))
    return faults
