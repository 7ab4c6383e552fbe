"""Runs the Autobahn Testsuite against the server's echo, and judges its report.

    autobahn.py --wstest WSTEST --server SERVER --folder FOLDER [--cases '12.* 13.*'] [--table FILE]

The server is started here, on a free port of 127.0.0.1, with --test-echo and --deflate on. Each case has its report in the
folder. The exit status is 0 when every planned case has a result that is ok, non-strict or informational, every connection ended
cleanly, and so did the server. The table is written only where all cases ran.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import free_port  # noqa: E402

SECTIONS = {
    "1": "frames",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragments",
    "6": "UTF-8",
    "7": "closing",
    "9": "sizes and numbers",
    "10": "fragments of many sizes",
    "12": "compression: messages",
    "13": "compression: parameters",
}
PATIENCE_SECONDS = 60


def start(server: str, port: int, log: pathlib.Path) -> subprocess.Popen:
    command = [server, "--port", str(port), "--test-echo", "--deflate", "on", "--log-level", "warning"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log.open("w"), stderr=subprocess.STDOUT)
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            # Without the proxy that the environment may name.
            here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            here.open(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return process
        except OSError:
            time.sleep(0.05)
    process.kill()
    sys.exit(f"the server did not start:\n{log.read_text()}")


def run(wstest: str, port: int, folder: pathlib.Path, cases: list[str], seconds: float) -> int:
    """Runs the cases; returns how many were planned."""
    specification = folder / "fuzzingclient.json"
    server = {"agent": "ChatServer", "url": f"ws://127.0.0.1:{port}/echo", "options": {"version": 18}}
    specification.write_text(
        json.dumps(
            {
                "options": {"failByDrop": False},
                "outdir": str(folder),
                "servers": [server],
                "cases": cases,
                "exclude-cases": [],
                "exclude-agent-cases": {},
            }
        )
    )
    log = folder / "wstest.log"
    with log.open("w") as output:
        suite = subprocess.Popen(
            [wstest, "-m", "fuzzingclient", "-s", str(specification)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
        )
        try:
            suite.wait(seconds)
        except subprocess.TimeoutExpired:
            suite.kill()
            suite.wait()
            print(f"the suite was ended after {seconds:.0f} s")
    planned = re.search(r"Ok, will run (\d+) test cases", log.read_text(errors="replace"))
    return int(planned.group(1)) if planned else 0


def results(folder: pathlib.Path) -> dict[str, dict]:
    index = folder / "index.json"
    if not index.exists():
        sys.exit(f"the suite wrote no report:\n{(folder / 'wstest.log').read_text(errors='replace')[-2000:]}")
    cases: dict[str, dict] = {}
    for agent in json.loads(index.read_text()).values():
        cases.update(agent)
    return cases


def stop(server: subprocess.Popen) -> int:
    """Ends the server as an operator would; its exit status."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    return server.returncode


def is_good(case: dict) -> bool:
    return case["behavior"] in ("OK", "NON-STRICT", "INFORMATIONAL") and not is_unclean(case)


def is_unclean(case: dict) -> bool:
    return case["behaviorClose"] not in ("OK", "INFORMATIONAL")


def table(cases: dict[str, dict]) -> list[str]:
    lines = [
        "| section | cases | ok | non-strict | informational | unimplemented | failed | unclean |",
        "|---|---|---|---|---|---|---|---|",
    ]

    def line(name: str, chosen: list[dict]) -> str:
        counts = [
            sum(case["behavior"] == behavior for case in chosen)
            for behavior in ("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED")
        ]
        numbers = [len(chosen), *counts, sum(map(is_unclean, chosen))]
        return f"| {name} | " + " | ".join(str(number) for number in numbers) + " |"

    for section, name in SECTIONS.items():
        chosen = [case for number, case in cases.items() if number.split(".")[0] == section]
        if chosen:
            lines.append(line(f"{section} {name}", chosen))
    return lines + [line("all", list(cases.values()))]


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--wstest", required=True)
    options.add_argument("--server", required=True)
    options.add_argument("--folder", required=True, type=pathlib.Path)
    options.add_argument("--cases", default="*")
    options.add_argument("--seconds", default=3000, type=float)
    options.add_argument("--table", type=pathlib.Path)
    options = options.parse_args()

    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.json").unlink(missing_ok=True)
    port = free_port()
    server = start(options.server, port, folder / "server.log")
    began = time.monotonic()
    try:
        planned = run(str(pathlib.Path(options.wstest).absolute()), port, folder, options.cases.split(), options.seconds)
        is_up = server.poll() is None
    finally:
        status = stop(server)
    cases = results(folder)
    for line in table(cases):
        print(line)
    if options.table and options.cases == "*":
        options.table.write_text("\n".join(table(cases)) + "\n")
    bad = [(number, case) for number, case in cases.items() if not is_good(case)]
    for number, case in sorted(bad, key=lambda entry: [int(part) for part in entry[0].split(".")]):
        report = json.loads((folder / case["reportfile"]).read_text(errors="replace"))
        print(f"case {number}: {case['behavior']}, close {case['behaviorClose']}: {report.get('result')}")
    if not is_up or status:
        print(f"the server ended {'' if is_up else 'too early, '}with status {status}: {folder / 'server.log'}")
    print(f"{len(cases) - len(bad)} passed, {len(bad) + planned - len(cases)} failed")
    print(f"{planned} cases, {time.monotonic() - began:.0f} s")
    return 1 if bad or not is_up or status or not cases or planned != len(cases) else 0


sys.exit(main())
