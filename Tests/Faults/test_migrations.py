"""Slots of a Redis Cluster move and its primaries die while people talk: the short form of what `migrations.py` does."""

import asyncio
import os

from migrations import Plan, carry_out

SEED = int(os.environ.get("SEED") or 1)


def test_slots_that_move_and_a_node_that_is_cut_off_lose_nothing_and_reset_nobody():
    outcome = asyncio.run(carry_out(Plan(SEED, migrations=3, partitions=1)))
    assert outcome.complaints == []
    assert outcome.means_something


def test_what_a_replica_has_confirmed_outlives_a_primary_of_a_cluster():
    outcome = asyncio.run(carry_out(Plan(SEED, migrations=1, failovers=1)))
    assert outcome.complaints == []
    assert outcome.means_something
