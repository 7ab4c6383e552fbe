"""`make bench`: bounds that can be broken, and a comparison that tells what it was given, with servers made of nothing."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import PATIENCE_SECONDS, ROOT

MICRO = ROOT / ".build/debug/MicroBenchmarks"
COMPARE = ROOT / "Benchmarks/EndToEnd/compare.py"


def micro(*arguments: str):
    return subprocess.run([MICRO, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def test_what_a_message_allocates_is_the_same_every_time(tmp_path):
    bounds = tmp_path / "bounds.txt"
    counts = micro("--counts").stdout
    bounds.write_text("# a remark\n" + counts)
    result = micro("--check", str(bounds))
    assert result.returncode == 0, result.stdout
    assert result.stdout == f"{len(counts.splitlines())} passed, 0 failed\n"


def test_more_allocations_than_the_bound_are_a_failure(tmp_path):
    lines = micro("--counts").stdout.splitlines()
    broken = next(line for line in lines if not line.startswith("0.00"))
    number, name = broken.split(" ", 1)
    bounds = tmp_path / "bounds.txt"
    others = [line for line in lines[1:] if line != broken] + [f"{float(number) - 0.01:.2f} {name}", "1 gone"]
    bounds.write_text("\n".join(others))
    result = micro("--check", str(bounds))
    assert result.returncode == 1
    assert f"{name}: allocates {number} times, its bound is" in result.stdout
    assert "gone: there is no such station" in result.stdout
    if lines[0] != broken:
        assert f"{lines[0].split(' ', 1)[1]}: has no bound" in result.stdout


SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: listener.accept()[0].close()
"""
GENERATOR = """
import json, socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
print(json.dumps({"rate": float(sys.argv[2]), "memory": 9000, "latency": {"p99": 2500, "p50": 1000}, "lost": int(sys.argv[3])}))
"""


@pytest.fixture
def compare(tmp_path):
    """Runs a comparison of two servers that do nothing; gives the exit status, the results and the folder."""
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "generator.py").write_text(GENERATOR)
    python = sys.executable

    def run(lost: int = 0, start: str = f"{python} {tmp_path}/server.py {{port}}", *arguments: str):
        config = tmp_path / "compare.ini"
        config.write_text(f"""
[compare]
rounds = 3
baseline = slow
generator = {python} {tmp_path}/generator.py {{port}} {{args}}
pid = --pid {{pid}}
[fields]
deliveries = rate
p50 = latency.p50
p99 = latency.p99
memory = memory
failed = lost
[load one]
title = one & only
charts = deliveries p99 memory
args =
[server slow]
start = {python} {tmp_path}/server.py {{port}}
args = 1000 0
[server fast]
title = <fast>
start = {start}
args = 4000 {lost}
""")
        command = [python, COMPARE, "--config", config, "--out", tmp_path / "out", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        return result, tmp_path / "out"

    return run


def test_a_comparison_writes_medians_ratios_and_plots(compare):
    result, out = compare()
    assert result.returncode == 0, result.stderr
    load = json.loads((out / "results.json").read_text())["loads"][0]
    fast = load["servers"][1]
    assert fast["measures"]["deliveries"] == {"median": 4000, "low": 4000, "high": 4000}
    assert fast["ratios"]["deliveries"] == 4 and fast["runs"] == 3 and fast["failed"] == 0
    table = (out / "results.md").read_text()
    assert "| slow | 1,000 | 1.00 | 2.50 | 1.00 |" in table and "| <fast> | 4,000 | 1.00 | 2.50 | 4.00 |" in table
    for name in ("deliveries", "p99"):
        picture = ElementTree.parse(out / f"one-{name}.svg").getroot()
        texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert texts[0].startswith("one & only: ") and "<fast>" in texts
        widths = [float(bar.get("width")) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
        assert widths[1] == pytest.approx(widths[0] * (4 if name == "deliveries" else 1), rel=0.01)
    assert not (out / "one-memory.svg").exists(), "memory is told where nobody sends"


def test_a_fault_that_the_generator_found_fails_the_comparison(compare):
    result, out = compare(lost=2)
    assert result.returncode == 1
    assert "<fast> (6 faults)" in (out / "results.md").read_text()


def test_a_server_that_does_not_start_is_told_and_the_others_are_measured(compare):
    result, out = compare(0, "false")
    assert result.returncode == 1
    assert "it ended with status 1 before it listened" in result.stderr
    servers = json.loads((out / "results.json").read_text())["loads"][0]["servers"]
    assert servers[0]["failed"] == 0 and servers[1]["failed"] == 3 and servers[1]["measures"] == {}


def test_the_configuration_of_the_project_can_be_read():
    sys.path.insert(0, str(COMPARE.parent))
    try:
        import compare as comparison
    finally:
        sys.path.pop(0)
    common, fields, loads, servers = comparison.read(COMPARE.parent / "default.ini")
    assert common["baseline"] in servers and {"deliveries", "p99", "cpu", "failed"} <= fields.keys()
    values = {"server": "s", "cli": "c", "port": 1, "port2": 2, "port3": 3, "here": "h", "args": "a", "pids": "p"}
    for server in servers.values():
        for key in ("start", "also", "helper", "generator"):
            if key in server:
                assert "{" not in " ".join(comparison.words(server[key], values))
    assert all(load["args"] for load in loads.values())
