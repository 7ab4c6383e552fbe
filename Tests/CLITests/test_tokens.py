"""Tokens: made by `chat-cli token`, brought to a server that requires them, renewed, refused; with a sentence and a status for each."""

import json
import os
import stat

import pytest

from conftest import CLI, CLI_, PATIENCE_SECONDS, Server, Terminal, in_time, wait_until


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "token.key"
    made = CLI_.__new__(CLI_)
    made.env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    assert made.run("token", "--new-key", str(path)).returncode == 0
    return path


@pytest.fixture(scope="module")
def server(key):
    server = Server(0, "--token-key", str(key))
    yield server
    server.kill()


@pytest.fixture
def cli(server):
    return CLI_(server)


def token(cli, key, *claims, sub="mina", room="*=read,write"):
    made = cli.run("token", "--key", str(key), "--sub", sub, "--room", room, *claims)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_a_new_key_is_for_its_owner_alone_and_replaces_nothing(cli, key):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    again = cli.run("token", "--new-key", str(key))
    assert again.returncode == 73 and str(key) in again.stderr


@pytest.mark.parametrize("arguments", [
    ["token"], ["token", "--key", "/none"], ["token", "--key", "/none", "--sub", "mina", "--room", "x"],
    ["token", "--key", "/none", "--sub", "mina", "--room", "x=fly"], ["token", "--key", "/none", "--sub", "mina", "--expires", "soon"],
])
def test_a_token_that_cannot_be_is_refused_here(cli, arguments):
    assert cli.run(*arguments).returncode == 64


@pytest.mark.parametrize("source", ["environment", "file", "command"])
def test_a_token_opens_a_server_that_wants_one(cli, key, room, source, tmp_path):
    made = token(cli, key, "--name", "Mina")
    file = tmp_path / "token"
    file.write_text(made + "\n")
    file.chmod(0o600)
    arguments = {"environment": [], "file": ["--token-file", str(file)], "command": ["--token-command", f"cat {file}"]}[source]
    env = {"CHAT_TOKEN": made} if source == "environment" else {}
    sent = cli.run("send", room, "hello", *arguments, **env)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert cli.run("history", room, "--json", *arguments, **env).stdout.count('"name":"Mina"') == 1
    # The list may be a second old.
    wait_until(lambda: room in cli.run("rooms", *arguments, **env).stdout, what="the room in the list")


def test_a_file_that_everybody_can_read_is_used_and_told(cli, key, room, tmp_path):
    file = tmp_path / "token"
    file.write_text(token(cli, key))
    file.chmod(0o644)
    sent = cli.run("send", room, "hello", "--token-file", str(file))
    assert sent.returncode == 0 and "every user of this machine can read" in sent.stderr


@pytest.mark.parametrize("language, words", [("en", "demands a token"), ("ko", "서버가 토큰을 요구합니다")])
def test_no_token(cli, room, language, words):
    sent = cli.run("send", room, "x", "--language", language)
    assert sent.returncode == 80 and words in sent.stderr


@pytest.mark.parametrize("language, words", [("en", "does not accept this token"), ("ko", "이 토큰을 받아들이지 않습니다")])
def test_a_foreign_token(cli, room, tmp_path, language, words):
    other = tmp_path / "other.key"
    assert cli.run("token", "--new-key", str(other)).returncode == 0
    sent = cli.run("send", room, "x", "--language", language, CHAT_TOKEN=token(cli, other))
    assert sent.returncode == 81 and words in sent.stderr
    assert token(cli, other) not in sent.stderr


@pytest.mark.parametrize("language, words", [("en", "the token has expired"), ("ko", "토큰이 만료되었습니다")])
def test_an_expired_token(cli, key, room, language, words):
    made = token(cli, key, "--expires", "0s")
    sent = cli.run("send", room, "x", "--language", language, CHAT_TOKEN=made)
    assert sent.returncode == 82 and words in sent.stderr


@pytest.mark.parametrize("language, words", [("en", ""), ("ko", "허용되지 않은 일입니다")])
def test_a_room_that_the_token_does_not_allow(cli, key, room, language, words):
    sent = cli.run("send", room, "x", "--language", language, CHAT_TOKEN=token(cli, key, room="other-*=read,write"))
    assert sent.returncode == 77 and words in sent.stderr
    sent = cli.run("send", room, "x", "--language", language, CHAT_TOKEN=token(cli, key, room="*=read"))
    assert sent.returncode == 77 and words in sent.stderr


def test_who_may_not_read_the_past_cannot_begin_there(cli, key, room):
    ended = cli.run("tail", room, "--since", "10m", CHAT_TOKEN=token(cli, key, room="*=live,write"))
    assert (ended.returncode, ended.stderr) == (77, f"chat-cli: your token does not allow history in {room}\n")


def test_a_token_is_renewed_while_somebody_talks(cli, key, room, tmp_path):
    """The command gives tokens of fifteen seconds, renewed some seconds before their end; the connection stays, and no line is lost."""
    asked = tmp_path / "asked"
    command = f"echo x >> {asked}; {CLI} token --key {key} --sub mina --room '*=read,write' --expires 15s"
    tail = cli.start("tail", room, "--count", "1", "--token-command", command, stdout=-1, stderr=-1)
    try:
        wait_until(lambda: asked.exists() and len(asked.read_text().split()) >= 3, what="the third token")
        assert cli.run("send", room, "still here", CHAT_TOKEN=token(cli, key, sub="jun")).returncode == 0
        out, err = tail.communicate(timeout=PATIENCE_SECONDS)
    finally:
        tail.kill()
    assert "still here" in out and err == ""


def test_a_token_that_runs_out_while_somebody_talks_is_told(cli, key, room, terminal, server):
    made = token(cli, key, "--expires", "3s")
    terminal.shell(f"export CHAT_TOKEN={made}")
    terminal.join(server, room)
    terminal.wait_for("the token has expired")
    terminal.wait_for("status=82")

# ---- Moderation, as people in two terminals see it


@pytest.fixture
def second():
    window = Terminal()
    yield window
    window.close()


def meet(moderator: str, jun: str, terminal, second, server, room, language) -> None:
    """Somebody who moderates and Jun, who reads that language, are in a room, each with their token."""
    terminal.shell(f"export CHAT_TOKEN={moderator}")
    second.shell(f"export CHAT_TOKEN={jun}")
    terminal.join(server, room)
    terminal.wait_for("1 here")
    second.join(server, room, "--language", language)
    terminal.wait_for("Jun joined")


def await_an_answer(second) -> None:
    """Another event loop than Mina's may have Jun's connection: once it has answered him, it knows what she was told before."""
    second.shell("/who")
    wait_until(lambda: "2 here: " in second.text() or "2명: " in second.text(), what="the list of those who are here")


@pytest.mark.parametrize("language, muted, freed, removed, banned, refused", [
    ("en", "you are muted until", "Jun may speak in", "a moderator removed you: rude", "you are banned until", "you are banned until"),
    ("ko", "까지 이 방에서 말할 수 없습니다", "Jun may speak in", "관리자가 내보냈습니다: rude", "까지 들어올 수 없습니다", "까지 들어올 수 없습니다"),
])
def test_muted_unmuted_kicked_and_banned(cli, key, room, terminal, second, server, language, muted, freed, removed, banned, refused):
    jun = token(cli, key, "--name", "Jun", sub="jun")
    mina = token(cli, key, "--name", "Mina", room="*=read,write,moderate")
    meet(mina, jun, terminal, second, server, room, language)

    terminal.shell("/mute Jun 10m calm down")
    terminal.wait_for("Jun is muted in")
    await_an_answer(second)
    second.shell("hello?")
    second.wait_for(muted)
    sent = in_time(
        lambda span: cli.run("send", room, "x", "--timeout", span, "--language", language, CHAT_TOKEN=jun),
        lambda sent: sent.returncode == 83,
    )
    assert sent.returncode == 83 and muted in sent.stderr and "calm down" in sent.stderr
    terminal.shell("/unmute Jun")
    terminal.wait_for(freed)
    # The line that waited goes out by itself.
    terminal.wait_for("Jun: hello?")

    terminal.shell("/kick Jun rude")
    terminal.wait_for("Jun was removed from")
    second.wait_for(removed)

    terminal.shell("/ban Jun 1d spam")
    terminal.wait_for("Jun is banned from")
    second.shell(f"/join {room}")
    second.wait_for(banned)
    sent = cli.run("send", room, "x", "--language", language, CHAT_TOKEN=jun)
    assert sent.returncode == 85 and refused in sent.stderr
    terminal.shell("/help")
    terminal.wait_for("/slow <10s|off>")


@pytest.mark.parametrize("language, deleted, told, already, missing, refused", [
    ("en", "message {} was deleted: Jun: {}", "Mina deleted a message", "message 1 is deleted already", "there is no message 99", "does not allow moderate"),
    ("ko", "{}번 메시지를 삭제했습니다: Jun: {}", "Mina 님이 메시지를 삭제했습니다", "1번은 이미 삭제된 메시지입니다", "99번 메시지가 없습니다", "허용되지 않은 일입니다"),
])
def test_a_message_is_deleted_by_its_number_or_by_who_wrote_it(cli, key, room, terminal, second, server, language, deleted, told, already, missing, refused):
    jun = token(cli, key, "--name", "Jun", sub="jun")
    for text in ("an advert", "a second one", "hello"):
        assert cli.run("send", room, text, CHAT_TOKEN=jun).returncode == 0
    terminal.shell(f"export CHAT_TOKEN={token(cli, key, '--name', 'Mina', room='*=read,write,moderate')}")
    second.shell(f"export CHAT_TOKEN={jun}")
    terminal.join(server, room, "--language", language)
    terminal.wait_for("Jun: hello")
    second.join(server, room, "--language", language)
    second.wait_for("Jun: hello")

    terminal.shell("/delete")
    for line in ("[1] Jun: an advert", "[2] Jun: a second one", "[3] Jun: hello"):
        terminal.wait_for(line)
    terminal.type("/dele")
    terminal.press("Tab")
    terminal.wait_for_input_line(f"{room}> /delete")
    terminal.shell("1 spam")
    terminal.wait_for(deleted.format(1, "an advert"))
    second.wait_for(told)
    terminal.shell("/delete jun")
    terminal.wait_for(deleted.format(3, "hello"))
    terminal.shell("/search second")
    terminal.wait_for("[2] Jun: a second one")
    terminal.shell("/delete 1")
    terminal.wait_for(already)
    terminal.shell("/delete 99")
    terminal.wait_for(missing)

    second.shell("/delete 2")
    second.wait_for(refused)
    lines = [json.loads(line) for line in cli.run("history", room, "--json", CHAT_TOKEN=jun).stdout.splitlines()]
    assert [(line["seq"], line["kind"]) for line in lines] == [(1, "deleted"), (2, "text"), (3, "deleted"), (4, "deletion"), (5, "deletion")]
    assert "advert" not in json.dumps(lines) and "hello" not in json.dumps(lines)


def test_who_does_not_moderate_is_refused_and_sees_no_such_commands(cli, key, room, terminal, server):
    terminal.shell(f"export CHAT_TOKEN={token(cli, key, '--name', 'Jun', sub='jun')}")
    terminal.join(server, room)
    terminal.wait_for("1 here")
    terminal.shell("/slow 10s")
    terminal.wait_for("does not allow moderate")
    terminal.shell("/help")
    terminal.wait_for("/quit")
    assert "/kick" not in terminal.text()


@pytest.mark.parametrize("language, closed, word", [("en", "the room is closed", ""), ("ko", "닫힌 대화방입니다", "")])
def test_a_closed_room_and_slow_mode(cli, key, room, terminal, server, language, closed, word):
    jun = token(cli, key, "--name", "Jun", sub="jun")
    terminal.shell(f"export CHAT_TOKEN={token(cli, key, '--name', 'Mina', room='*=read,write,moderate')}")
    terminal.join(server, room)
    terminal.wait_for("1 here")
    terminal.shell("/slow 1h")
    terminal.wait_for("the pace was set")
    assert cli.run("send", room, "one", CHAT_TOKEN=jun).returncode == 0
    sent = in_time(
        lambda span: cli.run("send", room, "two", "--timeout", span, "--language", language, CHAT_TOKEN=jun),
        lambda sent: sent.returncode == 88,
    )
    assert sent.returncode == 88, sent.stderr
    terminal.shell("/close 1h tidying up")
    terminal.wait_for("the room is closed")
    sent = cli.run("send", room, "three", "--language", language, CHAT_TOKEN=jun)
    assert sent.returncode == 86 and closed in sent.stderr and "tidying up" in sent.stderr


@pytest.mark.parametrize("language, unsent, banned", [
    ("en", "not sent: hello?", "you are banned"), ("ko", "보내지 못했습니다: hello?", "이 방에서 차단되었습니다"),
])
def test_why_a_room_is_lost_is_told_once_and_not_with_each_line_that_waits_in_it(cli, key, room, terminal, second, server, language, unsent, banned):
    mina = token(cli, key, "--name", "Mina", room="*=read,write,moderate")
    meet(mina, token(cli, key, "--name", "Jun", sub="jun"), terminal, second, server, room, language)
    terminal.shell("/mute Jun 10m calm down")
    terminal.wait_for("Jun is muted in")
    await_an_answer(second)
    second.shell("hello?")
    second.wait_for("calm down")
    terminal.shell("/ban Jun advertising")
    second.wait_for(f"{banned}: advertising")
    second.wait_for(unsent)
    assert second.text().count("advertising") == 1, second.text()
