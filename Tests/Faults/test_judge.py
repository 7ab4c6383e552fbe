"""A run fails for each reason that there is, and for no other."""

import json

import pytest

from faults import Run, judge
from schedule import LOSING, Kind

GOOD = {"ok": True, "connections": 80, "acknowledged": 900, "gaps": 0, "resets": 0, "violations": []}
LOST = {"kind": "lost", "room": "a", "seq": 7, "detail": "it never came"}


def complaints(run=Run(seed=1), crashes=(), status=0, **report):
    return judge(run, list(crashes), status, json.dumps(GOOD | report).encode()).complaints


def test_a_good_run_passes():
    assert complaints() == []
    assert complaints(run=Run(seed=1, keeps_data=False), resets=9) == []


@pytest.mark.parametrize(
    "reason, what",
    [
        ({"violations": [LOST], "status": 1}, "kind=lost room=a seq=7 detail=it never came"),
        ({"status": 75}, "verify ended with status 75"),
        ({"crashes": ["node 0 ended by itself, with status -11"]}, "node 0 ended by itself, with status -11"),
        ({"gaps": 1}, "1 gaps in a log that keeps everything"),
        ({"resets": 2}, "2 resets although Redis lost nothing"),
        ({"connections": 12}, "nobody ever had to come back: the faults did nothing"),
    ],
)
def test_each_reason_fails_it(reason, what):
    assert complaints(**reason) == [what]


def test_a_checker_that_says_nothing_fails_it():
    assert judge(Run(seed=1), [], -11, b"").complaints == [
        "verify ended with status -11 and said nothing; see verify.log"
    ]


def test_the_command_makes_the_same_run_again():
    run = Run(seed=7, seconds=5, keeps_data=False, server_options=["--ping-seconds=1"])
    assert run.command == (
        ".cache/venv/bin/python Tests/Faults/faults.py --seed 7 --seconds 5 --redis forgets --clients 12 --rooms 3 "
        "--every 1.0 --nodes 2 --server-option=--ping-seconds=1"
    )


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_where_redis_keeps_its_data(seed):
    assert {fault.kind for fault in Run(seed).schedule} == set(Kind) - LOSING
    assert {fault.kind for fault in Run(seed, keeps_data=False).schedule} == set(Kind)
