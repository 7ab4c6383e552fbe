"""What strangers send. Each attack is one visit: it connects, does what it does, and goes; the mix repeats them."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from collections.abc import Awaitable, Callable

from wire import BINARY, PING, Socket, command, frame, handshake, some_bytes

Attack = Callable[[int, str, random.Random], Awaitable[None]]

HOLD_SECONDS = 3
"""How long an attack holds what it has."""
DEEP = 5_000
BOMB = zlib.compress(b" " * 30_000_000, 9, -15)
"""Small, and a thousand times as long when it is inflated."""


async def half_a_handshake(port: int, source: str, rng: random.Random) -> None:
    """Begins a request, and never ends it."""
    peer = await Socket.connect(port, source)
    await peer.send(handshake(port)[: rng.randrange(1, 60)])
    await asyncio.sleep(HOLD_SECONDS)
    peer.reset()


async def no_request(port: int, source: str, rng: random.Random) -> None:
    """Sends what is no request: noise, a TLS hello, a preface of HTTP/2, verbs that there are not."""
    peer = await Socket.connect(port, source)
    await peer.send(
        rng.choice(
            [
                some_bytes(rng, 4096),
                bytes.fromhex("160301020001000000") + some_bytes(rng, 512),
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"BREW /pot HTCPCP/1.0\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                b"POST /api/rooms/a/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            ]
        )
    )
    await peer.reader.read(4096)
    peer.close()


async def huge_head(port: int, source: str, rng: random.Random) -> None:
    """Sends a head without an end: one long line, or very many."""
    peer = await Socket.connect(port, source)
    line = b"GET /" + b"a" * 200_000 if rng.random() < 0.5 else b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000
    await peer.send(line)
    await peer.reader.read(4096)
    peer.close()


async def slow_body(port: int, source: str, rng: random.Random) -> None:
    """Announces a body, and sends a byte now and then."""
    peer = await Socket.connect(port, source)
    await peer.send(b"POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
    for _ in range(HOLD_SECONDS):
        await peer.send(b"x")
        await asyncio.sleep(1)
    peer.reset()


async def paths(port: int, source: str, rng: random.Random) -> None:
    """Asks for files that are not the page's, and for lists with odd numbers."""
    peer = await Socket.connect(port, source)
    for path in [
        "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/js/..%2f..%2fPackage.swift", "/css/%00", "//etc/passwd",
        "/api/rooms?limit=-1", "/api/rooms?limit=99999999999999999999", "/api/rooms/%ff/messages", "/api/rooms?cursor=%00",
        "/api/rooms/lobby/messages?before=18446744073709551616", "/" + "%41" * 2000,
    ]:
        await peer.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        if b" 200 " in (head := await peer.head()).split(b"\r\n")[0] and b"passwd" in path.encode():
            raise AssertionError(f"{path} was answered: {head!r}")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        await peer.reader.readexactly(length)
        if b"connection: close" in head.lower():
            break
    peer.close()


async def welcome(port: int, source: str, query: str = "", fields: str = "", **settings) -> Socket:
    """A WebSocket, as a browser opens it."""
    peer = await Socket.connect(port, source, **settings)
    await peer.send(handshake(port, query, fields))
    head = await peer.head()
    if b" 101 " not in head:
        peer.close()
        raise ConnectionRefusedError(head.split(b"\r\n")[0].decode())
    return peer


async def wrong_frames(port: int, source: str, rng: random.Random) -> None:
    """Breaks RFC 6455 in one way after another."""
    wrong = [
        frame(b"{}", reserved=4), frame(b"{}", reserved=1), frame(b"{}", masked=False), frame(b"{}", opcode=3), frame(b"{}", BINARY),
        frame(b"x" * 126, PING), frame(b"x", PING, final=False), frame(b"\xff\xfe"), frame(b"\xed\xa0\x80"),
        b"\x81\xff" + b"\xff" * 8 + b"abcd", b"\x81\xfe\x00\x01abcdx", frame(b"x", opcode=0), some_bytes(rng, 2048),
    ]
    peer = await welcome(port, source)
    await peer.send(rng.choice(wrong))
    await peer.reader.read(4096)
    peer.close()


async def endless_message(port: int, source: str, rng: random.Random) -> None:
    """Sends fragments of a message that never ends, or far too many empty ones."""
    peer = await welcome(port, source)
    await peer.send(frame(b"x", final=False))
    part = frame(b"x" * rng.choice([0, 1, 4096]), opcode=0, final=False)
    for _ in range(200):
        await peer.send(part * 20)
    await peer.reader.read(4096)
    peer.close()


async def odd_json(port: int, source: str, rng: random.Random) -> None:
    """Sends JSON that is deep, huge, doubled, or full of marks and numbers out of range."""
    marks = "\u0345" * 4000 + "\u0300" * 4000
    texts = [
        "[" * DEEP, '{"type":' * DEEP, '{"type":"send","type":"hello","room":"a","room":"b"}', '{"type":"ping","id":1e999}',
        '{"type":"join","room":"lobby","after":{"epoch":"aaaaaaaa","seq":99999999999999999999}}', json.dumps({marks: 1}),
        json.dumps({"type": "hello", "name": marks}), json.dumps({"type": "send", "room": "lobby", "text": marks}),
        '{"type":"join","room":"\\ud800"}', '{"type":"send","room":"lobby","text":"' + "\\u0041" * 10_000 + '"}', "{}", "", "null",
        '{"a":' + "1," * 10_000 + "}", '{"type":"history","room":"lobby","before":-1,"limit":-5}',
    ]
    peer = await welcome(port, source)
    for _ in range(20):
        await peer.send(frame(rng.choice(texts).encode()[:65_000]))
    await peer.reader.read(65536)
    peer.close()


async def never_reads(port: int, source: str, rng: random.Random) -> None:
    """Joins the room of the good, asks for much, and takes nothing."""
    peer = await welcome(port, source, buffer=4096)
    await peer.send(command(type="join", id=1, room="lobby", history=100))
    for index in range(60):
        await peer.send(command(type="history", id=2 + index, room="lobby", limit=100))
    await asyncio.sleep(HOLD_SECONDS)
    peer.reset()


async def comes_and_goes(port: int, source: str, rng: random.Random) -> None:
    """Comes into many rooms by its URL, and is gone at once."""
    for _ in range(10):
        rooms = "&".join(f"room=r{rng.randrange(500)}" for _ in range(50))
        peer = await welcome(port, source, f"?name=q&{rooms}&room=lobby")
        peer.reset()


async def floods(port: int, source: str, rng: random.Random) -> None:
    """Sends, renames, types and joins as fast as the server reads."""
    peer = await welcome(port, source)
    await peer.send(command(type="hello", id=1, name="x") + command(type="join", id=2, room="lobby"))
    reading = asyncio.create_task(drain(peer))
    try:
        for index in range(400):
            await peer.send(
                rng.choice(
                    [
                        command(type="send", room="lobby", text=f"spam {index}", key=f"{rng.random()}"),
                        command(type="rename", name=f"n{index}"),
                        command(type="typing", room="lobby", active=True),
                        command(type="join", room=f"flood{rng.randrange(2000)}"),
                        command(type="members", room="lobby"),
                    ]
                )
            )
    finally:
        reading.cancel()
        peer.reset()


async def drain(peer: Socket) -> None:
    while await peer.reader.read(65536):
        pass


async def many_connections(port: int, source: str, rng: random.Random) -> None:
    """Opens connections, uses none, and holds them."""
    held: list[Socket] = []
    try:
        for _ in range(50):
            held.append(await Socket.connect(port, source))
        await asyncio.sleep(HOLD_SECONDS)
    finally:
        for peer in held:
            peer.reset()


async def asks_over_http(port: int, source: str, rng: random.Random) -> None:
    """Reads lists and logs, and posts without a name, as fast as it is answered."""
    peer = await Socket.connect(port, source)
    body = b'{"text":"spam"}'
    post = b"POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    get = b"GET /api/rooms%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for _ in range(50):
        await peer.send(rng.choice([get % b"", get % b"/lobby/messages", get % b"/lobby/members", post % (len(body), body)]) * 5)
        await peer.reader.read(65536)
    peer.close()


async def bombs(port: int, source: str, rng: random.Random) -> None:
    """Agrees to compression, where the server does, and sends what is small and becomes huge, or is no deflate data."""
    peer = await welcome(port, source, fields="Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")
    await peer.send(frame(rng.choice([BOMB, BOMB[:500], some_bytes(rng, 4096), b""]), reserved=4))
    await peer.reader.read(4096)
    peer.close()


async def guesses(port: int, source: str, rng: random.Random) -> None:
    """Guesses the operator's key, sessions and tokens."""
    peer = await Socket.connect(port, source)
    for _ in range(20):
        guess = f"{rng.getrandbits(128):032x}"
        path = rng.choice(["/admin/rulings", "/admin/log", "/api/rooms/lobby/messages", "/api/status"])
        await peer.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {guess}\r\n\r\n".encode())
        if not await peer.reader.read(65536):
            return
    peer.close()
    other = await welcome(port, source)
    await other.send(command(type="hello", id=1, session=f"{rng.getrandbits(128):032x}", token="e30.e30.e30"))
    await other.reader.read(4096)
    other.close()


async def lies_about_itself(port: int, source: str, rng: random.Random) -> None:
    """Claims another address: by headers of a proxy that the server does not trust, and by the PROXY protocol."""
    claimed = f"10.{rng.randrange(256)}.{rng.randrange(256)}.1"
    peer = await Socket.connect(port, source)
    if rng.random() < 0.5:
        await peer.send(f"PROXY TCP4 {claimed} 10.0.0.1 1 2\r\n".encode() + handshake(port))
        await peer.reader.read(4096)
        return peer.close()
    fields = f"X-Forwarded-For: {claimed}, {claimed}\r\nForwarded: for={claimed};for=" + '"[' * 50 + "\r\n"
    await peer.send(handshake(port, fields=fields))
    await peer.reader.read(4096)
    peer.reset()


async def gives_orders(port: int, source: str, rng: random.Random) -> None:
    """Moderates without the right to."""
    peer = await welcome(port, source)
    await peer.send(command(type="hello", id=1) + command(type="join", id=2, room="lobby"))
    for index in range(30):
        order = rng.choice([{"type": "kick", "user": "u1"}, {"type": "ban", "user": "u1"}, {"type": "clear"}, {"type": "delete", "seq": index + 1}])
        await peer.send(command(id=3 + index, room="lobby", **order))
    reading = asyncio.create_task(drain(peer))
    await asyncio.sleep(1)
    reading.cancel()
    peer.reset()


ALL: list[Attack] = [
    half_a_handshake, no_request, huge_head, slow_body, paths, wrong_frames, endless_message, odd_json, never_reads,
    comes_and_goes, floods, many_connections, asks_over_http, bombs, guesses, lies_about_itself, gives_orders,
]
