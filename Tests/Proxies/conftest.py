"""A server, and the proxies that people put in front of it, each as its example in `deploy` says."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import ROOT, SERVER, free_port  # noqa: E402

NAME = "chat.example.com"
"""The name that the examples give the chat."""
KEY = "the-key-of-this-tests-operator"
PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""


@contextlib.contextmanager
def running(command: list[str | Path], log: Path):
    """A program that lives as long as the block, and writes to a log."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        # With all that it has started: nginx' workers would outlive it.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def await_answer(port: int, process: subprocess.Popen, log: Path) -> None:
    """Returns when the chat is ready behind the port."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if b" 200 " in ask(port, f"GET /readyz HTTP/1.1\r\nHost: {NAME}\r\n\r\n", b"\r\n\r\n")[:16]:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody answers: {log.read_text(errors='replace')}")


def ask(port: int, request: str, until: bytes, source: str = "127.0.0.1") -> bytes:
    """Sends a request on a connection of its own, and reads until something has come, or the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS, source_address=(source, 0)) as connection:
        connection.sendall(request.encode())
        answer = b""
        while until not in answer and select.select([connection], [], [], PATIENCE_SECONDS)[0]:
            if not (piece := connection.recv(65536)):
                break
            answer += piece
        return answer


@pytest.fixture(scope="module")
def server_port(tmp_path_factory):
    """A server behind a proxy on its own machine."""
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    log, key = folder / "log", folder / "key"
    key.write_text(KEY)
    command = [SERVER, "--port", str(port), "--hosts", NAME, "--unlimited", "--static", ROOT / "static"]
    command += ["--trusted-proxies", "127.0.0.1", "--admin-key-file", key]
    with running(command, log) as process:
        await_answer(port, process, log)
        yield port


def nginx(folder: Path, port: int, server: int) -> list[str | Path]:
    example = (ROOT / "deploy/nginx.conf").read_text()
    site = example.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8080", f"127.0.0.1:{server}")
    (folder / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;"
        f"events {{ worker_connections 512; }} http {{ access_log off; {temporary} include {folder}/site.conf; }}"
    )
    return ["nginx", "-p", folder, "-c", configuration, "-e", "stderr"]


def haproxy(folder: Path, port: int, server: int) -> list[str | Path]:
    """The example is one for Docker: its way of finding servers is replaced by the server's address."""
    example = (ROOT / "deploy/haproxy.cfg").read_text().replace("bind :8080", f"bind 127.0.0.1:{port}")
    lines = []
    for line in example.splitlines():
        if line.strip().startswith("server-template"):
            line = f"    server chat 127.0.0.1:{server}"
        elif line.strip().startswith("option httpchk"):
            # Health checks name the host that they ask.
            line += f"\n    http-check send hdr Host {NAME}"
        line = line.replace(" resolvers docker resolve-prefer ipv4 init-addr none", "").replace("maxconn 8000", "maxconn 500")
        # There is no other server, to which those could go whom a busy machine keeps waiting for a second.
        lines.append(line.replace("inter 1s fastinter 500ms fall 2", "inter 5s downinter 500ms fall 20"))
    configuration = folder / "haproxy.cfg"
    # Connections to the server are shared by all that come: that is what people turn on, and what it has to bear.
    configuration.write_text("\n".join(lines).replace("balance leastconn", "balance leastconn\n    http-reuse always") + "\n")
    return ["haproxy", "-db", "-f", configuration]


def caddy(folder: Path, port: int, server: int) -> list[str | Path]:
    example = (ROOT / "deploy/Caddyfile").read_text()
    # The test has no certificate, and Caddy tells the administrator's port to nobody.
    site = example.replace(f"{NAME} {{", f"http://{NAME}:{port} {{\n\tbind 127.0.0.1").replace("127.0.0.1:8080", f"127.0.0.1:{server}")
    configuration = folder / "Caddyfile"
    configuration.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    return ["env", f"HOME={folder}", f"XDG_CONFIG_HOME={folder}", f"XDG_DATA_HOME={folder}", "caddy", "run", "--adapter", "caddyfile", "--config", configuration]


def traefik(folder: Path, port: int, server: int) -> list[str | Path]:
    routes = (ROOT / "deploy/traefik-chat.yml").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{server}")
    # A busy machine may need longer for the only server's answer than one does that has others beside it.
    routes = routes.replace("timeout: 3s", "timeout: 60s")
    (folder / "traefik-chat.yml").write_text(routes)
    example = (ROOT / "deploy/traefik.yml").read_text().replace('":80"', f'"127.0.0.1:{port}"')
    configuration = folder / "traefik.yml"
    configuration.write_text(example.replace("/etc/traefik/", f"{folder}/"))
    # The package puts the program beside the interpreter.
    return [Path(sys.executable).parent / "traefik", f"--configFile={configuration}"]


def haproxy_with_headers(folder: Path, port: int, server: int) -> list[str | Path]:
    """As the example, but it says by the PROXY protocol for whom it connects."""
    command = haproxy(folder, port, server)
    configuration = folder / "haproxy.cfg"
    text = configuration.read_text().replace(f"server chat 127.0.0.1:{server}", f"server chat 127.0.0.1:{server} send-proxy-v2")
    configuration.write_text(text.replace("option forwardfor", ""))
    return command


@pytest.fixture(params=[nginx, haproxy, haproxy_with_headers, caddy, traefik], ids=lambda proxy: proxy.__name__)
def counted_port(request, tmp_path):
    """A proxy in front of a server that counts by address, and that takes the proxy's word for it."""
    port, server = free_port(), free_port()
    command = [SERVER, "--port", str(server), "--hosts", NAME, "--static", ROOT / "static"]
    command += ["--trusted-proxies", "127.0.0.1", "--requests-per-address", "3,1/h"]
    if request.param is haproxy_with_headers:
        command += ["--proxy-protocol", "on"]
    with running(command, tmp_path / "server.log"), running(request.param(tmp_path, port, server), tmp_path / "log") as process:
        await_answer(port, process, tmp_path / "log")
        yield port


@pytest.fixture(scope="module", params=[nginx, haproxy, caddy, traefik], ids=lambda proxy: proxy.__name__)
def proxy_port(request, server_port, tmp_path_factory):
    """A proxy in front of the server."""
    folder = tmp_path_factory.mktemp(request.param.__name__)
    port = free_port()
    with running(request.param(folder, port, server_port), folder / "log") as process:
        await_answer(port, process, folder / "log")
        yield port
