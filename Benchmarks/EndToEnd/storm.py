#!/usr/bin/env python3
"""A node dies, and all its clients come back on another one, while a room there goes on talking.

  storm.py [CLIENTS [ROOMS]]        10,000 clients in 100 rooms

Two nodes share a Redis on the first core; this program and the talkers run on the last. Clients join by the first node, five
messages go into each room, the first node is killed, and all clients resume at once on the second one, a thousand at a
time: each must be the same user again, and get its five messages. Meanwhile `chat-cli bench` has a hundred members of a
room on that node talk, 50 messages a second. CHAT_SERVER_BIN and CHAT_CLI_BIN name other programs than the release build.
"""

import base64
import json
import os
import resource
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/PythonSupport"))

from frames import CLOSE, TEXT, Frames, commands  # noqa: E402
from programs import ROOT, free_ports  # noqa: E402

SERVER = os.environ.get("CHAT_SERVER_BIN", str(ROOT / ".build/release/ChatServer"))
CLI = os.environ.get("CHAT_CLI_BIN", str(ROOT / ".build/release/chat-cli"))
AT_ONCE = 1000
MESSAGES = 5
PATIENCE = 30  # seconds without any news
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n\r\n"
).encode()


class Client:
    def __init__(self, number: int, room: str):
        self.number, self.room, self.position, self.session = number, room, None, None

    def connect(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))
        self.head, self.frames, self.is_open, self.due, self.received = b"", Frames(), False, None, 0
        self.started = time.monotonic()

    def greet(self) -> None:
        hello = {"session": self.session} if self.session else {"name": f"u{self.number}"}
        join = {"after": self.position} if self.position else {}
        self.socket.send(
            commands({"type": "hello", "id": 1, **hello}, {"type": "join", "id": 2, "room": self.room, **join})
        )

    def read(self) -> bool:
        """Takes what has come; whether the client is where it should be."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise SystemExit(f"client {self.number} was closed")
        if not self.is_open:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return False
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"client {self.number} was refused: {head[:60]}")
            self.is_open = True
            self.greet()
        for first, payload in self.frames.take(data):
            if first == CLOSE:
                raise SystemExit(f"client {self.number} was parted from: {payload[2:].decode()}")
            if first == TEXT:
                self.take(payload)
        return self.due is not None and self.received >= self.due

    def take(self, event: bytes) -> None:
        if event.startswith(b'{"type":"message"'):
            self.received += 1
        elif event.startswith(b'{"type":"welcome"'):
            welcome = json.loads(event)
            if self.session and not welcome["resumed"]:
                raise SystemExit(f"client {self.number} is somebody else now")
            self.session = welcome["session"]
        elif event.startswith(b'{"type":"ok","id":2'):
            reply = json.loads(event)
            wanted = MESSAGES if self.position else 0
            if not reply["recovered"] or reply["replay"] != wanted:
                raise SystemExit(f"client {self.number} was not brought up to date: {reply}")
            self.position, self.due = {"epoch": reply["epoch"], "seq": reply["seq"]}, wanted
        elif event.startswith((b'{"type":"error"', b'{"type":"gap"', b'{"type":"reset"')):
            raise SystemExit(f"client {self.number} got {event.decode()}")


def join_all(clients: list[Client], port: int) -> float:
    """Connects all, so many at once, and returns when each is in its room: after how many seconds."""
    start, waiting, busy, poll = time.monotonic(), list(reversed(clients)), {}, select.epoll()
    while waiting or busy:
        while waiting and len(busy) < AT_ONCE:
            client = waiting.pop()
            client.connect(port)
            busy[client.socket.fileno()] = client
            poll.register(client.socket, select.EPOLLOUT)
        ready = poll.poll(PATIENCE)
        if not ready:
            raise SystemExit(f"{len(busy)} clients wait for nothing")
        for descriptor, event in ready:
            client = busy[descriptor]
            if event & select.EPOLLOUT:
                client.socket.send(HANDSHAKE)
                poll.modify(descriptor, select.EPOLLIN)
            elif client.read():
                client.took = time.monotonic() - client.started
                poll.unregister(descriptor)
                del busy[descriptor]
    return time.monotonic() - start


def talk(rooms: list[str], port: int) -> None:
    """Sends what the clients are going to miss."""
    for number, room in enumerate(rooms):
        talker = Client(number, room)
        join_all([talker], port)
        talker.socket.setblocking(True)
        send = {"type": "send", "room": room, "text": "Are you coming back? " * 6}
        talker.socket.sendall(commands(*({**send, "id": 10 + index} for index in range(MESSAGES))))
        answers = b""
        while answers.count(b'{"type":"ok"') < MESSAGES:
            answers += talker.socket.recv(1 << 16)
        talker.socket.close()


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(count: int = 10_000, room_count: int = 100) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    cores = sorted(os.sched_getaffinity(0))
    pin = ["taskset", "-c", str(cores[0])] if shutil.which("taskset") else []
    os.sched_setaffinity(0, {cores[-1]})
    processes: list[subprocess.Popen] = []

    def start(*command: str) -> subprocess.Popen:
        processes.append(subprocess.Popen([*pin, *command], stdout=subprocess.DEVNULL))
        return processes[-1]

    def reachable(port: int) -> None:
        for _ in range(200):
            if not socket.socket().connect_ex(("127.0.0.1", port)):
                return
            time.sleep(0.05)
        raise SystemExit(f"nobody listens on {port}")

    redis_port, *node_ports = free_ports(3)
    try:
        redis = start("redis-server", "--port", str(redis_port), "--save", "", "--appendonly", "no")
        reachable(redis_port)
        common = ["--unlimited", "--threads", "1", "--log-level", "error", "--redis", f"redis://127.0.0.1:{redis_port}"]
        dying, staying = (start(SERVER, "--port", str(port), *common) for port in node_ports)
        for port in node_ports:
            reachable(port)
        rooms = [f"storm-{number}" for number in range(room_count)]
        clients = [Client(number, rooms[number % room_count]) for number in range(count)]
        print(f"{count} new users joined after {join_all(clients, node_ports[0]):.2f} s", flush=True)
        talk(rooms, node_ports[1])
        bench = [CLI, "bench", "--server", f"127.0.0.1:{node_ports[1]}", "--rate", "50", "--duration", "15", "--json"]
        running = subprocess.Popen(bench, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        processes.append(running)
        time.sleep(4)  # The talkers have joined and warmed up.
        dying.kill()
        dying.wait()
        for client in clients:
            client.socket.close()
        before = processor_seconds(staying.pid), processor_seconds(redis.pid)
        seconds = join_all(clients, node_ports[1])
        node, store = processor_seconds(staying.pid) - before[0], processor_seconds(redis.pid) - before[1]
        took = sorted(client.took for client in clients)
        print(f"{count} resumed after {seconds:.2f} s, each as itself and with what it had missed")
        print(f"  each took {took[count // 2] * 1000:.0f} ms (p50), {took[count * 99 // 100] * 1000:.0f} ms (p99)")
        print(f"  CPU: the node {node:.2f} s, Redis {store:.2f} s")
        latency = json.loads(running.communicate()[0])["delivery_us"]
        print(f"  who talked meanwhile: p50 {latency['p50'] / 1000:.1f} ms, p99 {latency['p99'] / 1000:.1f} ms")
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
