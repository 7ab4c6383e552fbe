"""The documents of the project, and what its scripts and programs offer."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import CLI, ROOT, SERVER  # noqa: E402, F401

PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""
PLACES = ("*.md", "docs/**/*.md", "changes/README.md", "Examples/**/*.md", "Fuzz/*.md", "Sources/*/*.docc/*.md", "Tests/*/*.md", ".github/*.md")


def documents() -> list[Path]:
    """Every document that people read, but for single news."""
    found = sorted(path for place in PLACES for path in ROOT.glob(place))
    assert len(found) > 20
    return found


def prose(text: str) -> str:
    """A document without its blocks of code, which keep their lines."""
    return re.sub(r"^```.*?^```", lambda block: "\n" * block.group().count("\n"), text, flags=re.M | re.S)


@cache
def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))


@cache
def variables() -> set[str]:
    """What may be set for `make`, by the list at its top and those of the scripts."""
    texts = [(ROOT / "Makefile").read_text(), *(path.read_text() for path in sorted((ROOT / "scripts").glob("*.sh")))]
    return {name for text in texts for line in text.splitlines() if line.startswith("#") for name in re.findall(r"\b([A-Z][A-Z_0-9]+)(?==)", line)}


def run(command: list, **options) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; its output is text, and its status is for the test to judge."""
    options = {"stdin": subprocess.DEVNULL, "cwd": ROOT, "timeout": PATIENCE_SECONDS} | options
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


@pytest.fixture
def fakes(tmp_path):
    """Programs that only say how they were called, in place of those that would change this machine: `fakes(name, script)`."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def fake(name: str, script: str = "") -> Path:
        path = folder / name
        path.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>"{tmp_path}/calls"\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    fake.path = f"{folder}:{os.environ['PATH']}"
    fake.calls = lambda: (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []
    return fake
