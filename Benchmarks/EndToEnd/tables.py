"""Figures of runs to medians, spreads and tables. Nothing here is measured."""

import platform
import os
import statistics
import subprocess
from collections.abc import Callable

MEASURES = {
    # name: (heading, factor, decimals, whether more is better)
    "deliveries": ("deliveries/s", 1, 0, True),
    "sends": ("sends/s", 1, 0, True),
    "p50": ("p50 ms", 1e-3, 2, False),
    "p99": ("p99 ms", 1e-3, 2, False),
    "cpu": ("CPU µs/delivery", 1, 3, False),
    "memory": ("KiB/client", 1 / 1024, 1, False),
}


def at(value, path: str):
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def figures(result: dict, fields: dict) -> dict:
    """What a generator printed, under the names of this file; None where it did not say."""
    values = {name: at(result, fields[name]) if name in fields else None for name in MEASURES}
    # A load without deliveries has neither latencies nor a price for one.
    if not values["deliveries"]:
        values |= dict.fromkeys(("deliveries", "sends", "p50", "p99", "cpu"))
    else:
        # Under load a server's memory is its buffers; what a client costs is told by a load where nobody sends.
        values["memory"] = None
    values["failed"] = sum(at(result, path) or 0 for path in fields.get("failed", "").split())
    return values


def spread(values: list[float]) -> dict | None:
    """The middle of some figures, and the lowest and the highest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)} if values else None


def summary(load: str, title: str, titles: dict, runs: dict, baseline: str, charts: list[str]) -> dict:
    """One load: for each server its measures, and the ratios to the baseline's run of the same round.

    The first of the charts is what the load is about: its ratio stands in the table. A server whose runs, or whose baseline's runs,
    were disturbed has no ratio: the rounds that were quiet by chance would not be those that others show.
    """
    servers = []
    disturbances = {name: [run["disturbed"] for run in runs[name] if run and run["disturbed"]] for name in runs}
    for name, figures_ in runs.items():
        measures, ratios = {}, {}
        is_quiet = not disturbances[name] and not disturbances.get(baseline)
        for measure in MEASURES:
            values = [run[measure] for run in figures_ if run and run[measure] is not None]
            if not values:
                continue
            measures[measure] = spread(values)
            pairs = [
                run[measure] / base[measure]
                for run, base in zip(figures_, runs.get(baseline, []))
                if run and base and run[measure] is not None and base[measure]
            ]
            if pairs and is_quiet:
                ratios[measure] = spread(pairs)
        failed = sum(run["failed"] if run else 1 for run in figures_)
        servers.append(
            {"server": name, "title": titles[name], "runs": len(figures_), "failed": failed,
             "disturbances": disturbances[name], "measures": measures, "ratios": ratios}
        )  # fmt: skip
    return {"load": load, "title": title, "baseline": baseline, "charts": charts, "servers": servers}


def is_disturbed(result: dict) -> bool:
    return any(server["disturbances"] for server in result["servers"])


def number(value: float, measure: str) -> str:
    _, factor, decimals, _ = MEASURES[measure]
    return f"{value * factor:,.{decimals}f}"


def cell(value: dict | None, text: Callable[[float], str]) -> str:
    """The middle of some figures, and in brackets the lowest and the highest."""
    if value is None:
        return "–"
    middle, low, high = (text(value[part]) for part in ("median", "low", "high"))
    return middle if low == high else f"{middle} ({low} – {high})"


def disturbance(result: dict) -> str:
    """Why a table lacks ratios."""
    found = [text for server in result["servers"] for text in server["disturbances"]]
    runs = sum(server["runs"] for server in result["servers"])
    return f"The machine was busy in {len(found)} of {runs} runs: there are no ratios that need these. The last time, {found[-1]}."


def markdown(results: list[dict]) -> str:
    """A table for each load: medians, in brackets the lowest and the highest."""
    lines = []
    for result in results:
        shown = [m for m in MEASURES if any(m in server["measures"] for server in result["servers"])]
        ratio = result["charts"][0]
        headings = [MEASURES[m][0] for m in shown]
        of = MEASURES[ratio][0]
        lines += [f"### {result['title']}", "", f"| server | {' | '.join(headings)} | ratio of {of} |"]
        lines.append("|---|" + "---:|" * (len(shown) + 1))
        for server in result["servers"]:
            cells = [cell(server["measures"].get(measure), lambda value: number(value, measure)) for measure in shown]
            cells.append(cell(server["ratios"].get(ratio), "{:.2f}".format))
            faults = f" ({server['failed']} faults)" if server["failed"] else ""
            lines.append(f"| {server['title']}{faults} | {' | '.join(cells)} |")
        lines.append("")
        if is_disturbed(result):
            lines += [disturbance(result), ""]
    return "\n".join(lines)


def machine() -> dict:
    """What figures depend on: processor, cores, kernel, Redis."""
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        pass
    try:
        redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout.split()
    except OSError:
        redis = []
    version = next((word[2:] for word in redis if word.startswith("v=")), "")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release().split("-")[0], "redis": version}
