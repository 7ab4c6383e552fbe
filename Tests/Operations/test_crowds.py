"""Benchmarks/Crowds: each command runs to its end with a few clients; and its verdicts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from conftest import PATIENCE_SECONDS, ROOT, SERVER

CROWDS = ROOT / "Benchmarks/Crowds"
sys.path.insert(0, str(CROWDS))

from fields import fields  # noqa: E402
from waves import GROWTH, has_grown  # noqa: E402

TRIES = 3


@pytest.fixture(scope="session")
def command(tmp_path_factory):
    """Runs one of the commands, up to three times until what it prints is as wanted; gives its exit status and what it prints."""
    folder = tmp_path_factory.mktemp("yardstick")
    subprocess.run([ROOT / "scripts/yardstick.sh", folder], check=True)
    environment = {**os.environ, "CHAT_SERVER_BIN": str(SERVER), "LOAD_BIN": str(folder / "load")}

    def run(name: str, *arguments: int | str, is_wanted=lambda out: True) -> tuple[int, str]:
        for _ in range(TRIES):
            result = subprocess.run(
                [sys.executable, CROWDS / f"{name}.py", *map(str, arguments)],
                env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
            )  # fmt: skip
            if is_wanted(result.stdout):
                break
        assert result.returncode in (0, 1) and not result.stderr, result.stderr
        return result.returncode, result.stdout

    return run


def rows(table: str) -> list[list[str]]:
    """The cells of a table's rows, without its heading."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")][1:]


def test_connections_are_counted_and_none_is_lost(command):
    status, out = command("connections", 60, 5)
    assert status == 0
    ((clients, joined, lost, pings, *_),) = rows(out)
    assert clients == "60" and joined.startswith("60 after ") and lost == "0" and int(pings) >= 60


def test_those_who_stop_reading_are_closed_and_nobody_else(command):
    # Whether the machine was busy decides the exit status, and is not asked here; if it stood still, others may be closed as well.
    options = ("--stalled", 2, "--members", 10, "--rate", 250, "--size", 8000, "--seconds", 4, "--rounds", 1)
    wanted = [["0", "0"], ["2", "2"]]

    def closed(out: str) -> list[list[str]]:
        return [row[:2] for row in rows(out)]

    _, out = command("stalled", *options, is_wanted=lambda out: closed(out) == wanted)
    assert closed(out) == wanted


def test_idle_connections_cost_something(command):
    _, out = command("idle", 20, 5)
    ((every, processor, pings, *_),) = rows(out)
    assert every == "5 s" and re.fullmatch(r"–|\d+\.\d\d", processor) and float(pings) > 0


@pytest.mark.skipif(not shutil.which("redis-server"), reason="there is no redis-server")
def test_waves_come_and_go(command):
    # Of twenty clients nothing follows about memory: the exit status is not asked.
    _, out = command("waves", 20, 1)
    assert [row[0] for row in rows(out)] == ["1"]


def test_the_fields_of_a_message_are_all_of_its_bytes(command):
    status, out = command("fields", 20, 200)
    assert status == 0
    table = {name: list(map(int, sizes)) for name, *sizes in rows(out)}
    whole = table.pop("**all**")
    assert whole == [sum(sizes) for sizes in zip(*table.values())]
    assert whole[1] - whole[0] == 180 and table["`text`"] == [30, 210] and table["header of the frame"] == [4, 4]


def test_the_bytes_of_a_field_are_its_name_its_value_and_what_sets_them_apart():
    event = {"type": "message", "from": {"id": "u1", "name": "미나"}, "seq": 7, "text": 'a "b", {c}'}
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    found = fields(text)
    assert found == {"type": 17, "from": 35, "seq": 8, "text": 22, "}": 1}
    assert sum(found.values()) == len(text.encode())


@pytest.mark.parametrize(
    "peaks, grown",
    [([50, 90, 91, 90], False), ([50, 90, 91, 90 * GROWTH + 1], True), ([200, 90, 90], False), ([90, 100], False), ([90], False)],
)
def test_a_peak_may_rise_until_the_second_wave(peaks, grown):
    assert has_grown(peaks) == grown
