"""No acknowledged message is lost, doubled or out of order, whatever fails: the short form of `make soak`.

`SEED=` chooses another schedule than that of seed 1.
"""

import asyncio
import os

from faults import Run, carry_out

SEED = int(os.environ.get("SEED") or 1)


def test_a_chat_that_is_broken_all_the_time_loses_doubles_and_disorders_nothing():
    outcome = asyncio.run(carry_out(Run(SEED)))
    assert outcome.complaints == []
    assert outcome.report["acknowledged"] > 100


def test_a_redis_that_forgets_makes_resets_and_no_silent_loss():
    outcome = asyncio.run(carry_out(Run(SEED, keeps_data=False)))
    assert outcome.complaints == []
    assert outcome.report["acknowledged"] > 100
    assert outcome.report["resets"] > 0
