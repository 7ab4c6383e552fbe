"""`chat-cli bench`: figures that add up, faults that are told, and exit statuses that scripts can go by."""

import json
import os
import pty
import re
import select
import signal
import subprocess

import pytest

from conftest import CLI_, PATIENCE_SECONDS, Server, free_port, in_time, wait_until
from faulty_proxy import faulty


@pytest.fixture(scope="module")
def unlimited():
    server = Server(0, "--unlimited")
    yield server
    server.kill()


LENGTHS = ("0.5", "5", "30")
"""How many seconds are measured: more of them where the machine stood still all the while."""


def is_delivered(result: dict) -> bool:
    return result["delivered"] > 0


@pytest.fixture
def bench(unlimited):
    """Runs a short bench, a longer one if it measured too little; gives the exit status, and the result or what stands on
    standard error."""

    def run(*arguments: str, server: str = unlimited.url, is_enough=is_delivered):
        command = ("bench", "--json", "--server", server, "--warmup", "0.1", *arguments)
        result = in_time(
            lambda seconds: CLI_(unlimited).run(*command, "--duration", seconds),
            lambda result: not result.stdout or is_enough(json.loads(result.stdout)),
            LENGTHS,
        )
        return result.returncode, json.loads(result.stdout) if result.stdout else result.stderr

    return run


def test_a_closed_loop_adds_up(bench):
    status, result = bench("--clients", "12", "--rooms", "3", "--senders", "2", "--window", "4", "--size", "200")
    assert status == 0, result
    assert result["ok"] and not result["interrupted"] and result["errors"] == {}
    assert result["load"] == {
        "clients": 12, "rooms": 3, "senders": 6, "window": 4, "size": 200, "keys": True, "servers": 1, "threads": 1,
    }  # fmt: skip
    assert result["sent"] > 0 and result["acknowledged"] > 0
    # Four members get each message. What is on its way when the measured time ends is counted by its latency alone, and
    # how much that is depends on the member that lags most: a sender goes on once it has its own message.
    assert result["delivered"] > 0
    assert result["delivery_us"]["count"] == 4 * result["sent"], "something due in the measured time never came"
    assert result["ack_us"]["count"] == result["sent"]
    for latency in (result["ack_us"], result["delivery_us"]):
        values = [latency[name] for name in ("min", "p50", "p90", "p99", "p99.9", "max")]
        assert values == sorted(values) and values[0] > 0
    assert any(result["seconds"] == pytest.approx(float(length), abs=0.01) for length in LENGTHS)
    assert result["delivered_per_s"] == pytest.approx(result["delivered"] / result["seconds"], rel=0.01)


def test_an_open_loop_keeps_its_rate(bench):
    status, result = bench("--clients", "10", "--rate", "100", "--senders", "5", "--threads", "2", "--no-keys")
    assert status == 0, result
    # 100 messages a second, for half a second at least, each to its ten members.
    count = round(100 * result["seconds"])
    assert count >= 50 and result["sent"] == count and result["delivery_us"]["count"] == 10 * count
    assert result["late_us"]["count"] == count
    assert result["load"]["rate"] == 100 and result["load"]["keys"] is False and len(result["busy"]) == 2


def test_nobody_sends(bench):
    status, result = bench("--clients", "20", "--senders", "0", is_enough=lambda result: True)
    assert status == 0 and result["sent"] == 0 and result["connects_per_s"] > 0 and result["joins_per_s"] > 0


def test_nodes_of_one_chat_share_the_clients(bench):
    # Without Redis two servers are two chats: half of the members get a message, and the other half misses it.
    other = Server(0, "--unlimited")
    try:
        status, result = bench(
            "--clients", "4", "--rate", "50", "--server", other.url, is_enough=lambda result: result["missing"] > 0
        )
    finally:
        other.kill()
    assert status == 1
    assert not result["ok"] and result["missing"] > 0
    assert result["delivery_us"]["count"] == 2 * result["sent"]


def test_people_read_a_table_and_a_picture(unlimited):

    def bench_with(bar: str, **env: str):
        """A run, a longer one if nothing came that could be drawn."""
        arguments = ("bench", "--clients", "5", "--warmup", "0", "--duration")
        return in_time(lambda seconds: CLI_(unlimited).run(*arguments, seconds, **env), lambda result: bar in result.stdout, LENGTHS)

    result = bench_with("│█")
    assert result.returncode == 0, result.stderr
    assert result.stderr == "", "progress is for terminals"
    assert result.stdout.startswith("5 clients in 1 room, 1 sender in each, 1 under way for each sender, 128 bytes")
    for row in ("connected", "acknowledged", "delivered", "latency, ms", "delivery latency, ms", "checks", "errors"):
        assert any(line.startswith(row) for line in result.stdout.splitlines()), row
    assert "every message in order, none lost" in result.stdout
    assert "│█" in result.stdout
    plain = bench_with("|#", LC_ALL="C")
    assert plain.stdout.isascii() and "|#" in plain.stdout


@pytest.mark.parametrize("fault, field", [("drop", "hole"), ("double", "repeated"), ("reorder", "hole")])
def test_faults_of_a_server_are_found(bench, unlimited, fault, field):
    with faulty(unlimited.port, fault) as port:
        status, result = bench(
            "--clients", "4", "--rate", "200", "--senders", "2", server=f"ws://127.0.0.1:{port}",
            is_enough=lambda result: result[field] > 0,
        )  # fmt: skip
    assert status == 1 and not result["ok"]
    assert result[field] > 0


def test_a_server_that_limits_says_how_to_lift_that(cli):
    # More at once than anybody may send at once.
    result = cli.run("bench", "--clients", "3", "--window", "64", "--duration", "1", "--warmup", "0")
    assert result.returncode == 0, result.stderr
    assert "rate_limited" in result.stdout and "--unlimited" in result.stdout


def test_no_server_and_no_chat(bench, unlimited):
    status, error = bench("--clients", "2", server=f"ws://127.0.0.1:{free_port()}")
    assert status == 69 and "refused" in error.lower(), error
    status, error = bench("--clients", "2", server=f"ws://127.0.0.1:{unlimited.port}/nothing-here")
    assert status == 69 and "0 of 2 clients connected: refused: 404" in error, error


@pytest.mark.parametrize(
    "arguments",
    [
        ("--clients", "0"), ("--rooms", "2", "--clients", "1"), ("--senders", "3", "--clients", "2"),
        ("--rate", "5", "--window", "5"), ("--rate", "0"), ("--size", "5"), ("--duration", "0"), ("--threads", "0"),
        ("--server", "ftp://x"), ("--clients", "1000000"),
    ],
)  # fmt: skip
def test_wrong_usage(cli, arguments):
    result = cli.run("bench", *arguments)
    assert result.returncode == 64 and result.stdout == "", result.stderr


class OnTerminal:
    """A bench whose standard error is a terminal, and which goes on until somebody ends it."""

    def __init__(self, server: Server, *arguments: str):
        self.master, slave = pty.openpty()
        command = ("bench", "--json", "--clients", "3", "--duration", "600", "--warmup", "0", *arguments)
        cli = CLI_(server)
        # Progress is for terminals on which a line can be written over.
        cli.env["TERM"] = "xterm"
        self.process = cli.start(*command, stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        self.shown = b""

    def wait_for(self, pattern: bytes) -> None:
        def is_shown():
            if select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 4096)
            return re.search(pattern, self.shown)

        wait_until(is_shown, what=repr(pattern))

    def end(self) -> dict:
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return json.loads(output)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def test_an_interrupted_run_prints_what_it_measured(unlimited):
    bench = OnTerminal(unlimited)
    try:
        # On a busy machine nothing may have come when the first line is shown.
        bench.wait_for(rb"s to go: [1-9]")
        bench.process.send_signal(signal.SIGINT)
        result = bench.end()
    finally:
        bench.close()
    assert bench.process.returncode == 130
    assert result["interrupted"] and result["delivered"] > 0 and 0 < result["seconds"] < 600


def test_a_server_that_dies_ends_the_run(own_server):
    bench = OnTerminal(own_server, "--rate", "5")
    try:
        bench.wait_for(b"s to go: ")
        own_server.process.kill()
        result = bench.end()
    finally:
        bench.close()
    assert bench.process.returncode == 74
    assert result["errors"]["connection"] == 3


def test_the_use_of_a_server_is_measured(bench, unlimited):
    status, result = bench(
        "--clients", "50", "--pid", str(unlimited.process.pid),
        is_enough=lambda result: result["server"]["cpu_percent"] > 0,
    )  # fmt: skip
    assert status == 0
    assert result["server"]["rss_bytes"] > 1_000_000 and result["server"]["cpu_percent"] > 0
    assert bench("--pid", "0")[0] == 64
