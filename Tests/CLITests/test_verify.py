"""`chat-cli verify`: silent about a good server, and loud about each fault of a bad one."""

import contextlib
import json
import subprocess

import pytest

from conftest import CLI_, PATIENCE_SECONDS, Server, free_port, in_time, wait_until
from faulty_proxy import faulty


def verify(cli, *servers: str, seconds: int = 5, settle: int = PATIENCE_SECONDS):
    """Runs it with six clients in two rooms, longer where nobody came so far as to connect; gives the exit status and the result."""
    addresses = [word for server in servers for word in ("--server", server)]
    command = ("verify", "--json", "--clients", "6", "--rooms", "2", "--seed", "4", *addresses, "--settle", str(settle))
    result = in_time(
        lambda span: cli.run(*command, "--duration", span),
        lambda result: result.stdout,
        spans=[str(seconds * times) for times in (1, 3, 10)],
    )
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def verify_at_length(cli, *servers: str):
    """The same, of a run in which enough happened, however busy the machine is."""
    for seconds in (5, 15, 45):
        status, result = verify(cli, *servers, seconds=seconds)
        if result["acknowledged"] > 50:
            break
    return status, result


@contextlib.contextmanager
def redis():
    """A Redis of the test's own; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        ping = ["redis-cli", "-p", str(port), "ping"]
        wait_until(lambda: b"PONG" in subprocess.run(ping, capture_output=True).stdout, what="Redis")
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_a_good_server_passes(cli, shared_server):
    status, result = verify_at_length(cli, shared_server.url)
    assert (status, result["violations"]) == (0, [])
    assert result["ok"] and result["seed"] == 4
    assert result["acknowledged"] > 50 and result["received"] > result["acknowledged"]
    assert result["connections"] > 6, "nobody came back"


def test_two_nodes_on_one_redis_pass():
    with redis() as address:
        nodes = [Server(0, "--redis", address), Server(0, "--redis", address)]
        try:
            status, result = verify_at_length(CLI_(nodes[0]), *(node.url for node in nodes))
        finally:
            for node in nodes:
                node.kill()
    assert (status, result["violations"]) == (0, [])
    assert result["acknowledged"] > 50


@pytest.mark.parametrize(
    "fault, kinds",
    [
        ("none", set()),
        ("drop", {"hole"}),
        ("double", {"doubled"}),
        ("reorder", {"hole", "out-of-order"}),
        ("forget", {"receipt-disagrees", "lost"}),
        ("swap", {"two-messages-under-one-seq"}),
        ("epoch", {"silent-epoch-change"}),
    ],
)
def test_each_fault_of_a_server_is_found(cli, shared_server, fault, kinds):
    with faulty(shared_server.port, fault) as port:
        # What is lost never comes, however long it is waited for.
        settle = 4 if kinds else PATIENCE_SECONDS
        for seconds in (3, 10, 30):
            status, result = verify(cli, f"ws://127.0.0.1:{port}", seconds=seconds, settle=settle)
            found = {violation["kind"] for violation in result["violations"]}
            # On a busy machine too little may be said for the fault to show itself, or nothing at all.
            if found & kinds if kinds else status != 75:
                break
    assert status == (1 if kinds else 0), found
    assert found & kinds if kinds else not found, found
    assert result["ok"] == (not kinds)
    for violation in result["violations"]:
        assert violation["detail"] and (violation["kind"] == "unsettled" or violation["room"].startswith("verify-"))


def test_people_are_told_what_and_where(cli, shared_server):
    with faulty(shared_server.port, "drop") as port:
        command = ("verify", "--clients", "3", "--rooms", "1", "--settle", "4", "--server", f"ws://127.0.0.1:{port}")
        result = in_time(
            lambda seconds: cli.run(*command, "--duration", seconds),
            lambda result: "hole: client " in result.stdout,
            spans=("3", "10", "30"),
        )
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("3 clients, 1 rooms, 1 servers, seed ") and "violation" in lines[2]
    assert any("hole: client " in line and " seq " in line for line in lines[3:])
    assert result.stderr == "", "progress is for terminals"


def test_the_history_is_written_down(cli, shared_server, tmp_path):
    path = tmp_path / "history"
    command = ("verify", "--json", "--clients", "2", "--rooms", "1", "--server", shared_server.url, "--record", str(path))
    # On a busy machine nobody may have come to say anything.
    result = in_time(
        lambda seconds: cli.run(*command, "--duration", seconds),
        lambda result: result.stdout and json.loads(result.stdout)["received"] > 0,
        spans=("1", "10", "60"),
    )
    counts = json.loads(result.stdout)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum(record["record"] == "received" for record in records) == counts["received"] > 0
    assert sum(record["record"] == "joined" for record in records) == counts["joins"]
    assert {record["client"] for record in records} == {0, 1}
    result = cli.run("verify", "--duration", "0.1", "--server", shared_server.url, "--record", str(tmp_path))
    assert result.returncode == 73 and f"{tmp_path}: Is a directory" in result.stderr


def test_no_server_is_no_verdict(cli):
    port = free_port()
    result = cli.run("verify", "--duration", "0.5", "--settle", "1", "--server", f"ws://127.0.0.1:{port}")
    assert result.returncode == 69 and "connection" in result.stderr
    assert cli.run("verify", "--clients", "0").returncode == 64


def test_a_record_that_cannot_be_written_is_told(cli, shared_server):
    # There is something to write once somebody is connected.
    result = in_time(
        lambda seconds: cli.run(
            "verify", "--clients", "2", "--duration", seconds, "--server", shared_server.url, "--record", "/dev/full"
        ),
        lambda result: result.returncode == 73,
        spans=("0.5", "5", "30"),
    )
    assert result.returncode == 73
    assert "/dev/full: No space left on device" in result.stderr
