"""What the example of each proxy says of time: a WebSocket may be silent for as long as the server lets it be.

The examples are read and not waited for; that they work as a whole is for the other tests.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

from conftest import PATIENCE_SECONDS, ROOT, SERVER

MINUTE = 60
"""The examples let a WebSocket be silent for longer than this."""


def default(flag: str) -> int:
    """A number of seconds that the server takes where nothing else is said."""
    text = subprocess.run([SERVER, "--help"], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True).stdout
    return int(re.search(rf"{flag} <[^>]*>[^<]*\((\d+)\)", " ".join(text.split()))[1])


def read(name: str) -> str:
    """An example without its comments."""
    return re.sub(r"(?m)^\s*#.*$", "", (ROOT / "deploy" / name).read_text())


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)?", text).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, None: 1}[unit]


def test_the_server_speaks_before_the_patience_of_a_proxy_ends():
    # The longest silence of a connection that lives: a ping is due, and its answer may take as long as the server waits for it.
    assert default("--ping-seconds") + default("--pong-seconds") < MINUTE


def test_nginx_waits_longer_than_a_minute():
    example = read("nginx.conf")
    for setting in ("proxy_read_timeout", "proxy_send_timeout"):
        assert seconds(re.search(rf"{setting} (\w+);", example)[1]) > MINUTE
    assert "proxy_buffering off;" in example


def test_haproxy_waits_longer_than_a_minute():
    assert seconds(re.search(r"timeout tunnel (\w+)", read("haproxy.cfg"))[1]) > MINUTE


def test_caddy_waits_for_ever():
    example = read("Caddyfile")
    # Its defaults have no limit for a connection that was upgraded, and write a stream of events as it comes.
    assert not re.search(r"timeout|flush_interval|buffer", example)


def test_traefik_waits_for_ever():
    example = yaml.safe_load(read("traefik.yml"))
    limits = example["entryPoints"]["web"]["transport"]["respondingTimeouts"]
    # The others end with the request or count between requests.
    assert seconds(limits["writeTimeout"]) == 0
    transports = yaml.safe_load(read("traefik-chat.yml"))["http"]["serversTransports"]
    assert "responseHeaderTimeout" not in transports["chat"]["forwardingTimeouts"]


def test_each_line_for_the_kernel_is_one_that_it_has():
    lines = [line.split("=") for line in read("sysctl.conf").splitlines() if line.strip()]
    assert len(lines) > 5
    for name, value in lines:
        path = Path("/proc/sys", *name.strip().split("."))
        # A container is not shown all of them, but their folders.
        assert path.exists() or not path.parent.exists(), path
        assert re.fullmatch(r"[\d ]+", value.strip())
