"""The terminal belongs to its user: job control, signals, what terminals send of themselves, and what they cannot do."""

import os
import shlex
import shutil
import signal
import subprocess

import pytest

from conftest import CLI, CLI_, PATIENCE_SECONDS, Terminal, wait_until

SHELLS = ["dash", "bash", "zsh"]


def need(*programs: str):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not here")


class Shell(Terminal):
    """A window with a shell of one's choice."""

    def __init__(self, shell: str, server):
        need(shell)
        super().__init__()
        start = {"dash": "dash", "bash": "bash --norc --noprofile", "zsh": "zsh -f"}[shell]
        self.shell(f"clear; exec env PS1='here> ' CHAT_SERVER={server.url} {start}")
        self.wait_for_input_line("here>")

    def raw(self) -> bool:
        return "-icanon" in self.mode()

    def wait_for_shell(self, mark: str) -> None:
        """The shell has the terminal, and answers: what is typed is for nobody else."""
        self.wait_for_input_line("here>")
        self.shell(f"echo {mark}-$((40 + 2))")
        self.wait_for(f"{mark}-42")


@pytest.fixture(params=SHELLS)
def window(request, shared_server):
    window = Shell(request.param, shared_server)
    yield window
    window.close()


def join(window, room: str, prefix: str = "", *arguments: str) -> None:
    window.shell(f"{prefix} {CLI} join {room} --name Mina {shlex.join(arguments)}".strip())
    window.wait_for("1 here (Mina)")
    window.wait_for_input_line(f"{room}>")


@pytest.mark.parametrize("behind", ["itself", "a script"])
def test_ctrl_z_stops_the_whole_job_and_fg_brings_the_line_back(window, cli, room, behind):
    prefix = ""
    if behind == "a script":
        script = window.home / "chat"
        script.write_text('#!/bin/sh\n"$@"\n')
        script.chmod(0o755)
        prefix = str(script)
    join(window, room, prefix)
    window.type("half a thou")
    window.wait_for_input_line(f"{room}> half a thou")
    window.press("C-z")
    window.wait_for_shell("stopped")
    window.shell("fg")
    window.wait_for_input_line(f"{room}> half a thou")
    window.type("ght")
    window.press("Enter")
    window.wait_for("Mina: half a thought")
    assert cli.texts(room) == ["half a thought"]
    window.shell("/quit")
    window.wait_for_shell("left")


def test_in_the_background_it_waits_and_shows_later_what_came(window, cli, room):
    join(window, room)
    window.type("half a line")
    window.wait_for_input_line(f"{room}> half a line")
    window.press("C-z")
    window.wait_for_shell("stopped")
    window.shell("bg")
    window.wait_for_shell("background")
    cli.run("send", room, "meanwhile", "--name", "Jun")
    window.wait_for_shell("still-mine")
    assert "Jun: meanwhile" not in window.text()
    window.shell("fg")
    window.wait_for("Jun: meanwhile")
    window.wait_for_input_line(f"{room}> half a line")
    assert window.raw()
    window.press("C-c")
    window.shell("/quit")
    window.wait_for_shell("left")
    assert cli.texts(room) == ["meanwhile"]


def test_started_in_the_background_it_waits_for_the_terminal(window, room):
    window.shell(f"{CLI} join {room} --name Mina &")
    window.wait_for_shell("mine")
    assert "1 here" not in window.text()
    window.shell("fg")
    window.wait_for("1 here (Mina)")
    window.wait_for_input_line(f"{room}>")
    window.shell("/quit")
    window.wait_for_shell("left")


def test_a_stop_from_outside_puts_the_terminal_back_too(window, room):
    join(window, room)
    os.kill(window.program(), signal.SIGTSTP)
    window.wait_for_shell("stopped")
    window.shell("fg")
    window.wait_for_input_line(f"{room}>")
    window.shell("/quit")
    window.wait_for_shell("left")


@pytest.mark.parametrize("how", ["setsid --wait unshare --pid --fork --mount-proc", "script -qc", "expect -c", "setsid --wait"])
def test_where_nobody_can_stop_it_ctrl_z_changes_nothing(shared_server, cli, room, how):
    """As process 1 of a container, and where no shell looks after the process group."""
    need(how.split()[0])
    if "unshare" in how and subprocess.run([*how.split(), "true"], capture_output=True).returncode != 0:
        pytest.skip("no namespaces here")
    window = Shell("bash", shared_server)
    try:
        command = f"{CLI} join {room} --name Mina"
        line = {
            "script -qc": f"script -qc '{command}' /dev/null",
            "expect -c": f"expect -c 'spawn -noecho {command}; interact'",
        }.get(how, f"{how} {command}")
        window.shell(line)
        window.wait_for("1 here (Mina)")
        window.wait_for_input_line(f"{room}>")
        window.type("one")
        window.press("C-z")
        window.wait_for_input_line(f"{room}> one")
        window.type(" line")
        window.wait_for_input_line(f"{room}> one line")
        assert window.raw()
        window.press("Enter")
        window.wait_for("Mina: one line")
        assert cli.texts(room) == ["one line"]
        window.shell("/quit")
        window.wait_for_shell("left")
    finally:
        window.close()


@pytest.mark.parametrize(
    "sent",
    ["\x1b[<0;10;5M", "\x1b[M !!", "\x1b]11;rgb:1e1e/1e1e/2e2e\x07", "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1b[24;80R"],
    ids=["mouse", "old-mouse", "colour", "colour-st", "place"],
)
def test_what_a_terminal_sends_of_itself_is_never_said(terminal, shared_server, cli, room, sent):
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for_input_line(f"{room}>")
    terminal.type("half" + sent + " whole")
    terminal.wait_for_input_line(f"{room}> half whole")
    terminal.press("Enter")
    terminal.wait_for("Mina: half whole")
    assert cli.texts(room) == ["half whole"]


@pytest.mark.parametrize("term", ["TERM=dumb", "-u TERM"])
def test_a_terminal_without_a_screen_has_lines_and_commands(shared_server, cli, room, term):
    window = Shell("bash", shared_server)
    try:
        recording = window.record()
        window.shell(f"env {term} {CLI} join {room} --name Mina; echo status=$?")
        window.wait_for("1 here (Mina)")
        window.shell("hello")
        window.wait_for("Mina: hello")
        window.shell("/msg jun a secret")
        window.wait_for("no such command: /msg")
        window.shell("/who")
        window.wait_for("1 here: Mina")
        window.shell("/quit")
        window.wait_for("status=0")
        window.shell(f"env {term} {CLI} tail {room} --history 1 --count 1; echo done=$?")
        window.wait_for("done=0")
        wait_until(lambda: b"done=0" in recording.read_bytes(), what="the recording")
        # What bash itself writes around its input lines aside (bracketed paste).
        shown = recording.read_bytes().replace(b"\x1b[?2004h", b"").replace(b"\x1b[?2004l", b"")
        assert b"\x1b" not in shown
        assert cli.texts(room) == ["hello"]
    finally:
        window.close()


# ---- Progress


def test_progress_is_shown_in_the_foreground_alone(shared_server, cli, room):
    """The line that could be written over is the shell's while the program is in the background."""
    window = Shell("bash", shared_server)
    try:
        recording = window.record()
        work = f"{CLI} verify --clients 2 --rooms 1 --duration 5 > /dev/null"
        window.shell(f"{work} & wait; echo background=$?")
        window.wait_for("background=0")
        wait_until(lambda: b"background=0" in recording.read_bytes(), what="the recording")
        shown = recording.read_bytes()
        assert b"talking" not in shown and b"\r\x1b[K" not in shown.split(b"background=0")[0].split(b"wait; echo")[-1]
        window.shell(f"{work}; echo foreground=$?")
        window.wait_for("foreground=0")
        wait_until(lambda: b"foreground=0" in recording.read_bytes(), what="the recording")
        assert b"talking" in recording.read_bytes()
    finally:
        window.close()


# ---- Signals


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_is_ignored_stays_ignored(cli, room, number):
    """`nohup` ignores SIGHUP; a shell without job control ignores SIGINT for what it puts in the background."""
    tail = subprocess.Popen(
        [CLI, "tail", room],
        env=cli.env,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    )
    try:
        wait_until(lambda: cli.run("members", room).stdout, what="the reader")
        tail.send_signal(number)
        cli.run("send", room, "after the signal")
        assert "after the signal" in tail.stdout.readline()
        assert tail.poll() is None
    finally:
        tail.kill()
        tail.wait()
        tail.stdout.close()


def test_nohup_outlives_the_terminal(shared_server, cli, room):
    need("nohup")
    window = Shell("bash", shared_server)
    out = window.home / "out"
    window.shell(f"nohup {CLI} tail {room} > {out} 2>/dev/null & echo pid=$!-")
    window.wait_for("pid=")
    wait_until(lambda: "pid=" in window.text().split("echo pid=$!-")[-1], what="the process id")
    pid = int(window.text().split("echo pid=$!-")[-1].split("pid=")[1].split("-")[0])
    try:
        wait_until(lambda: cli.run("members", room).stdout, what="the reader")
        window.tmux("kill-window")
        cli.run("send", room, "still here")
        wait_until(lambda: "still here" in out.read_text(), what="the message")
    finally:
        os.kill(pid, signal.SIGKILL)
        window.close()


def test_a_reader_that_stands_still_does_not_hold_the_end_up(cli, room):
    cli.run("send", room, input="\n".join("x" * 4000 for _ in range(40)))
    read, write = os.pipe()
    tail = subprocess.Popen([CLI, "tail", room, "--history", "40"], env=cli.env, stdout=write)
    os.close(write)
    try:
        # It has begun to write, and 160 kB do not fit into a pipe.
        os.read(read, 1)
        tail.send_signal(signal.SIGTERM)
        assert tail.wait(timeout=PATIENCE_SECONDS) == 143
    finally:
        tail.kill()
        tail.wait()
        os.close(read)


def test_a_signal_in_the_first_moments_leaves_no_raw_terminal(shared_server, room):
    """Whenever it comes: before the terminal was changed, or behind that."""
    # Not one that edits lines: it would be raw itself.
    window = Shell("dash", shared_server)
    try:
        for number in range(1, 10):
            window.shell(f"clear; timeout --foreground 0.0{number} {CLI} join {room}; echo end-$((number + {number}))")
            window.wait_for(f"end-{number}")
            window.wait_for_input_line("here>")
            assert not window.raw()
    finally:
        window.close()


# ---- Others see


def test_a_message_that_was_typed_at_once_is_not_typed_any_more(terminal, shared_server, cli, room):
    """Text and Enter in one read: nobody is told of typing behind the message."""
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for_input_line(f"{room}>")
    window = Terminal()
    try:
        window.join(shared_server, room, "--name", "Jun")
        window.wait_for("2 here")
        for number in range(5):
            terminal.type(f"message {number}\r")
            window.wait_for(f"Mina: message {number}")
            assert "Mina is typing" not in window.text()
        # What was told before this message has come.
        cli.run("send", room, "the end", "--name", "Sam")
        window.wait_for("Sam: the end")
        assert "Mina is typing" not in window.text()
    finally:
        window.close()
