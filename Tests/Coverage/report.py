"""Says which lines the Swift tests pass through, by module, and which of them they do not, with the reason.

    report.py LINES.info --reasons REASONS.json [--document FILE]

LINES.info is what `llvm-cov export --format=lcov` writes. The table goes to standard output, and between the marks of the document
where one is named. It fails when a part that has a bound is below it, or when a file in such a part is below the bound without a
reason, or when a reason is of no file. Which lines are passed differs a little from run to run, so a file just above the bound may
keep its reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

BOUND = 90.0
"""The share of lines, in percent, that the tests of a part with a bound pass through."""
SHARD = ("ChatNode/Shard/", "ChatNode/Loop/", "ChatNode/Delivery/", "ChatNode/Flows/")
PARTS = {"ChatCore": ("ChatCore/",), "ChatRedis": ("ChatRedis/",), "ChatClient": ("ChatClient/",), "ChatNode, the shard": SHARD}
"""The parts that have the bound, each with the folders of `Sources` that belong to it."""
BEGIN, END = "<!-- made by make coverage -->", "<!-- until here -->"


@dataclass
class Count:
    """Lines with code, and those of them that a test passed through."""

    lines: int = 0
    passed: int = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.passed / self.lines if self.lines else 100.0

    def __iadd__(self, other: Count) -> Count:
        self.lines += other.lines
        self.passed += other.passed
        return self

    def row(self, name: str) -> str:
        return f"| {name} | {self.lines:,} | {self.passed:,} | {self.percent:.1f} % |"


def read(text: str) -> dict[str, Count]:
    """The counts of each file, by its path below `Sources`; files elsewhere are left out.

    A line may be told several times, once for each form of a generic function: it counts once, and as passed when one of them was.
    """
    files: dict[str, dict[int, bool]] = {}
    lines: dict[int, bool] | None = None
    for entry in text.splitlines():
        kind, _, value = entry.partition(":")
        if kind == "SF":
            _, found, path = value.rpartition("/Sources/")
            lines = files.setdefault(path, {}) if found else None
        elif kind == "DA" and lines is not None:
            number, count = value.split(",")[:2]
            lines[int(number)] = lines.get(int(number), False) or int(count) > 0
    return {path: Count(len(found), sum(found.values())) for path, found in files.items()}


def total(files: dict[str, Count], folders: tuple[str, ...]) -> Count:
    count = Count()
    for path, of_file in files.items():
        if path.startswith(folders):
            count += of_file
    return count


def tables(files: dict[str, Count], reasons: dict[str, str]) -> str:
    head = ["| lines | with code | passed | share |", "|---|---:|---:|---:|"]
    modules = sorted({path.partition("/")[0] for path in files})
    out = [*head, *(total(files, folders).row(f"**{name}**") for name, folders in PARTS.items())]
    out += ["", *head, *(total(files, (f"{module}/",)).row(module) for module in modules), total(files, ("",)).row("all")]
    out += ["", "| file of a part with the bound | passed | why not the rest |", "|---|---:|---|"]
    out += [f"| `{path}` | {files[path].percent:.0f} % | {reasons.get(path, '')} |" for path in below(files)]
    return "\n".join(out)


def below(files: dict[str, Count]) -> list[str]:
    """The files in parts with a bound that are below it themselves."""
    folders = tuple(folder for of_part in PARTS.values() for folder in of_part)
    return sorted(path for path, count in files.items() if path.startswith(folders) and count.percent < BOUND)


def faults(files: dict[str, Count], reasons: dict[str, str]) -> list[str]:
    found = []
    for name, folders in PARTS.items():
        count = total(files, folders)
        if not count.lines:
            found.append(f"{name}: nothing was counted")
        elif count.percent < BOUND:
            found.append(f"{name}: tests pass through {count.percent:.1f} % of its lines, and {BOUND:.0f} % is the bound")
    low = below(files)
    found += [f"{path}: {files[path].percent:.0f} %, and reasons.json says no reason" for path in low if path not in reasons]
    found += [f"reasons.json: there is no {path}" for path in sorted(reasons) if path not in files]
    return found


def written(document: str, table: str) -> str:
    """The document with the tables between its marks."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no place for the tables, between {BEGIN} and {END}")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--reasons", type=Path, required=True)
    parser.add_argument("--document", type=Path)
    options = parser.parse_args()
    files = read(options.lines.read_text())
    reasons = json.loads(options.reasons.read_text())
    table = tables(files, reasons)
    print(table)
    if options.document:
        options.document.write_text(written(options.document.read_text(), table))
    found = faults(files, reasons)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
