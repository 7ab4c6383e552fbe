"""Nodes get a longer list of Redis servers while people talk: the short form of what `fleet.py` does."""

import asyncio
import os

from fleet import Plan, carry_out

SEED = int(os.environ.get("SEED") or 1)


def test_rooms_move_to_another_server_and_nothing_is_lost_in_silence():
    outcome = asyncio.run(carry_out(Plan(SEED)))
    assert outcome.complaints == []
    assert outcome.means_something
