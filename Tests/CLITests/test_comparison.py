"""`make bench`: bounds that can be broken, and a comparison that tells what it was given, with servers made of nothing."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import PATIENCE_SECONDS, ROOT

sys.path.insert(0, str(ROOT / "Benchmarks/EndToEnd"))

import compare as comparison  # noqa: E402
import quiet  # noqa: E402
import tables  # noqa: E402

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

    def run(lost: int = 0, start: str = f"{python} {tmp_path}/server.py {{port}}", *arguments: str, keys: str = ""):
        config = tmp_path / "compare.ini"
        config.write_text(f"""
[compare]
rounds = 3
baseline = slow
generator = {python} {tmp_path}/generator.py {{port}} {{args}}
pid = --pid {{pid}}
{keys}
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
    assert fast["ratios"]["deliveries"] == {"median": 4, "low": 4, "high": 4} and fast["runs"] == 3 and fast["failed"] == 0
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


@pytest.mark.parametrize("name", ["default.ini", "yardstick.ini"])
def test_the_configurations_of_the_project_can_be_read(name):
    common, fields, loads, servers = comparison.read(COMPARE.parent / name)
    assert common["baseline"] in servers and {"deliveries", "p99", "cpu", "failed"} <= fields.keys()
    assert float(common["others"]) > 0 and float(common["steal"]) > 0
    values = {"server": "s", "cli": "c", "yardstick": "y", "load": "l", "spin": "", "here": "h", "args": "a", "pids": "p"}
    values |= {"port": 1, "port2": 2, "port3": 3}
    commands = [server[key] for server in servers.values() for key in ("start", "also", "helper", "generator") if key in server]
    assert not [word for command in (*commands, common["generator"]) for word in comparison.words(command, values) if "{" in word]
    assert all(load["args"] for load in loads.values())


STAT = "cpu  {} 0 100 9000 50 10 {} {} 0 0\ncpu0 1 2 3\n"
"""/proc/stat in hundredths of a second: user time, soft interrupts, steal; the rest stays as it is."""


def reading(user: int, softirq: int, steal: int, at: float, ours: float):
    return quiet.parsed(STAT.format(user, softirq, steal), at, ours, 0.01)


@pytest.mark.parametrize(
    "user, softirq, steal, ours, interrupts_are_ours, verdict",
    [
        # Two seconds of two cores, all of them ours.
        (400, 0, 0, 4.0, True, None),
        # A daemon, and one of the kernel's ticks that fell to the wrong side.
        (420, 0, 0, 4.0, True, None),
        (400, 0, 0, 4.01, True, None),
        (400, 0, 0, 3.5, True, "other programs used 25 % of a core (limit: 12 %)"),
        # The receiving half of our own sockets: in our times, or beside them.
        (300, 100, 0, 4.0, True, None),
        (300, 100, 0, 3.0, False, None),
        (300, 100, 0, 3.0, True, "other programs used 50 % of a core (limit: 12 %)"),
        (400, 0, 5, 4.0, True, "the host kept 2 % of a core from this machine (limit: 2 %)"),
        (
            600, 0, 100, 4.0, False,
            "other programs used 100 % of a core (limit: 12 %) and the host kept 50 % of a core from this machine (limit: 2 %)",
        ),
    ],
)  # fmt: skip
def test_a_machine_is_busy_with_what_the_times_of_our_processes_do_not_explain(
    user, softirq, steal, ours, interrupts_are_ours, verdict
):
    before, after = reading(1000, 0, 0, 100, 7), reading(1000 + user, softirq, steal, 102, 7 + ours)
    assert quiet.disturbance(before, after, 12, 2, interrupts_are_ours) == verdict


def test_a_text_that_is_no_stat_is_refused():
    with pytest.raises(ValueError, match="/proc/stat begins with"):
        quiet.parsed("cpus 1 2 3", 0, 0, 0.01)


def test_our_own_work_is_not_others(tmp_path):
    before = quiet.read()
    subprocess.run([sys.executable, "-c", "sum(range(1_000_000))"], check=True)
    after = quiet.read()
    assert after.at > before.at and after.ours > before.ours and after.tasks >= before.tasks


def test_there_is_no_ratio_and_nothing_is_written_when_the_machine_was_busy(compare):
    # Less than nothing is what no machine keeps to.
    result, out = compare(keys="others = -1000\nattempts = 2")
    assert result.returncode == 1
    assert "| slow | 1,000 | 1.00 | 2.50 | – |" in result.stdout and "| <fast> | 4,000 | 1.00 | 2.50 | – |" in result.stdout
    assert "The machine was busy in 6 of 6 runs: there are no ratios that need these. The last time, other programs" in result.stdout
    assert "the machine was busy: nothing is written of one" in result.stderr
    assert [file.name for file in out.iterdir()] == ["compare.log"]


def test_a_disturbed_run_takes_its_ratios_away_and_leaves_those_of_others():
    def run(deliveries: float, disturbed: str | None = None) -> dict:
        return dict.fromkeys(tables.MEASURES) | {"deliveries": deliveries, "failed": 0, "disturbed": disturbed}

    runs = {"base": [run(100), run(200)], "calm": [run(50), run(120)], "beside others": [run(100), run(1, "a compiler")]}
    result = tables.summary("load", "title", {name: name for name in runs}, runs, "base", ["deliveries"])
    ratios = [server["ratios"].get("deliveries") for server in result["servers"]]
    assert ratios == [{"median": 1, "low": 1, "high": 1}, {"median": 0.55, "low": 0.5, "high": 0.6}, None]
    table = tables.markdown([result])
    assert "| calm | 85 (50 – 120) | 0.55 (0.50 – 0.60) |" in table
    assert "| beside others | 50 (1 – 100) | – |" in table
    assert "The machine was busy in 1 of 6 runs: there are no ratios that need these. The last time, a compiler." in table
    runs["base"][0] = run(100, "a compiler")
    result = tables.summary("load", "title", {name: name for name in runs}, runs, "base", ["deliveries"])
    assert not any(server["ratios"] for server in result["servers"])


def test_a_server_whose_program_is_not_here_is_left_out(capsys):
    servers = {"one": {"start": "x"}, "two": {"start": "y", "needs": "no-such-program"}, "three": {"needs": "sh"}}
    assert list(comparison.installed(servers)) == ["one", "three"]
    assert "two is left out: there is no no-such-program" in capsys.readouterr().err
