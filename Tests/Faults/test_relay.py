"""The relay is as bad a network as it says, and no worse."""

import asyncio
import contextlib

import pytest

from relay import PONG, Relay
from stage import PATIENCE_SECONDS


@contextlib.asynccontextmanager
async def an_echo():
    """A server that says what it hears; gives its port and the queue of what it heard, None at each end."""
    heard = asyncio.Queue()

    async def serve(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(100):
                heard.put_nowait(data)
                writer.write(data)
        heard.put_nowait(None)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()


def scenario(body):
    """Runs a test in an event loop, with an echo behind a relay."""

    def test():
        async def run():
            async with asyncio.timeout(PATIENCE_SECONDS), an_echo() as (port, heard), Relay(port).running() as relay:
                await body(relay, heard)

        asyncio.run(run())

    test.__name__, test.__doc__ = body.__name__, body.__doc__
    return test


async def say(relay, text=b"hello"):
    """A connection on which a text went there and back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(text)
    assert await reader.readexactly(len(text)) == text
    return reader, writer


@scenario
async def test_passes_on_both_ways_and_the_end_too(relay, heard):
    reader, writer = await say(relay, b"x" * 50)
    assert (relay.accepted, relay.connections) == (1, 1)
    assert await heard.get() == b"x" * 50
    writer.close()
    assert await heard.get() is None


@scenario
async def test_resets(relay, heard):
    reader, _ = await say(relay)
    relay.reset()
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    assert [await heard.get(), await heard.get()] == [b"hello", None]
    await say(relay)


@scenario
async def test_closes(relay, heard):
    reader, _ = await say(relay)
    relay.close()
    assert await reader.read(1) == b""
    assert [await heard.get(), await heard.get()] == [b"hello", None]
    await say(relay)


@scenario
async def test_delays_without_losing(relay, heard):
    relay.delay = 0.02
    reader, writer = await say(relay)
    clock = asyncio.get_running_loop()
    start = clock.time()
    writer.write(b"again")
    assert await reader.readexactly(5) == b"again"
    assert clock.time() - start >= 2 * relay.delay


@scenario
async def test_a_connection_in_a_black_hole_stays_silent_after_it_and_nobody_is_told(relay, heard):
    reader, writer = await say(relay)
    relay.blackhole()
    late_reader, late_writer = await asyncio.open_connection("127.0.0.1", relay.port)
    while relay.accepted < 2:
        await asyncio.sleep(0)
    relay.is_blackhole = False
    for lost in (writer, late_writer):
        lost.write(b"lost")
        lost.write_eof()
    # Whatever was to come would have come before this.
    await say(relay, b"after")
    assert [await heard.get(), await heard.get()] == [b"hello", b"after"]
    assert heard.empty(), "the server was told that a client has gone"
    for end in (reader, late_reader):
        assert not end.at_eof()


@scenario
async def test_deafens_connections_that_subscribe_and_no_others(relay, heard):
    reader, writer = await say(relay, b"SUBSCRIBE a")
    other_reader, other_writer = await say(relay, b"SET a")
    relay.deafen()
    writer.write(b"PUBLISH")
    writer.write(b"PING")
    assert await reader.readexactly(len(PONG)) == PONG
    other_writer.write(b"PING")
    assert await other_reader.readexactly(4) == b"PING"
    late_reader, late_writer = await say(relay, b"SUBSCRIBE b")
    late_writer.write(b"more")
    assert await late_reader.readexactly(4) == b"more"
    assert b"PUBLISH" not in [await heard.get() for _ in range(5)]


def test_nobody_behind_it_is_a_connection_that_ends():
    async def run():
        async with asyncio.timeout(PATIENCE_SECONDS), an_echo() as (port, _):
            pass
        async with Relay(port).running() as relay:
            reader, _ = await asyncio.open_connection("127.0.0.1", relay.port)
            assert await reader.read(1) == b""

    asyncio.run(run())


def test_its_connections_end_with_the_scope():
    async def run():
        async with asyncio.timeout(PATIENCE_SECONDS), an_echo() as (port, heard):
            async with Relay(port).running() as relay:
                reader, _ = await say(relay)
            assert await reader.read(1) == b""
            assert [await heard.get(), await heard.get()] == [b"hello", None]

    asyncio.run(run())
