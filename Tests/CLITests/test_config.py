"""Settings from flags, environment and file, and the language."""

import json

import pytest

from conftest import CLI_, in_time


@pytest.fixture
def home(cli, tmp_path):
    """A home with a configuration file; gives what writes it."""
    cli.env["HOME"] = str(tmp_path)
    folder = tmp_path / ".config/chat-cli"
    folder.mkdir(parents=True)

    def write(**settings):
        (folder / "config.json").write_text(json.dumps(settings))
        return folder / "config.json"

    return write


def shown(cli, *arguments, **env):
    """What `config` shows: for each setting its value and who said it."""
    result = cli.run("config", *arguments, **env)
    assert result.returncode == 0, result.stderr
    rows = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_a_named_server_is_talked_to(cli, home, room):
    url = cli.env.pop("CHAT_SERVER")
    path = home(server="local", servers={"local": {"url": url, "name": "Kim"}, "work": {"url": "ws://127.0.0.1:1"}})
    assert cli.run("send", room, "hi").returncode == 0
    assert cli.run("history", room, "--format", "{name}", "--server", "local").stdout == "Kim\n"
    assert cli.run("send", room, "x", "--server", "work", "--timeout", "1").returncode == 69
    rows = shown(cli)
    assert rows["server"] == [url, f"{path}, server local"]
    assert rows["name"] == ["Kim", f"{path}, server local"]
    assert rows["bell"] == ["true", "default"]
    assert shown(cli, "--name", "Sam", CHAT_LANGUAGE="ko")["name"] == ["Sam", "명령줄"]
    assert shown(cli, CHAT_LANGUAGE="ko")["language"] == ["ko", "CHAT_LANGUAGE"]
    assert cli.run("config", "--path").stdout == f"{path}\n"


def test_a_setting_that_does_not_exist_is_named(cli, home):
    home(nmae="x")
    result = cli.run("rooms")
    assert result.returncode == 64 and '"nmae"' in result.stderr


def test_a_token_is_never_in_the_file_and_never_shown(cli, home):
    home(token="secret")
    assert "a token is in a file or comes from a command" in cli.run("config").stderr
    home()
    result = cli.run("config", CHAT_TOKEN="secret")
    assert "CHAT_TOKEN" in result.stdout and "secret" not in result.stdout


def test_a_token_comes_from_a_command_or_a_file(cli, home, room, tmp_path):
    home(**{"token-command": f"touch {tmp_path}/asked; echo token"})
    assert "touch" in cli.run("config").stdout and not (tmp_path / "asked").exists()
    assert cli.run("send", room, "x").returncode in (0, 77) and (tmp_path / "asked").exists()
    failed = cli.run("send", room, "x", "--token-command", "exit 3")
    assert failed.returncode == 64 and "token-command failed" in failed.stderr
    missing = cli.run("send", room, "x", "--token-file", f"{tmp_path}/none")
    assert missing.returncode == 64 and "none cannot be read" in missing.stderr


def test_a_file_that_was_asked_for_has_to_be_there(cli, tmp_path):
    assert cli.run("config", "--config", f"{tmp_path}/none.json").returncode == 64
    assert cli.run("config", CHAT_CLI_CONFIG=f"{tmp_path}/none.json").returncode == 64


@pytest.mark.parametrize(
    ("arguments", "env", "told"),
    [
        ([], {"LC_ALL": "ko_KR.UTF-8"}, "제시간에"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "ko_KR.UTF-8"}, "제시간에"),
        (["--language", "ko"], {}, "제시간에"),
        (["--language", "en"], {"LC_ALL": "ko_KR.UTF-8"}, "in time"),
        ([], {"LC_ALL": "de_DE.UTF-8"}, "in time"),
    ],
)
def test_people_are_told_in_their_language(cli, room, arguments, env, told):
    # Who was not even welcome at the end is told something else.
    result = in_time(
        lambda span: cli.run("tail", room, "--timeout", span, *arguments, **env),
        lambda result: result.returncode == 75,
        spans=("0.2", "2", "20"),
    )
    assert result.returncode == 75 and told in result.stderr


def test_an_unknown_language_is_refused(cli):
    assert cli.run("rooms", "--language", "xx").returncode == 64
    assert cli.run("rooms", CHAT_LANGUAGE="xx").returncode == 64


def test_a_server_is_not_asked_for_what_is_known(own_server):
    """`config` needs no server."""
    own_server.kill()
    assert CLI_(own_server).run("config").returncode == 0
