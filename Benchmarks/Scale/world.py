"""Real servers with a real Redis, for as long as a block runs, and what they have used: processor time, memory, traffic."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/PythonSupport"))

from programs import ROOT, free_port  # noqa: E402

SERVER = os.environ.get("CHAT_SERVER_BIN", str(ROOT / ".build/release/ChatServer"))
CLI = os.environ.get("CHAT_CLI_BIN", str(ROOT / ".build/release/chat-cli"))
START_SECONDS = 30
# The kernel's caches that grow with sockets and with nothing else that a busy machine does.
SOCKET_CACHES = ("TCP", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq", "ep_head")
DIRECTORY_ENTRY_BYTES = 192


def processor_seconds(pid: int) -> float:
    """The processor time of a process, to the nanosecond: its clock, as clock_getcpuclockid(3) numbers it."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def socket_bytes() -> int:
    """What the kernel holds for sockets: objects of its caches, and the pages of their queues. Needs root."""
    total = 0
    for line in Path("/proc/slabinfo").read_text().splitlines()[2:]:
        name, active, _, size, *_ = line.split()
        if name in SOCKET_CACHES:
            total += int(active) * int(size)
        # A socket has an entry of a directory, but so have files on disk: those of sockets follow from the number of their inodes.
        if name == "sock_inode_cache":
            total += int(active) * DIRECTORY_ENTRY_BYTES
    pages = re.search(r"TCP: .* mem (\d+)", Path("/proc/net/sockstat").read_text())
    return total + (int(pages[1]) if pages else 0) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Redis:
    port: int
    pid: int

    def info(self) -> dict[str, float]:
        """The figures of INFO that are numbers."""
        with socket.create_connection(("127.0.0.1", self.port), START_SECONDS) as connection:
            connection.sendall(b"INFO everything\r\n")
            file = connection.makefile("rb")
            text = file.read(int(file.readline()[1:])).decode()
        found = {}
        for line in text.splitlines():
            name, _, value = line.partition(":")
            if name.startswith("cmdstat_"):
                found[name.removeprefix("cmdstat_")] = float(value.partition("calls=")[2].partition(",")[0])
            else:
                with contextlib.suppress(ValueError):
                    found[name] = float(value)
        return found


@dataclass
class Node:
    port: int
    admin: int
    pid: int

    def metrics(self) -> dict[str, float]:
        """The sums of the metrics over their labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=START_SECONDS) as answer:
            text = answer.read().decode()
        found: dict[str, float] = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.partition("{")[0].partition(" ")
                found[name] = found.get(name, 0) + float(value or line.rpartition(" ")[2])
        return found


@dataclass
class Sample:
    """What everything had used at a moment."""

    at: float
    nodes: list[dict[str, float]]
    processors: list[float]
    redis: dict[str, float] = field(default_factory=dict)
    redis_processor: float = 0

    def since(self, before: Sample) -> Sample:
        def difference(now: dict, then: dict) -> dict:
            return {name: value - then.get(name, 0) for name, value in now.items()}

        return Sample(
            self.at - before.at,
            [difference(now, then) for now, then in zip(self.nodes, before.nodes)],
            [now - then for now, then in zip(self.processors, before.processors)],
            difference(self.redis, before.redis),
            self.redis_processor - before.redis_processor,
        )

    def total(self, metric: str) -> float:
        return sum(node.get(metric, 0) for node in self.nodes)


class World:
    def __init__(self, folder: Path):
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        self.nodes: list[Node] = []
        self.redis: Redis | None = None

    def start(self, command: list[str], *ports: int) -> int:
        """Starts a program, and returns when it listens on all of its ports."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError):
                for port in ports:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                return process.pid
            time.sleep(0.02)
        raise SystemExit(f"{command[0]} does not listen: {(self.folder / 'log').read_text(errors='replace')[-500:]}")

    def sample(self) -> Sample:
        return Sample(
            time.monotonic(),
            [node.metrics() for node in self.nodes],
            [processor_seconds(node.pid) for node in self.nodes],
            self.redis.info() if self.redis else {},
            processor_seconds(self.redis.pid) if self.redis else 0,
        )


@contextlib.contextmanager
def world(nodes: int = 1, *options: str, redis: bool = True):
    """Nodes without limits and with one event loop each, that share a Redis, or one in memory."""
    # Whoever ends this program ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    place = World(folder)
    try:
        store: list[str] = []
        if redis:
            port = free_port()
            command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
            place.redis = Redis(port, place.start([*command, "--save", "", "--appendonly", "no"], port))
            store = ["--redis", f"redis://127.0.0.1:{port}"]
        for _ in range(nodes):
            port, admin = free_port(), free_port()
            # The setting of a limit that is wanted all the same comes last.
            common = ["--unlimited", "--threads", "1", "--flush-window", "5", "--log-level", "warning", "--static", str(ROOT / "static")]
            command = [SERVER, "--port", str(port), "--admin-listen", str(admin), *common, *store, *options]
            place.nodes.append(Node(port, admin, place.start(command, port, admin)))
        yield place
    finally:
        for process in reversed(place.processes):
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own with an elliptic key, and that key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
