"""A chat that can be broken: Redis, nodes, and a relay on every way between clients, nodes and Redis.

    clients ── relay ── node 0 ── relay ──┐
    clients ── relay ── node 1 ── relay ──┴── Redis

Everything belongs to a scope (`Chat.running`) and ends with it; processes end with this one, too, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from relay import Relay

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import CLI, ROOT, SERVER, free_port  # noqa: E402, F401

REDIS = os.environ.get("REDIS_SERVER_BIN", "redis-server")

PATIENCE_SECONDS = 240
"""How long anything may take that is no fault: a bound for what never comes, which no busy machine outlasts."""


def end_with_parent() -> None:
    """In a child: be killed when this process ends, even if it was killed itself (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Program:
    """A process that can be killed, paused and started again, and must not end by itself."""

    environment: dict[str, str] = {}
    """What its environment has beyond ours."""

    def __init__(self, name: str, command: list[str | Path], log: Path, ready: str):
        self.name, self.command, self.log, self.ready = name, command, log, ready
        self.crashes: list[str] = []
        self.starts = 0
        self.lock = asyncio.Lock()
        """Held by whoever breaks it, until it is whole again."""
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task | None = None

    async def start(self) -> None:
        """Starts it and waits until it says that it is there."""
        self._process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
            env=os.environ | self.environment,
            limit=1 << 20,
        )
        self.starts += 1
        is_ready = asyncio.Event()
        self._watch = asyncio.create_task(self._follow(self._process, is_ready))
        waiting = asyncio.create_task(is_ready.wait())
        await asyncio.wait({waiting, self._watch}, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not is_ready.is_set():
            raise RuntimeError(f"{self.name} did not start; see {self.log}")

    async def _follow(self, process: asyncio.subprocess.Process, is_ready: asyncio.Event) -> None:
        with self.log.open("ab") as log:
            async for line in process.stdout:
                log.write(line)
                log.flush()
                if self.ready.encode() in line:
                    is_ready.set()
        status = await process.wait()
        # Whoever kills it takes it away first.
        if self._process is process:
            self.crashes.append(f"{self.name} ended by itself, with status {status}")

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await self._watch

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


async def ask(port: int, *words: str, lines: int = 1) -> list[str]:
    """Gives a command to a Redis or a sentinel, and gives the first lines of the answer."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write((" ".join(words) + "\r\n").encode())
            answer = [(await reader.readline()).decode().rstrip() for _ in range(lines)]
        finally:
            writer.close()
    if answer[0].startswith("-"):
        raise RuntimeError(f"Redis says to {words}: {answer[0]}")
    return answer


class Redis(Program):
    """A Redis that has everything on its disk before it says so."""

    def __init__(self, folder: Path, name: str = "redis", options: list[str] | None = None):
        self.port = free_port()
        self.data = folder / name
        self.saved = folder / f"{name}-before"
        command = [REDIS, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.data)]
        command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always", *(options or [])]
        super().__init__(name, command, folder / f"{name}.log", "Ready to accept connections")

    async def start(self, with_data: bool = True) -> None:
        if not with_data:
            shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(exist_ok=True)
        await super().start()

    def save(self) -> None:
        """Keeps what it has now. Its file only grows; a command that is cut at the end is none."""
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.data, self.saved)

    def roll_back(self) -> None:
        """Puts back what `save` kept, while it does not run."""
        shutil.rmtree(self.data)
        shutil.copytree(self.saved, self.data)

    async def tell(self, *words: str) -> str:
        """Gives a command, and gives the first line of the answer."""
        return (await ask(self.port, *words))[0]


class Node(Program):
    """A node of the chat, with the relays around it."""

    # All clients come from one address here. By the environment, since an earlier server knows no such flags.
    environment = {
        f"CHAT_LIMITS_{name}_PER_ADDRESS": "off" for name in ("OPENINGS", "SESSIONS", "JOINS", "NEW_ROOMS", "SENDS", "REPLAY_BYTES")
    }

    def __init__(self, number: int, folder: Path, redis: Redis, options: list[str]):
        self.port = free_port()
        self.to_redis = Relay(redis.port)
        self.to_clients = Relay(self.port)
        self.options = options
        self.address: str | None = None
        """Where its Redis is, if it is not behind the relay."""
        self.server = SERVER
        """The program that it is when it starts next."""
        super().__init__(f"node {number}", [], folder / f"node-{number}.log", "listening on http://")

    async def start(self) -> None:
        address = self.address or f"redis://127.0.0.1:{self.to_redis.port}"
        self.command = [self.server, "--host", "127.0.0.1", "--port", str(self.port), "--redis", address, *self.options]
        await super().start()

    @property
    def url(self) -> str:
        """The node's address by the relay."""
        return f"ws://127.0.0.1:{self.to_clients.port}/ws"


class Chat:
    """Nodes, and the servers that they share."""

    nodes: list[Node]

    @property
    def stores(self) -> list[Program]:
        """What the nodes need, in the order in which it starts."""
        raise NotImplementedError

    @contextlib.asynccontextmanager
    async def running(self):
        """Starts everything, and ends it with the scope; the nodes come when the servers are one."""
        async with contextlib.AsyncExitStack() as stack:

            async def start(programs: list[Program]) -> None:
                for program in programs:
                    stack.push_async_callback(program.kill)
                    await program.start()

            await start(self.stores)
            await self.unite()
            for relay in self.relays():
                await stack.enter_async_context(relay.running())
            await start(self.nodes)
            yield self

    async def unite(self) -> None:
        """Makes the servers know each other, when all of them run."""

    def relays(self) -> list[Relay]:
        """The ways from and to the nodes."""
        return [relay for node in self.nodes for relay in (node.to_redis, node.to_clients)]

    @property
    def programs(self) -> list[Program]:
        return [*self.stores, *self.nodes]

    @property
    def crashes(self) -> list[str]:
        return [crash for program in self.programs for crash in program.crashes]


class Stage(Chat):
    """The whole chat, with one Redis."""

    def __init__(self, folder: Path, nodes: int, options: list[str]):
        self.redis = Redis(folder)
        self.nodes = [Node(number, folder, self.redis, options) for number in range(nodes)]

    @property
    def stores(self) -> list[Program]:
        return [self.redis]
