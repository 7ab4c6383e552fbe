"""Bars as SVG, readable on a light and a dark page, without anything but text."""

from html import escape

import tables

WIDTH, ROW, LEFT, RIGHT, TOP = 760, 30, 190, 170, 46
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 } .note { fill: #57606a; font-size: 12px }
  .bar { fill: #2f81f7 } .base { fill: #8c959f } .spread { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9198a1 } .spread { stroke: #e6edf3 } .base { fill: #6e7681 }
  }"""
TITLES = {
    "deliveries": "deliveries per second (more is better)",
    "p99": "p99 latency of deliveries (less is better)",
    "cpu": "CPU of the server per delivery (less is better)",
    "memory": "memory per connected client (less is better)",
}


def of(result: dict) -> dict[str, str]:
    """The charts of a load that are asked for, by measure; only of what was measured."""
    charts = {}
    for measure in result["charts"]:
        title = TITLES[measure]
        rows = [server for server in result["servers"] if measure in server["measures"]]
        if rows:
            charts[measure] = bars(f"{result['title']}: {title}", rows, measure, result["baseline"])
    return charts


def bars(title: str, rows: list[dict], measure: str, baseline: str) -> str:
    """One bar for each server: its median, with a line from the lowest to the highest run."""
    height = TOP + ROW * len(rows) + 26
    most = max(row["measures"][measure]["high"] for row in rows) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    unit = tables.MEASURES[measure][0].replace("deliveries/s", "").replace("p99 ", "")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="12" y="24">{escape(title)}</text>',
    ]
    for index, row in enumerate(rows):
        value = row["measures"][measure]
        y = TOP + ROW * index
        end = LEFT + value["median"] * scale
        low, high = LEFT + value["low"] * scale, LEFT + value["high"] * scale
        kind = "base" if row["server"] == baseline else "bar"
        parts += [
            f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(row["title"])}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y + 3}" width="{max(end - LEFT, 1):.1f}" height="18" rx="2"/>',
            f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{y + 12}" y2="{y + 12}"/>',
            f'<text x="{max(end, high) + 8:.1f}" y="{y + 16}">{tables.number(value["median"], measure)} {unit}</text>',
        ]
    runs = max(row["runs"] for row in rows)
    note = f"median of {runs} runs, the line from the lowest to the highest"
    parts += [f'<text class="note" x="{LEFT}" y="{height - 10}">{note}</text>', "</svg>\n"]
    return "\n".join(parts)
