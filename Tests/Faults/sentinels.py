"""A primary of Redis, its replicas, and the sentinels that choose another when it is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from stage import REDIS, Chat, Node, Program, Redis, ask, free_port

NAME = "chat"
"""The name under which the sentinels know the primary."""


class Sentinel(Program):
    """Watches the primary, and votes for another."""

    def __init__(self, number: int, folder: Path, primary: Redis):
        self.port = free_port()
        # It rewrites its file.
        file = folder / f"sentinel-{number}.conf"
        file.write_text(
            f"sentinel monitor {NAME} 127.0.0.1 {primary.port} 2\n"
            f"sentinel down-after-milliseconds {NAME} 1000\n"
            f"sentinel failover-timeout {NAME} 8000\n",
            encoding="utf-8",
        )
        command = [REDIS, str(file), "--sentinel", "--bind", "127.0.0.1", "--port", str(self.port)]
        super().__init__(f"sentinel {number}", command, folder / f"sentinel-{number}.log", "Sentinel ID is")


class Family(Chat):
    """Three servers, of which one is the primary, and three sentinels."""

    def __init__(self, folder: Path, nodes: int, options: list[str]):
        # A primary waits for more replicas to come before it sends its data, unless it is told not to.
        prompt = ["--repl-diskless-sync-delay", "0"]
        primary = Redis(folder, "redis-0", prompt)
        replicas = [
            Redis(folder, f"redis-{number}", [*prompt, "--replicaof", f"127.0.0.1 {primary.port}"]) for number in (1, 2)
        ]
        self.servers = [primary, *replicas]
        self.sentinels = [Sentinel(number, folder, primary) for number in range(3)]
        self.nodes = [Node(number, folder, primary, options) for number in range(nodes)]
        places = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        for node in self.nodes:
            node.address = f"redis-sentinel://{places}/{NAME}"

    async def unite(self) -> None:
        await self.is_whole()

    async def is_whole(self) -> None:
        """Waits until each sentinel knows the others and two replicas that follow the primary."""
        for sentinel in self.sentinels:
            while True:
                answer = await ask(sentinel.port, "SENTINEL", "MASTER", NAME, lines=81)
                fields = dict(zip(answer[2::4], answer[4::4], strict=False))
                if fields.get("num-slaves") == "2" and fields.get("num-other-sentinels") == "2":
                    break
                await asyncio.sleep(0.2)
        while True:
            primary = await self.primary()
            answer = await ask(primary.port, "ROLE", lines=4)
            # `*3 $6 master :offset` and then the replicas; there are two when both have all that it has.
            if answer[2] == "master" and (await ask(primary.port, "WAIT", "2", "100"))[0] == ":2":
                return
            await asyncio.sleep(0.2)

    async def primary(self) -> Redis:
        """The server that most sentinels take for the primary."""
        while True:
            ports = []
            for sentinel in self.sentinels:
                answer = await ask(sentinel.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME, lines=5)
                ports.append(int(answer[4]))
            for server in self.servers:
                if ports.count(server.port) >= 2:
                    return server
            await asyncio.sleep(0.2)

    async def fail_over(self, pause: float) -> None:
        """Kills the primary, waits for the next one, and lets the former come back some seconds later as it was."""
        former = await self.primary()
        await former.kill()
        while await self.primary() is former:
            await asyncio.sleep(0.1)
        await asyncio.sleep(pause)
        await former.start()
        await self.is_whole()

    @property
    def stores(self) -> list[Program]:
        return [*self.servers, *self.sentinels]
