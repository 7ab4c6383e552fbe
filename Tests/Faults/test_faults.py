"""No acknowledged message is lost, doubled or out of order, whatever fails: the short form of `make soak`.

`SEED=` chooses another schedule than that of seed 1. `OLD_SERVER=` names the server of an earlier release: then one test
more replaces it, node by node.
"""

import asyncio
import os
from pathlib import Path

import pytest
from faults import Run, carry_out
from schedule import Kind

SEED = int(os.environ.get("SEED") or 1)
OLD_SERVER = os.environ.get("OLD_SERVER")


def test_a_chat_that_is_broken_all_the_time_loses_doubles_and_disorders_nothing():
    outcome = asyncio.run(carry_out(Run(SEED)))
    assert outcome.complaints == []
    assert outcome.means_something


def test_a_redis_that_forgets_makes_resets_and_no_silent_loss():
    outcome = asyncio.run(carry_out(Run(SEED, keeps_data=False)))
    assert outcome.complaints == []
    assert outcome.means_something
    assert outcome.report["resets"] > 0


@pytest.mark.skipif(not OLD_SERVER, reason="OLD_SERVER names no server of an earlier release")
def test_one_release_replaces_another_and_nobody_is_told_anything():
    kinds = [Kind.KILL_NODE, Kind.STORM, Kind.CLIENTS_RESET]
    outcome = asyncio.run(carry_out(Run(SEED, kinds=kinds, nodes=3, every=1.5, old_server=Path(OLD_SERVER))))
    assert outcome.complaints == []
    assert outcome.means_something
