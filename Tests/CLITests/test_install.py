"""`make install` puts everything where people and shells find it, and `make uninstall` takes it away."""

import json
import os
import shlex
import shutil
import subprocess

import pytest

from conftest import CLI, PATIENCE_SECONDS, ROOT, Terminal

PLACES = [
    "bin/chat-cli",
    "share/bash-completion/completions/chat-cli",
    "share/fish/vendor_completions.d/chat-cli.fish",
    "share/man/man1/chat-cli.1",
    "share/zsh/site-functions/_chat-cli",
]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """A place where the debug build, which is there already, was installed."""
    folder = tmp_path_factory.mktemp("prefix")
    make(folder, "install")
    return folder


def make(folder, target):
    if CLI != ROOT / ".build/debug/chat-cli":
        pytest.skip("another build is tested")
    env = os.environ | {"PREFIX": str(folder), "CONFIGURATION": "debug", "SKIP_BUILD": "1"}
    subprocess.run(["make", target], cwd=ROOT, env=env, check=True, capture_output=True, timeout=PATIENCE_SECONDS)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_everything_is_where_it_is_looked_for(prefix):
    assert files(prefix) == PLACES
    version = subprocess.run([prefix / "bin/chat-cli", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("chat-cli ")


def test_bash_completes_commands_and_options(prefix):
    script = f"""
        source {prefix}/share/bash-completion/completions/chat-cli
        COMP_WORDS=(chat-cli ta); COMP_CWORD=1; COMP_LINE='chat-cli ta'; COMP_POINT=11
        _chat-cli chat-cli ta chat-cli; echo "${{COMPREPLY[@]}}"
        COMPREPLY=(); COMP_WORDS=(chat-cli tail --si); COMP_CWORD=2; COMP_LINE='chat-cli tail --si'; COMP_POINT=18
        _chat-cli chat-cli --si tail; echo "${{COMPREPLY[@]}}"
    """
    env = os.environ | {"PATH": f"{prefix}/bin:{os.environ['PATH']}"}
    words = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=env, check=True).stdout.split()
    assert words == ["tail", "--since"]


@pytest.mark.parametrize(("shell", "place"), [("zsh", PLACES[4]), ("fish", PLACES[2])])
def test_the_other_shells_understand_their_scripts(prefix, tmp_path, shell, place):
    # Shells make folders in their user's home.
    subprocess.run([shell, "-n", prefix / place], check=True, env=os.environ | {"HOME": str(tmp_path)})


def test_the_manual_can_be_read_and_has_every_command_and_option(prefix):
    command = ["man", "--warnings", "-E", "utf8", "-l", prefix / PLACES[3]]
    env = os.environ | {"MANWIDTH": "200", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"}
    page = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    assert page.stderr == ""
    text = page.stdout
    for word in ("NAME", "SYNOPSIS", "tail", "verify", "--since", "--outbox", "config.json", "{time} {name}: {text}"):
        assert word in text, word
    assert "manual" not in [line.strip() for line in text.splitlines()], "a command for the installation only"


def test_what_was_installed_can_be_removed(prefix, tmp_path):
    make(tmp_path, "install")
    (tmp_path / "bin/other").write_text("not ours")
    make(tmp_path, "uninstall")
    assert files(tmp_path) == ["bin/other"]


def talked_in(home, room):
    """Leaves what a session leaves behind: how far a room was read."""
    folder = home / ".local/state/chat-cli/read"
    folder.mkdir(parents=True)
    marks = {"version": 1, "rooms": {room: {"epoch": "abcdefgh", "seq": 1}}}
    (folder / "ws___127.0.0.1_8080_ws").write_text(json.dumps(marks))


def test_fish_completes_commands_options_and_rooms(prefix):
    script = (
        f"source {prefix / PLACES[2]}; set -g fish_autosuggestion_enabled 0; set -g fish_greeting; "
        "function fish_prompt; echo 'here> '; end"
    )
    complete_in("fish", f"fish --no-config --private --init-command {shlex.quote(script)}", prefix)


def test_zsh_completes_commands_options_and_rooms(prefix):
    folder = (prefix / PLACES[4]).parent
    script = f"fpath=({folder} $fpath); autoload -Uz compinit && compinit -u -D; clear; echo rea''dy"
    complete_in("zsh", "env PS1='here> ' zsh -f", prefix, script)


def complete_in(shell, command, prefix, script=""):
    """Completes a command, an option and a room that was talked in, in a shell that is started with a command."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    window = Terminal()
    try:
        talked_in(window.home, "회의실")
        # What is completed is seen on the input line only: both shells complete nothing for a script.
        window.shell(f"clear; PATH={prefix}/bin:/usr/bin:/bin exec {command}")
        window.wait_for_input_line("here>")
        if script:
            window.shell(script)
            window.wait_for("ready")
        line = "here>"
        for typed, completed in [("chat-cli ta", "chat-cli tail"), ("--si", "--since"), ("1h 회", "1h 회의실")]:
            # Both put a blank behind what they complete.
            line += f" {completed}"
            window.type(typed)
            window.press("Tab")
            window.wait_for_input_line(line)
    finally:
        window.close()
