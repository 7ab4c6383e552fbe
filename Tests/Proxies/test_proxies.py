"""Behind nginx, HAProxy, Caddy and Traefik, which keep their connections to the server, everything opens every time.

What one request leaves behind on such a connection is what the next one of somebody else finds there.
"""

import socket
import uuid

from conftest import NAME, PATIENCE_SECONDS, ask

ROUNDS = 20
OPENING = (
    "GET /ws?room=lobby&name={name} HTTP/1.1\r\nHost: " + NAME + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n\r\n"
)
FRIEND, STRANGER = f"http://{NAME}", "http://evil.example"


def plain(target: str) -> str:
    return f"GET {target} HTTP/1.1\r\nHost: {NAME}\r\n\r\n"


def is_page(answer: bytes) -> bool:
    return answer.split()[1] == b"200" and b"</html>" in answer


def is_joined(answer: bytes) -> bool:
    return answer.split()[1] == b"101" and b'"type":"welcome"' in answer and b'"type":"ok"' in answer


def test_pages_and_websockets_open_every_time(proxy_port):
    for number in range(ROUNDS):
        assert is_page(ask(proxy_port, plain("/"), b"</html>"))
        assert is_joined(ask(proxy_port, OPENING.format(name=f"n{number}", origin=FRIEND), b'"type":"ok"'))


def test_after_a_refused_upgrade_everything_opens(proxy_port):
    for number in range(ROUNDS):
        refusal = ask(proxy_port, OPENING.format(name="x", origin=STRANGER), b"\r\n\r\n")
        assert refusal.split()[1] == b"403"
        assert is_page(ask(proxy_port, plain("/"), b"</html>"))
        assert is_joined(ask(proxy_port, OPENING.format(name=f"n{number}", origin=FRIEND), b'"type":"ok"'))


def test_an_upgrade_to_something_else_is_served_as_a_request(proxy_port):
    for _ in range(ROUNDS):
        other = plain("/healthz")[:-2] + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        assert b'"ok"' in ask(proxy_port, other, b'"ok"')
        assert is_page(ask(proxy_port, plain("/"), b"</html>"))


def post(port: int, room: str, text: str) -> None:
    body = f'{{"text": "{text}", "name": "Bot"}}'
    fields = f"Content-Type: application/json\r\nIdempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n"
    request = f"POST /api/rooms/{room}/messages HTTP/1.1\r\nHost: {NAME}\r\n{fields}\r\n{body}"
    answer = ask(port, request, b'"seq"')
    assert b'"seq"' in answer, answer


def test_what_is_posted_is_stored_every_time(proxy_port):
    for number in range(ROUNDS):
        post(proxy_port, "posts", f"number {number}")


def test_a_stream_brings_each_event_when_it_happens(proxy_port):
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=PATIENCE_SECONDS) as reader:
        came = b""

        def read(until: bytes) -> None:
            nonlocal came
            while until not in came:
                piece = reader.recv(65536)
                assert piece, came
                came += piece

        reader.sendall(plain("/api/rooms/streams/events").encode())
        read(b"\nid: ")
        assert came.split()[1] == b"200" and b"text/event-stream" in came
        for number in range(ROUNDS):
            post(proxy_port, "streams", f"number {number}")
            read(f'"number {number}"'.encode())


def test_limits_count_the_client_and_not_the_proxy(counted_port):
    def status(source: str, field: str = "") -> bytes:
        answer = ask(counted_port, plain("/api/rooms")[:-2] + field + "\r\n", b"\r\n\r\n", source)
        return answer.split()[1]

    assert [status("127.0.0.5") for _ in range(4)] == [b"200", b"200", b"200", b"429"]
    # What a client says of itself counts for nothing.
    assert status("127.0.0.5", "X-Forwarded-For: 192.0.2.1\r\n") == b"429"
    assert status("127.0.0.5", "Forwarded: for=192.0.2.1\r\n") == b"429"
    assert status("127.0.0.6") == b"200"
