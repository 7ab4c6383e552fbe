"""A server with a listener for its operator, and the files of `ops`."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import CLI, ROOT, SERVER, free_port  # noqa: E402

OPS = ROOT / "ops"
PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""


def fetch(port: int, path: str) -> str:
    """The body of an answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def running(command: list[str | Path], log: Path):
    """A program that lives as long as the block, and writes to a log."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def scrape(tmp_path_factory) -> str:
    """What a server says of itself after somebody has talked there."""
    port, admin = free_port(), free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    command = [SERVER, "--port", str(port), "--admin-listen", str(admin), "--static", ROOT / "static"]
    with running(command, log) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                fetch(admin, "/readyz")
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"nobody answers: {log.read_text(errors='replace')}")
        talk = [CLI, "send", "lobby", "hello", "--server", f"ws://127.0.0.1:{port}/ws", "--name", "Mina"]
        subprocess.run(talk, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS, check=True)
        return fetch(admin, "/metrics")
