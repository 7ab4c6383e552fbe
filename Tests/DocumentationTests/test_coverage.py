"""How coverage is counted and judged (Tests/Coverage/report.py)."""

from __future__ import annotations

import json
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Tests/Coverage"))
import report  # noqa: E402


def info(**files: tuple[int, int]) -> str:
    """What llvm-cov would write of files with so many lines, of which so many were passed."""
    entries = []
    for path, (lines, passed) in files.items():
        entries += [f"SF:/somewhere/Sources/{path}", *(f"DA:{line},{int(line <= passed)}" for line in range(1, lines + 1)), "end_of_record"]
    return "\n".join(entries)


GOOD = {"ChatCore/A.swift": (100, 95), "ChatRedis/A.swift": (10, 10), "ChatClient/A.swift": (10, 10), "ChatNode/Flows/A.swift": (10, 9)}


def test_a_line_counts_once_however_many_forms_it_has():
    text = "SF:/a/Sources/ChatCore/A.swift\nDA:1,0\nDA:2,0\nend_of_record\nSF:/a/Sources/ChatCore/A.swift\nDA:1,5\nDA:3,1\nend_of_record\n"
    files = report.read(text + "SF:/a/Tests/B.swift\nDA:1,1\n")
    assert files == {"ChatCore/A.swift": report.Count(3, 2)}


def test_a_part_below_the_bound_is_a_fault():
    assert report.faults(report.read(info(**GOOD)), {}) == []
    (fault,) = report.faults(report.read(info(**(GOOD | {"ChatRedis/A.swift": (100, 100), "ChatRedis/B.swift": (100, 70)}))), {"ChatRedis/B.swift": "x"})
    assert fault.startswith("ChatRedis: tests pass through 85.0 %")


def test_a_file_below_the_bound_needs_a_reason_and_a_reason_needs_a_file():
    files = report.read(info(**(GOOD | {"ChatCore/B.swift": (10, 5)})))
    assert report.faults(files, {"ChatCore/B.swift": "it cannot happen"}) == []
    assert report.faults(files, {}) == ["ChatCore/B.swift: 50 %, and reasons.json says no reason"]
    assert report.faults(files, {"ChatCore/A.swift": "x", "ChatCore/B.swift": "x"}) == []
    assert report.faults(files, {"ChatCore/B.swift": "x", "ChatCore/C.swift": "x"}) == ["reasons.json: there is no ChatCore/C.swift"]


def test_a_part_that_is_not_there_is_no_pass():
    files = report.read(info(**{path: count for path, count in GOOD.items() if "Flows" not in path}))
    assert report.faults(files, {}) == ["ChatNode, the shard: nothing was counted"]


def test_the_tables_stand_between_the_marks():
    table = report.tables(report.read(info(**GOOD)), {})
    assert "| **ChatCore** | 100 | 95 | 95.0 % |" in table and "| all | 130 | 124 | 95.4 % |" in table
    document = f"Before.\n{report.BEGIN}\n\nold\n\n{report.END}\nAfter.\n"
    assert report.written(document, "new") == f"Before.\n{report.BEGIN}\n\nnew\n\n{report.END}\nAfter.\n"
    with pytest.raises(ValueError, match="no place"):
        report.written("Before.\n", "new")


def test_the_document_has_the_parts_and_the_reasons():
    text = (ROOT / "docs/COVERAGE.md").read_text()
    assert text.count(report.BEGIN) == text.count(report.END) == 1
    for name in report.PARTS:
        assert f"| **{name}** |" in text
    for path, reason in json.loads((ROOT / "Tests/Coverage/reasons.json").read_text()).items():
        assert (ROOT / "Sources" / path).exists(), path
        assert f"| `{path}` |" in text and reason in text
