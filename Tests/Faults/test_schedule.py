"""The schedule is drawn by the seed alone, and spares nothing."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from faults import Run
from schedule import HOLDS, OF_NODES, Fault, Kind, schedule

SEEDS = range(50)


def test_a_seed_draws_the_same_schedule_in_another_process():
    program = "from schedule import *; print(*schedule(7, 60), sep='\\n')"
    folder = Path(__file__).parent
    # Another hash seed: the order of sets must decide nothing.
    runs = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=folder, env={"PYTHONHASHSEED": hashes}, capture_output=True, check=True
        ).stdout.decode()
        for hashes in ("1", "2")
    ]
    assert runs[0] == runs[1] == "".join(f"{fault}\n" for fault in schedule(7, 60))


def test_another_seed_draws_another_schedule():
    assert len({tuple(schedule(seed, 20)) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_run_has_every_kind(seed):
    assert {fault.kind for fault in schedule(seed, Run.seconds)} == set(Kind)


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_come_in_order_within_the_run_and_last_as_long_as_they_may(seed):
    faults = schedule(seed, 60, nodes=3)
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    for fault in faults:
        assert 0 <= fault.at <= 60
        low, high = HOLDS.get(fault.kind, (0, 0))
        assert low <= fault.hold <= high
        assert (fault.node is not None) == (fault.kind in OF_NODES)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_node_is_spared(seed):
    faults = schedule(seed, 2 * len(Kind))
    hits = Counter((fault.kind, fault.node) for fault in faults if fault.node is not None)
    assert hits == {(kind, node): 1 for kind in OF_NODES for node in (0, 1)}


def test_kinds_and_rate_can_be_chosen():
    faults = schedule(1, 40, every=10, kinds=[Kind.KILL_NODE])
    assert [fault.kind for fault in faults] == [Kind.KILL_NODE] * 4
    assert {fault.node for fault in faults} == {0, 1}


def test_a_fault_says_what_it_does():
    assert str(Fault(1.5, Kind.KILL_NODE, 1, 0.25)) == "  1.50 s  kill-node node 1 for 0.25 s"
    assert str(Fault(12.25, Kind.STORM, None, 0)) == " 12.25 s  storm"
