#!/usr/bin/env python3
"""Runs servers side by side, A B C A B C ..., under the same loads, and writes tables and plots.

  compare.py [--config FILE] [--out FOLDER] [--rounds N] [--loads a,b] [--servers a,b]

CONFIG is an INI file; default.ini and yardstick.ini beside this file are two. No shell is involved; in every command these
are put in: {server} and {cli} (the programs of this project, release build; CHAT_SERVER_BIN and CHAT_CLI_BIN name others),
{yardstick} and {load} (the programs of Benchmarks/Yardstick), {port}, {port2}, {port3} (free ports, new for every run), {args}
(of the load and the server), {pids} (of the server and its helpers), {spin} (--spin where the generator has cores of its own),
{here} (the file's folder), and variables of the environment as $NAME.

  [compare]       rounds, baseline (the server that ratios are to), generator (a command that prints one JSON object),
                  pid (what {pids} consists of, with {pid}), name (of the files that are written; results), others and
                  steal (how much of a core, in percent, other programs may use during a run and the host of a virtual machine
                  may keep from it; without others nobody looks), attempts (how often a run that was disturbed is made; 3)
  [fields]        where that object has deliveries, sends, p50, p99 (microseconds), cpu (microseconds per delivery),
                  memory (bytes per client), and what must be 0 (failed); fields inside objects by dots
  [load NAME]     title, args, servers (names; all), charts (deliveries, p99, cpu, memory; only deliveries)
  [server NAME]   title, start (a command), helper (started before it: a database), also (a second server),
                  generator (in place of the common one), args (added to the load's), cores (first, all), needs (a program:
                  where it is not installed, the server is left out)

With taskset and two cores or more, servers and helpers run on the first core, and the generator on the others. Each run
starts its servers anew and ends them. Ratios are medians of the ratios of each round: on a machine whose speed changes,
only neighbours can be compared. Where the machine was busy there are no ratios that need those runs, and nothing of that load is
written. The exit status is 1 then, and when a run failed or a generator found a fault.
"""

import argparse
import configparser
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import charts
import quiet
import tables

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/PythonSupport"))

from programs import free_ports  # noqa: E402

START_SECONDS = 30
RUN_SECONDS = 300


class Failure(Exception):
    """A run that gave no figures, and why."""


def cores() -> tuple[str, str]:
    """The cores of servers and of the generator; empty where they cannot be told apart."""
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(available) < 2 or not shutil.which("taskset"):
        return "", ""
    return str(available[0]), ",".join(map(str, available[1:]))


class Processes:
    """What a run started; ended by their own ids."""

    def __init__(self, log):
        self.log = log
        self.started: list[subprocess.Popen] = []

    def start(self, command: list[str], pinned: str) -> int:
        if pinned:
            command = ["taskset", "-c", pinned, *command]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.started.append(process)
        return process.pid

    def wait_for(self, port: int) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.started[-1].poll() is not None:
                    raise Failure(f"it ended with status {self.started[-1].returncode} before it listened") from None
                time.sleep(0.02)
        raise Failure(f"nothing listened on its port within {START_SECONDS} s")

    def end(self) -> None:
        for process in reversed(self.started):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def words(template: str, values: dict) -> list[str]:
    return shlex.split(os.path.expandvars(template).format(**values))


def run(server, load, common, log) -> dict:
    """One run: servers of its own, one generator; gives what the generator printed."""
    server_cores, generator_cores = cores()
    pinned = server_cores if server.get("cores", "first") == "first" else ""
    port, port2, port3 = free_ports(3)
    values = {
        "server": os.environ.get("CHAT_SERVER_BIN", ROOT / ".build/release/ChatServer"),
        "cli": os.environ.get("CHAT_CLI_BIN", ROOT / ".build/release/chat-cli"),
        "yardstick": ROOT / ".build/yardstick/yardstick", "load": ROOT / ".build/yardstick/load",
        "port": port, "port2": port2, "port3": port3, "here": HERE,
        "spin": "--spin" if generator_cores and pinned else "",
    }  # fmt: skip
    processes = Processes(log)
    try:
        pids = []
        for key, of in (("helper", port2), ("start", port), ("also", port3)):
            if key in server:
                pids.append(processes.start(words(server[key], values), pinned))
                processes.wait_for(of)
        options = " ".join(common["pid"].format(pid=pid) for pid in pids)
        args = f"{load['args']} {server.get('args', '')}"
        command = words(server.get("generator", common["generator"]), values | {"args": args, "pids": options})
        if generator_cores and pinned:
            command = ["taskset", "-c", generator_cores, *command]
        generator = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS)
        log.write(generator.stderr.encode())
        if not generator.stdout.strip():
            raise Failure(f"the generator ended with status {generator.returncode}: {generator.stderr.strip()[-300:]}")
        return json.loads(generator.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Failure(str(error)) from error
    finally:
        processes.end()


def measure(server, load, common, fields, log, attempts: int) -> dict:
    """The figures of a run, and what has disturbed it: a run beside others is made again, a few times."""
    others = common.get("others")
    for _ in range(attempts):
        before = quiet.read()
        figures = tables.figures(run(server, load, common, log), fields)
        figures["disturbed"] = None
        if others:
            figures["disturbed"] = quiet.since(before, float(others), float(common.get("steal", quiet.STEAL_PERCENT)))
        if not figures["disturbed"]:
            break
    return figures


def installed(servers: dict) -> dict:
    """The servers without those that need a program which is not here."""
    there = {}
    for name, server in servers.items():
        if "needs" in server and not shutil.which(server["needs"]):
            print(f"{name} is left out: there is no {server['needs']}", file=sys.stderr)
        else:
            there[name] = server
    return there


def described(figures: dict) -> str:
    """Figures on one line, for those who wait."""
    texts = [f"{key} {figures[key]:,.1f}" for key in (*tables.MEASURES, "failed") if figures[key] is not None]
    if figures["disturbed"]:
        texts.append(figures["disturbed"])
    return ", ".join(texts)


def read(config: Path):
    parser = configparser.ConfigParser(interpolation=None)
    with open(config, encoding="utf-8") as file:
        parser.read_file(file)

    def named(kind: str) -> dict:
        sections = (name for name in parser.sections() if name.startswith(kind + " "))
        return {name.split(None, 1)[1]: dict(parser[name]) for name in sections}

    return dict(parser["compare"]), dict(parser["fields"]), named("load"), named("server")


def chosen(all_: dict, names: str | None) -> dict:
    if not names:
        return all_
    missing = [name for name in names.split(",") if name not in all_]
    if missing:
        sys.exit(f"there is no {missing[0]} (there are: {', '.join(all_)})")
    return {name: all_[name] for name in names.split(",")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(os.environ.get("BENCH_CONFIG", HERE / "default.ini")))
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", 0)))
    parser.add_argument("--loads")
    parser.add_argument("--servers")
    options = parser.parse_args()
    common, fields, loads, servers = read(options.config)
    loads, servers = chosen(loads, options.loads), installed(chosen(servers, options.servers))
    rounds = options.rounds or int(common.get("rounds", 3))
    options.out.mkdir(parents=True, exist_ok=True)
    results, failed = [], False
    with open(options.out / "compare.log", "wb") as log:
        for name, load in loads.items():
            those = {s: servers[s] for s in servers if s in load.get("servers", s).split()}
            runs: dict[str, list[dict | None]] = {s: [] for s in those}
            attempts = int(common.get("attempts", 3))
            for k in range(rounds):
                for s, server in those.items():
                    try:
                        figures = measure(server, load, common, fields, log, attempts)
                        # Once there is a ratio that cannot be told, patience brings it back no more.
                        attempts = 1 if figures["disturbed"] else attempts
                        failed |= figures["failed"] > 0
                        text = described(figures)
                    except Failure as error:
                        figures, failed, text = None, True, f"failed: {error}"
                    runs[s].append(figures)
                    print(f"{name} {k + 1}/{rounds} {s}: {text}", file=sys.stderr, flush=True)
            titles = {s: those[s].get("title", s) for s in those}
            wanted = load.get("charts", "deliveries").split()
            baseline = common.get("baseline", "")
            results.append(tables.summary(name, load.get("title", name), titles, runs, baseline, wanted))
            # After each load: who interrupts a long comparison keeps what it has.
            write(options.out, common.get("name"), results)
    print(tables.markdown(results))
    busy = [result["load"] for result in results if tables.is_disturbed(result)]
    if busy:
        print(f"the machine was busy: nothing is written of {', '.join(busy)}", file=sys.stderr)
    return 1 if failed or busy else 0


def write(out: Path, name: str | None, results: list[dict]) -> None:
    """Writes what was measured without a disturbance."""
    calm = [result for result in results if not tables.is_disturbed(result)]
    if not calm or calm[-1] is not results[-1]:
        return
    everything = {"machine": tables.machine(), "loads": calm}
    (out / f"{name or 'results'}.json").write_text(json.dumps(everything, indent=1) + "\n")
    (out / f"{name or 'results'}.md").write_text(tables.markdown(calm))
    for kind, chart in charts.of(calm[-1]).items():
        (out / f"{name + '-' if name else ''}{calm[-1]['load']}-{kind}.svg").write_text(chart)


if __name__ == "__main__":
    sys.exit(main())
