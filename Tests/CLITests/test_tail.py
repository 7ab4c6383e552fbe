"""`chat-cli tail` over many runs, in every format, and the rooms that it may read."""

import json
import signal
import stat
import subprocess

import pytest

from conftest import CLI_, PATIENCE_SECONDS, Server, free_port, wait_until


def tail(cli, room, *arguments):
    """What a run that ends by itself prints."""
    result = cli.run("tail", room, "--no-follow", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_a_job_that_runs_now_and_then_misses_nothing_and_prints_nothing_twice(cli, room, tmp_path):
    state = ("--state", str(tmp_path / "state"), "--format", "{text}")
    cli.run("send", room, "before the first run")
    assert tail(cli, room, *state) == []
    cli.run("send", room, input="one\ntwo\n")
    assert tail(cli, room, *state) == ["one", "two"]
    assert tail(cli, room, *state) == []
    cli.run("send", room, "three")
    assert tail(cli, room, *state) == ["three"]


def test_a_reader_that_is_stopped_and_started_prints_every_message_once(cli, room, tmp_path):
    state = ("--state", str(tmp_path / "state"), "--format", "{text}")
    assert tail(cli, room, *state) == []
    lines = [f"line {number}" for number in range(60)]
    printed = []
    with cli.start("send", room, stdin=subprocess.PIPE) as sender:
        sender.stdin.write("\n".join(lines))
        sender.stdin.close()
        while len(printed) < len(lines):
            reader = cli.start("tail", room, *state, "--timeout", str(PATIENCE_SECONDS), stdout=subprocess.PIPE)
            # Somewhere in the middle of its work.
            printed.append(reader.stdout.readline().rstrip("\n"))
            reader.send_signal(signal.SIGTERM)
            printed += reader.stdout.read().splitlines()
            assert reader.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert printed == lines


def test_a_reader_that_is_killed_may_print_twice_and_never_misses(cli, room, tmp_path):
    state = ("--state", str(tmp_path / "state"), "--format", "{text}")
    assert tail(cli, room, *state) == []
    lines = []
    printed = []
    for count in (3, 7, 12):
        lines += (new := [f"line {len(lines) + number}" for number in range(count)])
        cli.run("send", room, input="\n".join(new))
        reader = cli.start("tail", room, *state, "--timeout", str(PATIENCE_SECONDS), stdout=subprocess.PIPE)
        printed += [reader.stdout.readline().rstrip("\n") for _ in range(count - 1)]
        reader.kill()
        # What it wrote before that counts as printed.
        printed += reader.stdout.read().splitlines()
        reader.wait()
    printed += tail(cli, room, *state)
    assert list(dict.fromkeys(printed)) == lines


def test_a_state_holds_several_rooms_and_is_for_its_owner(cli, room, tmp_path):
    rooms = (room, f"{room}-b")
    path = tmp_path / "state"
    arguments = ("--no-follow", "--state", str(path), "--format", "{room} {text}")
    assert cli.run("tail", *rooms, *arguments).stdout == ""
    for name in rooms:
        cli.run("send", name, "hi")
    assert sorted(cli.run("tail", *rooms, *arguments).stdout.splitlines()) == sorted(f"{name} hi" for name in rooms)
    assert set(json.loads(path.read_text())["rooms"]) == set(rooms)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_began_anew_is_told_and_read_from_its_beginning(own_server, room, tmp_path):
    cli = CLI_(own_server)
    state = ("--no-follow", "--state", str(tmp_path / "state"), "--format", "{text}")
    cli.run("send", room, "old")
    assert cli.run("tail", room, *state).returncode == 0
    own_server.kill()
    own_server.start()
    cli.run("send", room, "new")
    again = cli.run("tail", room, *state)
    assert again.stdout == "new\n"
    assert "began anew" in again.stderr
    assert cli.run("tail", room, *state).stdout == ""


def test_one_process_at_a_time_uses_a_state_and_a_foreign_file_is_left_alone(cli, room, tmp_path):
    path = tmp_path / "state"
    reader = cli.start("tail", room, "--state", str(path))
    wait_until(path.exists, what="the first state")
    assert cli.run("tail", room, "--state", str(path)).returncode == 73
    reader.terminate()
    assert reader.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    path.write_text("my only copy")
    refused = cli.run("tail", room, "--state", str(path))
    assert refused.returncode == 73 and "no state" in refused.stderr
    assert path.read_text() == "my only copy"


def test_since_begins_in_the_past(cli, room):
    assert tail(cli, room, "--since", "1h") == []
    lines = [str(number) for number in range(12)]
    cli.run("send", room, input="\n".join(lines))
    assert tail(cli, room, "--since", "1h", "--format", "{text}") == lines
    # The messages grow old by themselves.
    wait_until(lambda: tail(cli, room, "--since", "1s") == [], what="the end of a second")
    cli.run("send", room, "new")
    assert tail(cli, room, "--since", "1h", "--format", "{text}")[-1] == "new"


def test_a_format_has_fields_and_escapes(cli, room):
    cli.run("send", room, "안녕\nyou", "--name", "민아")
    (line,) = tail(cli, room, "--history", "1", "--format", r"{{{seq}}}\t{name}: {line} {kind}")
    assert line == "{1}\t민아: 안녕\\nyou text"
    (line,) = tail(cli, room, "--history", "1", "--format", "{date}T{clock} {time}")
    assert line.split(" ")[1].startswith(line.split(" ")[0])
    history = cli.run("history", room, "--format", "{room}")
    assert history.stdout == f"{room}\n"


def test_a_field_that_does_not_exist_is_named(cli, room):
    result = cli.run("tail", room, "--format", "{nmae}")
    assert result.returncode == 64
    assert '"nmae"' in result.stderr and "milliseconds" in result.stderr
    assert cli.run("tail", room, "--format", "x", "--json").returncode == 64
    assert cli.run("tail", room, "--since", "yesterday").returncode == 64


def test_rooms_are_listed(cli, room):
    cli.run("send", room, "hi")
    listing = wait_until(
        lambda: [line.split("\t") for line in cli.run("rooms").stdout.splitlines() if line.startswith(f"{room}\t")]
    )
    (name, members, last) = listing[0]
    assert members.isdigit() and last.endswith(("Z", ":00"))
    rows = [json.loads(line) for line in cli.run("rooms", "--json").stdout.splitlines()]
    assert [row["seq"] for row in rows if row["room"] == room] == [1]


def test_more_rooms_than_a_page_are_listed():
    """A server gives a hundred at once."""
    # The first rooms are still there when the last ones come, however long that takes.
    server = Server(0, "--presence-seconds", "600")
    cli = CLI_(server)
    names = [f"방-{number:03}" for number in range(230)]
    try:
        for start in range(0, len(names), 90):
            assert cli.run("join", *names[start : start + 90], input="").returncode == 0
        wait_until(
            lambda: len(cli.run("rooms").stdout.splitlines()) >= len(names), what=f"all of {len(names)} rooms"
        )
    finally:
        server.kill()


def test_no_server_lists_no_rooms(cli):
    result = cli.run("rooms", CHAT_SERVER=f"ws://127.0.0.1:{free_port()}")
    assert (result.returncode, result.stdout) == (69, "")
    assert "Connection refused" in result.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["tail", "--version"]])
def test_the_version_is_told(cli, arguments):
    result = cli.run(*arguments)
    assert result.returncode == 0 and result.stdout.startswith("chat-cli ")
