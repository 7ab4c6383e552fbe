"""The generator of Benchmarks/Yardstick, speaking as clients of this server do, and the places where it and a server run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOAD = Path(os.environ.get("LOAD_BIN", ROOT / ".build/yardstick/load"))
RUN_SECONDS = 600
CLIENT = [
    "--path", "/ws?room=r%room&name=u%client", "--joined", '"type":"ok"',
    "--message", '{"type":"send","id":%number,"room":"r%room","text":"%text"}',
]  # fmt: skip

# What both the scale model's costs and these need: servers for as long as a block runs; and whether anybody disturbs us.
sys.path[:0] = [str(ROOT / "Benchmarks/Scale"), str(ROOT / "Benchmarks/EndToEnd")]


CORES = sorted(os.sched_getaffinity(0))


def take_first_core() -> None:
    """Leaves this program, and the servers that it starts, on the first core; the generator goes to the last."""
    os.sched_setaffinity(0, {CORES[0]})


def pings_every(seconds: int) -> list[str]:
    """The options of a server that pings a silent client so often: it looks no sooner than a pong would be late."""
    return ["--ping-seconds", str(seconds), "--pong-seconds", str(min(seconds, 10))]


def started(port: int, pid: int, *options: str | int | float) -> subprocess.Popen:
    """A generator that runs."""
    pin = ["--pin", CORES[-1]] if len(CORES) > 1 else []
    command = [LOAD, "--port", port, "--pid", pid, *pin, *CLIENT, *options]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def generate(port: int, pid: int, *options: str | int | float) -> dict:
    """What a generator has found. Ends the program when a message or a connection was lost."""
    with started(port, pid, *options) as generator:
        try:
            out, errors = generator.communicate(timeout=RUN_SECONDS)
        finally:
            generator.kill()
    if generator.returncode != 0:
        raise SystemExit(f"the generator ended with status {generator.returncode}: {errors.strip()} {out.strip()}")
    return json.loads(out)
