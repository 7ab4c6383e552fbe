"""A primary of Redis dies while people talk: the short form of what `failovers.py` does."""

import asyncio
import os

from failovers import Plan, carry_out

SEED = int(os.environ.get("SEED") or 1)


def test_what_a_replica_has_confirmed_outlives_the_primary():
    outcome = asyncio.run(carry_out(Plan(SEED, ack_replicas=1)))
    assert outcome.complaints == []
    assert outcome.means_something


def test_what_nobody_has_confirmed_is_never_lost_in_silence():
    outcome = asyncio.run(carry_out(Plan(SEED)))
    assert outcome.complaints == []
    assert outcome.means_something
