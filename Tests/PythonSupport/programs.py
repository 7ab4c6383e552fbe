"""What all tests in Python share: where the programs are, and ports at which nobody listens.

CHAT_SERVER_BIN and CHAT_CLI_BIN name the programs; by default those of the debug build.
"""

from __future__ import annotations

import os
import random
import socket
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(os.environ.get("CHAT_SERVER_BIN", ROOT / ".build/debug/ChatServer"))
CLI = Path(os.environ.get("CHAT_CLI_BIN", ROOT / ".build/debug/chat-cli"))


# A system may give a process no more than a thousand descriptors.
MAXIMUM_CLAIMS = 256
claims: deque[socket.socket] = deque()


def free_port() -> int:
    """A port at which nobody listens, kept until so many others were asked for that its server has long begun.

    It is below those that the system gives to outgoing connections, any of which could take it between the end of a program and its
    next start. Its socket does not listen and lets others have the address only once it has it: a server can listen there, and
    another test that looks for a port cannot have this one.
    """
    while True:
        port = random.randrange(12_000, 30_000)
        claim = socket.socket()
        try:
            claim.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claims.append(claim)
        if len(claims) > MAXIMUM_CLAIMS:
            claims.popleft().close()
        return port


def free_ports(count: int) -> list[int]:
    """So many ports of the system's choice, for programs that start once."""
    listeners = [socket.socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()
