"""Lines that were not sent when the program ended are sent by the next one, once."""

import json
import os
import signal
import stat
import subprocess
import time

import pytest

from conftest import CLI, CLI_, free_port, wait_until
from faulty_proxy import faulty


def kill(terminal) -> None:
    """Ends the program in the window as a crash of the machine would, and puts the terminal back by hand."""
    os.kill(terminal.program(), signal.SIGKILL)
    terminal.wait_for("status=137")
    terminal.shell("stty sane")


def test_a_line_that_was_not_sent_survives_kill_9_and_is_sent_once(terminal, own_server, room):
    cli = CLI_(own_server)
    terminal.join(own_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    own_server.kill()
    terminal.wait_for("not connected")
    terminal.shell("first")
    terminal.shell("둘째")
    terminal.wait_for_input_line(f"{room} …2 (offline)>")
    kill(terminal)
    own_server.start()
    terminal.join(own_server, room, "--name", "Mina")
    terminal.wait_for(f"{room}: 2 kept from last time")
    terminal.wait_for("Mina: 둘째")
    terminal.wait_for_input_line(f"{room}>")
    terminal.shell("third")
    terminal.wait_for("Mina: third")
    terminal.shell("/quit")
    terminal.wait_for("status=0")
    assert cli.texts(room) == ["first", "둘째", "third"]
    terminal.join(own_server, room)
    terminal.wait_for("1 here")
    assert "kept" not in terminal.text()


def test_a_line_whose_answer_was_lost_is_not_stored_twice(terminal, shared_server, cli, room):
    with faulty(shared_server.port, "mute") as port:
        join = f"CHAT_SERVER=ws://127.0.0.1:{port} {CLI} join {room} --name Mina"
        terminal.shell(f"{join}; echo status=$?")
        terminal.wait_for("1 here")
        terminal.shell("only once")
        terminal.wait_for("Mina: only once")
        terminal.wait_for_input_line(f"{room} …1>")
        kill(terminal)
    with faulty(shared_server.port, "none", listen=port):
        terminal.shell(f"clear; {join}; echo status=$?")
        terminal.wait_for("kept from last time")
        terminal.wait_for_input_line(f"{room}>")
        terminal.shell("/quit")
        terminal.wait_for("status=0")
    assert cli.texts(room) == ["only once"]


def test_a_kept_line_of_another_room_is_sent_too(terminal, own_server, room):
    terminal.join(own_server, room, f"{room}-b", "--name", "Mina")
    terminal.wait_for(f"{room}-b: 1 here")
    own_server.kill()
    terminal.wait_for("not connected")
    terminal.press("M-2")
    terminal.wait_for_input_line(f"{room}-b (offline)>")
    terminal.shell("over there")
    terminal.wait_for_input_line(f"{room}-b …1 (offline)>")
    kill(terminal)
    own_server.start()
    terminal.join(own_server, room, "--name", "Mina")
    terminal.wait_for(f"#{room}-b Mina: over there")
    assert CLI_(own_server).texts(f"{room}-b") == ["over there"]


def test_the_outbox_is_for_its_owner_and_for_one_program_at_a_time(terminal, shared_server, cli, room):
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    folder = terminal.home / ".local/state/chat-cli/outbox"
    (path,) = folder.glob("ws*[!k]")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    second = cli.run("join", room, "--outbox", str(folder), input="x\n")
    assert second.returncode == 73
    assert "another program uses the outbox" in second.stderr


def test_a_damaged_outbox_is_told_and_what_can_be_read_is_sent(cli, room, tmp_path):
    key = "a-key-of-its-own"
    send = {"type": "send", "key": key, "room": room, "kind": "text", "text": "rescued"}
    first = cli.run("join", room, "--outbox", str(tmp_path), input="")
    assert first.returncode == 0
    (path,) = tmp_path.glob("ws*[!k]")
    now = int(time.time() * 1000)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(send | {"time": now}) + "\n")
        file.write(json.dumps(send | {"time": now - 25 * 3600 * 1000, "key": "old", "text": "too old"}) + "\n")
        file.write('{"type":"send","te')
    second = cli.run("join", room, "--outbox", str(tmp_path), input="")
    assert "1 records of the outbox could not be read" in second.stderr
    assert "too old to be sent again" in second.stderr and "too old" in second.stderr
    assert second.returncode == 1
    assert cli.texts(room) == ["rescued"]
    third = cli.run("join", room, "--outbox", str(tmp_path), input="")
    assert (third.returncode, third.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["file", "newer"])
def test_an_outbox_that_cannot_be_used_is_an_error_where_it_was_asked_for(cli, room, tmp_path, kind):
    if kind == "file":
        (tmp_path / "folder").write_text("not a folder")
    else:
        cli.run("join", room, "--outbox", str(tmp_path / "folder"), input="")
        (path,) = (tmp_path / "folder").glob("ws*[!k]")
        path.write_text('{"type":"outbox","version":99}\n')
    result = cli.run("join", room, "--outbox", str(tmp_path / "folder"), input="x\n")
    assert result.returncode == 73 and result.stderr != "" and result.stdout == ""


def test_without_an_outbox_nothing_is_kept(terminal, shared_server, room):
    terminal.join(shared_server, room, "--no-outbox", "--no-input-history")
    terminal.wait_for("1 here")
    terminal.shell("hello")
    terminal.wait_for(": hello")
    assert not (terminal.home / ".local/state/chat-cli/outbox").exists()
    assert not (terminal.home / ".local/state/chat-cli/history").exists()


def test_a_pipe_that_ends_early_goes_on_with_the_next_run(cli, room, tmp_path):
    """The lines of a job that was killed while the server was away come with the next job, before its own."""
    port = free_port()
    away = cli.env["CHAT_SERVER"]
    cli.env["CHAT_SERVER"] = f"ws://127.0.0.1:{port}"
    job = cli.start("join", room, "--outbox", str(tmp_path), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    job.stdin.write("early\n")
    job.stdin.flush()
    wait_until(lambda: any("early" in path.read_text() for path in tmp_path.glob("ws*[!k]")), what="the kept line")
    job.kill()
    job.wait()
    with faulty(int(away.rsplit(":", 1)[1].split("/")[0]), "none", listen=port):
        later = cli.run("join", room, "--outbox", str(tmp_path), input="late\n")
    assert later.returncode == 0
    cli.env["CHAT_SERVER"] = away
    assert cli.texts(room) == ["early", "late"]
