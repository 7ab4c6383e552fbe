"""`chat-cli admin`: moderates two nodes on one Redis, and what it decides outlives both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request

import pytest
from conftest import CLI_, PATIENCE_SECONDS, SERVER, Server, free_port, wait_until

KEY = "an-admin-key-for-tests"


class Redis:
    """A Redis of a test's own, which writes everything to disk."""

    def __init__(self, folder):
        self.port = free_port()
        self.folder = folder
        self.start()

    def start(self) -> None:
        arguments = ["--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder, "--save", ""]
        arguments += ["--appendonly", "yes", "--appendfsync", "always"]
        self.process = subprocess.Popen(
            ["redis-server", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for line in self.process.stdout:
            if "Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "admin-key"
    path.write_text(KEY + "\n")
    return str(path)


@pytest.fixture
def redis(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    server = Redis(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def nodes(redis, key_file):
    servers = [Server(0, "--redis", redis.url, "--admin-key-file", key_file, "--unlimited") for _ in range(2)]
    yield servers
    for server in servers:
        server.kill()


def get(server: Server, path: str):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        return json.load(answer)


def members(server: Server, room: str) -> list[dict]:
    return get(server, f"/api/rooms/{room}/members")["members"]


def admin(server: Server, *arguments: str, **env: str):
    return CLI_(server).run("admin", *arguments, **({"CHAT_ADMIN_KEY": KEY} | env))


def await_ruling(server: Server, words: str) -> None:
    """A node learns from Redis what was decided, by another one or by itself."""
    wait_until(lambda: words in admin(server, "rulings").stdout, what=f"{words!r} among the rulings")


def await_no_ruling(server: Server, words: str) -> None:
    """It learns in the same way that something does not hold any more."""

    def is_gone() -> bool:
        listed = admin(server, "rulings")
        return listed.returncode == 0 and words not in listed.stdout

    wait_until(is_gone, what=f"no {words!r} among the rulings")


def test_a_ban_on_one_node_takes_a_user_of_the_other_out_of_the_room(nodes, room):
    first, second = nodes
    person = CLI_(second).start("tail", room, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        (user,) = wait_until(lambda: members(first, room), what="the member")
        banned = admin(first, "ban", user["id"], "--room", room, "--for", "1h", "--reason", "광고", "--no-address")
        assert banned.returncode == 0 and f"{user['id']} is banned from {room}" in banned.stderr, banned.stderr
        wait_until(lambda: not members(first, room), what="the empty room")
        listed = admin(second, "rulings").stdout
        assert user["id"] in listed and "광고" in listed
        assert "음소거" not in listed and "차단" in admin(second, "rulings", LC_ALL="ko_KR.UTF-8").stdout
        lifted = admin(second, "unban", user["id"], "--room", room)
        assert lifted.returncode == 0 and "lifted" in lifted.stderr
        await_no_ruling(first, user["id"])
        again = admin(first, "unban", user["id"], "--room", room)
        assert again.returncode == 1 and "nothing of this kind holds" in again.stderr
        log = admin(first, "log").stdout.splitlines()
        assert [line.split("\t")[2].split()[0] for line in log] == ["ban", "unban"]
        assert log[0].endswith("\t광고")
    finally:
        person.kill()
        person.communicate()


def test_what_was_decided_outlives_redis_and_both_nodes(nodes, redis, room):
    first, second = nodes
    assert admin(first, "close", room, "--reason", "maintenance").returncode == 0
    wait_until(lambda: CLI_(second).run("send", room, "hi").returncode == 86, what="the refusal")
    for server in nodes:
        server.kill()
    redis.kill()
    redis.start()
    for server in nodes:
        server.start()
    await_ruling(second, f"{room} is closed: maintenance")
    refused = CLI_(first).run("send", room, "hi")
    assert refused.returncode == 86, refused.stderr
    assert admin(second, "open", room).returncode == 0
    wait_until(lambda: CLI_(first).run("send", room, "hi").returncode == 0, what="the open room")


@pytest.mark.parametrize("locale, words", [("C.UTF-8", "the room is closed"), ("ko_KR.UTF-8", "닫힌 대화방입니다")])
def test_why_a_room_is_refused_is_told_once(nodes, room, locale, words):
    server = nodes[0]
    assert admin(server, "close", room, "--reason", "maintenance").returncode == 0
    await_ruling(server, f"{room} is closed")
    told = f"chat-cli: {room}: {words}: maintenance\n"
    for arguments, input in [(("send", room, "x"), None), (("send", room), "a\nb\n"), (("tail", room), None), (("join", room), "a\nb\n")]:
        ended = CLI_(server).run(*arguments, input=input, LC_ALL=locale)
        assert (ended.returncode, ended.stderr) == (86, told), arguments


@pytest.mark.parametrize("command", ["send", "tail", "join"])
def test_whoever_loses_the_room_is_told_once_and_ends(nodes, room, command):
    server = nodes[0]
    person = CLI_(server).start(command, room, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: members(server, room), what="the member")
        assert admin(server, "close", room, "--reason", "maintenance").returncode == 0
        # The input stays open: nothing but the loss ends it.
        assert person.wait(PATIENCE_SECONDS) == 86
        assert person.stderr.read() == f"chat-cli: {room}: the room is closed: maintenance\n"
    finally:
        person.kill()
        person.communicate()


def test_a_cleared_room_has_no_message_left_on_any_node(nodes, redis, room):
    first, second = nodes
    assert CLI_(first).run("send", room, "a secret").returncode == 0
    assert CLI_(second).texts(room) == ["a secret"]
    cleared = admin(second, "clear", room)
    assert cleared.returncode == 0 and f"{room} is empty now" in cleared.stderr
    assert CLI_(first).texts(room) == [] == CLI_(second).texts(room)
    dump = subprocess.run(
        ["redis-cli", "-p", str(redis.port), "EXISTS", f"chat:{{{room}}}:log"], capture_output=True, text=True
    )
    assert dump.stdout.strip() == "0"


def test_a_room_is_slow_and_does_not_take_all_words(nodes, room):
    first, second = nodes
    assert admin(first, "words", room, "바보").returncode == 0
    wait_until(lambda: CLI_(second).run("send", room, "이 바보야").returncode == 87, what="the refusal")
    assert admin(first, "words", room).returncode == 0
    assert admin(first, "slow", room, "3600").returncode == 0
    assert admin(first, "slow", room, "0").returncode == 0
    await_no_ruling(first, room)
    assert admin(first, "slow", room, "0").returncode == 1


def test_a_name_is_reserved(nodes, room):
    first, second = nodes
    reserved = admin(first, "reserve", "Admin", "--subject", "boss@example.com", "--for", "2h")
    assert reserved.returncode == 0 and "the name Admin belongs to t" in reserved.stderr
    await_ruling(second, "the name Admin belongs to t")
    assert "reserve Admin for t" in admin(second, "log").stdout

    def is_guest():
        sent = CLI_(second).run("send", room, "it is me", "--name", "\u0410dmin")
        assert sent.returncode == 0
        return "another user's" in sent.stderr

    wait_until(is_guest, what="the other node to know it")
    assert CLI_(first).run("history", room, "--limit", "1").stdout.split("guest-")[1:]
    korean = admin(first, "unreserve", "ADMIN", LC_ALL="ko_KR.UTF-8")
    assert korean.returncode == 0 and "의 이름" in korean.stderr
    await_no_ruling(first, "the name Admin")
    assert admin(first, "unreserve", "Admin").returncode == 1
    assert admin(first, "reserve", "Admin").returncode == 64


def test_the_key_is_needed_and_never_shown(nodes, key_file):
    server = nodes[0]
    none = CLI_(server).run("admin", "rulings")
    assert none.returncode == 80 and "--admin-key-file" in none.stderr
    wrong = admin(server, "rulings", CHAT_ADMIN_KEY="another-key-that-is-wrong")
    assert wrong.returncode == 81 and "another-key" not in wrong.stderr
    korean = admin(server, "rulings", CHAT_ADMIN_KEY="another-key-that-is-wrong", LC_ALL="ko_KR.UTF-8")
    assert korean.returncode == 81 and "키" in korean.stderr
    assert CLI_(server).run("admin", "rulings", "--admin-key-file", key_file).returncode == 0
    for arguments in [("ban",), ("slow", "room", "3601"), ("ban", "u1", "--for", "soon"), ("revoke",)]:
        assert admin(server, *arguments).returncode == 64


@pytest.mark.parametrize(
    "name, complaint",
    [("damaged", "is damaged"), ("pipe", "is a pipe"), ("no-folder/file", "No such file or directory")],
)
def test_a_moderation_file_that_cannot_be_used_is_an_error_at_the_start(tmp_path, name, complaint):
    (tmp_path / "damaged").write_text("{")
    os.mkfifo(tmp_path / "pipe")
    ended = subprocess.run(
        [SERVER, "--port", "0", "--moderation-file", tmp_path / name],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 73 and complaint in ended.stderr
