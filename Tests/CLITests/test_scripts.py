"""`chat-cli` without a terminal: pipes, exit codes, and what goes where."""

import contextlib
import json
import re
import socket
import ssl
import subprocess
import threading
import unicodedata
from urllib.parse import urlsplit

import pytest

from conftest import CLI, CLI_, PATIENCE_SECONDS, free_port, in_time, wait_until


@contextlib.contextmanager
def tls_in_front_of(url: str, certificate, key):
    """Takes encrypted connections on a free port, whose number it gives, and passes them on in the clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    target = (urlsplit(url).hostname, urlsplit(url).port)
    listener = socket.create_server(("127.0.0.1", 0))

    def copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with contextlib.suppress(OSError):
                    secure = context.wrap_socket(plain, server_side=True)
                    behind = socket.create_connection(target)
                    threading.Thread(target=copy, args=(secure, behind), daemon=True).start()
                    threading.Thread(target=copy, args=(behind, secure), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Closing alone would not wake `accept`.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


KOREAN = "안녕하세요 👋🏽👨‍👩‍👧"


def test_a_message_is_sent_and_found_in_the_history(cli, room):
    sent = cli.run("send", room, KOREAN, "--name", "민아")
    assert (sent.returncode, sent.stdout, sent.stderr) == (0, "", "")
    history = cli.run("history", room)
    assert history.returncode == 0
    assert history.stdout.endswith(f" 민아: {KOREAN}\n")


def test_a_room_may_have_a_korean_name(cli):
    assert cli.run("send", "래블업", "hi").returncode == 0
    assert cli.run("history", "#래블업", "--limit", "1").stdout.endswith(": hi\n")


def test_every_line_of_the_input_is_one_message_in_order(cli, room):
    lines = [f"line {number}" for number in range(15)]
    assert cli.run("send", room, input="\n".join(lines)).returncode == 0
    history = cli.run("history", room, "--json")
    assert [json.loads(line)["text"] for line in history.stdout.splitlines()] == lines


def test_more_than_the_rate_limit_allows_is_sent_all_the_same_and_in_order(cli, room):
    lines = [str(number) for number in range(30)]
    assert cli.run("send", room, input="\n".join(lines)).returncode == 0
    history = cli.run("history", room, "--json")
    assert [json.loads(line)["text"] for line in history.stdout.splitlines()] == lines


def test_the_whole_input_can_be_one_message(cli, room):
    assert cli.run("send", room, "--whole", input="one\n  two\n").returncode == 0
    (message,) = cli.run("history", room, "--json").stdout.splitlines()
    assert json.loads(message)["text"] == "one\n  two"


def test_tail_prints_the_past_and_what_comes_and_ends_by_count(cli, room):
    cli.run("send", room, "past", "--name", "Mina")
    tail = cli.start("tail", room, "--history", "1", "--count", "2", stdout=subprocess.PIPE)
    assert tail.stdout.readline() == "Mina: past\n"
    cli.run("send", room, "waves", "--action", "--name", "Jun")
    assert tail.stdout.readline() == "* Jun waves\n"
    assert tail.wait(PATIENCE_SECONDS) == 0


def test_tail_ends_quietly_when_nobody_reads(cli, room):
    cli.run("send", room, "first")
    tail = cli.start("tail", room, "--history", "5", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tail.stdout.readline()
    tail.stdout.close()
    assert tail.wait(PATIENCE_SECONDS) == 0
    assert tail.stderr.read() == ""


def test_members_are_listed(cli, room):
    with cli.start("join", room, "--name", "Jun", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as member:
        wait_until(lambda: cli.run("members", room).stdout == "Jun\n")
        member.stdin.close()
        assert member.wait(PATIENCE_SECONDS) == 0


def test_join_without_a_terminal_sends_lines_and_prints_messages(cli, room):
    talk = cli.run("join", room, "--name", "Jun", input=f"{KOREAN}\nbye\n")
    assert talk.returncode == 0
    assert talk.stdout == f"Jun: {KOREAN}\nJun: bye\n"
    assert talk.stderr == ""


def test_what_would_steer_a_terminal_is_taken_out(cli, room):
    cli.run("send", room, "a\u202eb\u2066c")
    assert cli.run("history", room).stdout.endswith(": abc\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["send"], 64),
        (["send", "no/room", "x"], 64),
        (["dance"], 64),
        (["bench", "--rate", "1e-300"], 64),
        (["tail", "lobby", "--history", "-1"], 64),
        (["send", "lobby", "x", "--server", "ftp://x"], 64),
        (["send", "lobby", "a" * 9000], 65),
        (["send", "lobby", ""], 65),
        (["send", "lobby", " ", "\n"], 65),
    ],
)
def test_exit_codes_tell_what_went_wrong(cli, arguments, status):
    result = cli.run(*arguments)
    assert result.returncode == status
    assert result.stdout == ""
    assert result.stderr != ""


def test_an_exit_code_tells_that_the_time_is_up(cli, room):
    result = in_time(
        lambda span: cli.run("tail", room, "--timeout", span),
        lambda result: result.returncode == 75,
        spans=("0.5", "5", "50"),
    )
    assert result.returncode == 75
    assert result.stdout == ""
    assert result.stderr != ""


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "1e300", "1000001"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["send", "lobby", "x", "--timeout"],
        ["tail", "lobby", "--timeout"],
        ["history", "lobby", "--timeout"],
        ["members", "lobby", "--timeout"],
        ["rooms", "--timeout"],
        ["verify", "--duration"],
        ["verify", "--settle"],
        ["bench", "--duration"],
    ],
)
def test_a_time_that_no_clock_can_count_is_refused(cli, arguments, seconds):
    result = cli.run(*arguments, seconds)
    assert result.returncode == 64
    assert f"{arguments[-1]} is above 0 seconds, at most 1000000" in result.stderr


def test_some_lines_sent_and_some_refused_has_a_code_of_its_own(cli, room):
    result = cli.run("send", room, input="good\n" + "a" * 9000 + "\nalso good\n")
    assert result.returncode == 1
    assert "2 sent, 1 refused" in result.stderr


def test_no_server_is_unavailable(cli, room):
    server = f"ws://127.0.0.1:{free_port()}"
    result = in_time(
        lambda span: cli.run("send", room, "x", "--timeout", span, CHAT_SERVER=server),
        lambda result: "Connection refused" in result.stderr,
    )
    assert result.returncode == 69
    assert "Connection refused" in result.stderr


def test_a_message_given_while_the_server_is_away_is_sent_once_when_it_is_back(own_server, room):
    cli = CLI_(own_server)
    own_server.kill()
    send = cli.start("send", room, "patience", "--timeout", str(PATIENCE_SECONDS), stderr=subprocess.PIPE)
    assert "Connection refused" in send.stderr.readline()
    own_server.start()
    assert send.wait(PATIENCE_SECONDS) == 0
    assert cli.run("history", room).stdout.count("patience") == 1


def test_an_encrypted_connection_is_made_to_those_who_can_prove_who_they_are(cli, room, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )  # fmt: skip
    with tls_in_front_of(cli.env["CHAT_SERVER"], certificate, key) as port:
        for host in ("localhost", "127.0.0.1"):
            sent = cli.run("send", room, "secret", "--ca-file", certificate, CHAT_SERVER=f"wss://{host}:{port}")
            assert (sent.returncode, sent.stderr) == (0, "")
        told = "the encrypted connection failed"
        doubtful = in_time(
            lambda span: cli.run("send", room, "x", "--timeout", span, CHAT_SERVER=f"wss://localhost:{port}"),
            lambda result: told in result.stderr,
        )
        assert doubtful.returncode == 69
        assert told in doubtful.stderr


def test_tail_goes_on_after_the_server_came_back(own_server, room):
    cli = CLI_(own_server)
    tail = cli.start("tail", room, "--count", "2", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: cli.run("members", room).stdout != "")
    cli.run("send", room, "before", "--name", "Mina")
    assert tail.stdout.readline() == "Mina: before\n"
    own_server.kill()
    own_server.start()
    # The members say that the tail is back; its own name is a guest's.
    wait_until(lambda: cli.run("members", room).stdout != "")
    cli.run("send", room, "after", "--name", "Mina")
    assert tail.stdout.readline() == "Mina: after\n"
    assert tail.wait(PATIENCE_SECONDS) == 0


# ---- Output that cannot be written


LENGTHS = ("0.5", "5", "30")
"""For how many seconds `verify` and `bench` run: for more where nothing happened in them."""


def has_verdict(result) -> bool:
    """Whether anybody was connected in time, and something acknowledged, by which `verify` can judge."""
    return result.returncode not in (69, 75)


@pytest.mark.parametrize(
    "arguments",
    [
        ["history", "{room}"], ["members", "{room}"], ["rooms"], ["config"], ["manual"], ["--help"], ["--version"],
        ["tail", "{room}", "--history", "1", "--no-follow"], ["join", "{room}", "--history", "1"],
        ["verify", "--clients", "2", "--rooms", "1", "--duration", "{seconds}"],
        ["bench", "--clients", "2", "--duration", "{seconds}", "--warmup", "0"], ["--generate-completion-script", "bash"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)  # fmt: skip
@pytest.mark.parametrize("where", ["a full disk", "nowhere", "a closed reader"])
def test_output_that_cannot_be_written_is_told(cli, room, arguments, where):
    cli.run("send", room, "hello")
    # Somebody is there, so that `members` has a line to write.
    listener = cli.start("tail", room, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: cli.run("members", room).stdout, what="the listener")
        wait_until(lambda: room in cli.run("rooms").stdout, what="the room in the index")
        redirect = {"a full disk": "> /dev/full", "nowhere": ">&-", "a closed reader": "| true"}[where]
        command = " ".join(["exec"] * (where != "a closed reader") + [str(CLI)])

        def run(seconds: str):
            line = " ".join([command, *(argument.format(room=room, seconds=seconds) for argument in arguments), redirect])
            if where == "a closed reader":
                line = f"set -o pipefail; {line}"
            return subprocess.run(
                ["bash", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=cli.env
            )

        result = in_time(run, has_verdict, LENGTHS)
    finally:
        listener.kill()
        listener.wait()
    if where == "a closed reader":
        assert result.returncode == 0 and "standard output" not in result.stderr, result.stderr
        return
    reason = "No space left on device" if where == "a full disk" else "Bad file descriptor"
    assert result.returncode == 74, result
    assert f"chat-cli: standard output: {reason}\n" in result.stderr


# ---- `join` in a pipe


@pytest.mark.parametrize("count", [1, 5, 60])
def test_without_input_the_past_is_printed_and_then_it_ends(cli, room, count):
    cli.run("send", room, input="\n".join(f"line {number}" for number in range(count)))
    for _ in range(5):
        result = cli.run("join", room, "--history", "100", input="")
        assert result.returncode == 0
        assert [line.split(": ")[1] for line in result.stdout.splitlines()] == [f"line {n}" for n in range(count)]


def test_a_line_is_what_a_terminal_would_show_in_the_end(cli, room):
    cli.run("send", room, input="\ufeff10%\r50%\r100%\nnext\r\n")
    assert cli.texts(room) == ["100%", "next"]


# ---- Links that people made


def test_a_state_behind_a_link_is_written_where_the_link_leads(cli, room, tmp_path):
    cli.run("send", room, input="one\ntwo\n")
    (tmp_path / "real").mkdir()
    link = tmp_path / "state"
    link.symlink_to("real/state")
    arguments = ["tail", room, "--state", str(link), "--no-follow", "--history", "2", "--format", "{text}"]
    assert cli.run(*arguments).stdout == "one\ntwo\n"
    assert link.is_symlink() and (tmp_path / "real/state").is_file()
    cli.run("send", room, "three")
    assert cli.run(*arguments).stdout == "three\n"


# ---- Korean


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["send", "{room}", "{long}"], 65, "글은 8192바이트까지입니다"),
        (["send", "{room}", ""], 65, "메시지에는 보이는 글이 있어야 합니다"),
        (["join", "{room}", "--outbox", "/dev/null/x"], 73, "폴더가 아닙니다"),
        (["send", "{room}", "x", "--server", "ws://127.0.0.1:{closed}", "--timeout", "{seconds}"], 69, "연결이 거부되었습니다"),
        (["send", "{room}", "x", "--server", "ftp://x"], 64, "서버 주소는"),
        (["join", "a b"], 64, "대화방 이름에는"),
        (["tail", "{room}", "--count", "0"], 64, "--count는 0보다 커야 합니다"),
        (["verify", "--clients", "0"], 64, "--clients는 1에서 10000 사이여야 합니다"),
        (["send", "{room}", "x", "--token-file", "/none"], 64, "/none{을/를} 읽을 수 없습니다"),
    ],
)
def test_what_goes_wrong_is_told_in_korean(cli, room, arguments, status, told):
    values = {"room": room, "long": "가" * 3000, "closed": str(free_port())}
    # "none" is read as 논, which ends in a consonant to the ear, in a vowel to the eye.
    told = told.replace("{을/를}", "를")

    def run(seconds: str):
        return cli.run(*(argument.format(seconds=seconds, **values) for argument in arguments), LC_ALL="ko_KR.UTF-8")

    result = in_time(run, lambda result: told in result.stderr)
    assert result.returncode == status, result.stderr
    assert told in result.stderr
    assert "Error:" not in result.stderr and "Usage:" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "--clients", "2", "--rooms", "1"],
        ["bench", "--clients", "4", "--warmup", "0"],
        ["bench", "--clients", "4", "--warmup", "0", "--rate", "50"],
    ],
)
def test_reports_are_korean(cli, arguments):
    result = in_time(
        lambda seconds: cli.run(*arguments, "--duration", seconds, "--language", "ko"), has_verdict, LENGTHS
    )
    assert result.returncode == 0, result.stderr
    words = set(re.findall(r"[A-Za-z]{2,}", result.stdout + result.stderr))
    assert words <= {"ms", "MB", "KiB", "unlimited", "rate", "limited"}, result.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--help"], *([command, "--help"] for command in "join send tail history members rooms verify bench config".split())],
)
def test_help_is_korean_and_fits_the_terminal(cli, arguments):
    english = cli.run(*arguments).stdout
    korean = cli.run(*arguments, LC_ALL="ko_KR.UTF-8").stdout
    sentence = re.compile(r"(?:[A-Za-z]{2,} ){3}")
    assert sentence.search(english)
    assert not sentence.search(korean), korean
    for line in korean.splitlines():
        assert sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) <= 80, line
    # The same options and defaults stand in both, wherever lines are broken.
    for pattern in (r"(?m)^ {2}(?:-|[a-z]+ )\S*", r":\s+[\d.]+\)"):
        found, translated = ([part.split() for part in re.findall(pattern, text)] for text in (english, korean))
        assert found == translated
    # So do the arguments, whose names are Korean, as those of values are.
    assert len(re.findall(r"(?m)^ {2}<", english)) == len(re.findall(r"(?m)^ {2}<", korean))
    assert not re.search(r"<[a-z-]+>", korean)


def test_the_manual_and_the_settings_know_their_language(cli):
    korean = {"LC_ALL": "ko_KR.UTF-8"}
    assert cli.run("manual", **korean).stdout == cli.run("manual").stdout
    assert "the system" not in cli.run("config", **korean).stdout


class Answerer:
    """Answers every connection with the same bytes, and closes it."""

    def __init__(self, answer: bytes):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.tries = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client:
                    client.recv(4096)
                    client.sendall(self.answer)
                    self.tries += 1

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answer", "english", "korean"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is no HTTP answer", "HTTP 응답이 아닙니다"),
        (b"HTTP/1.1 101 Yes\r\n\r\n", "did not answer as a WebSocket server", "WebSocket 서버로 응답하지 않았습니다"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 there is no chat at this address", "이 주소에는 채팅이 없습니다"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500 Internal Server Error", "HTTP 상태 500"),
    ],
)
def test_what_is_no_chat_server_is_told_once_in_plain_words(cli, room, answer, english, korean):
    for env, told, again in (({}, english, "trying again"), ({"LC_ALL": "ko_KR.UTF-8"}, korean, "다시 시도")):
        server = Answerer(answer)
        tail = cli.start("tail", room, "--server", server.url, *(["--language", "ko"] if env else []), stderr=subprocess.PIPE)
        wait_until(lambda: server.tries >= 3, "the third try")
        tail.terminate()
        errors = tail.communicate()[1]
        server.listener.close()
        assert errors.count(told) == errors.count(again) == 1, errors


def test_a_fault_in_the_configuration_is_one_line(cli, tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"name": 2026}')
    result = cli.run("rooms", "--config", str(path))
    assert result.returncode == 64
    assert result.stderr == f"chat-cli: {path}: name is a number; it wants a text, in quotes\n"
