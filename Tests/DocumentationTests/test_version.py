"""The version of the project is said in few places, and each says the same."""

from __future__ import annotations

import re

from conftest import CLI, ROOT, SERVER, run


def test_everything_that_says_the_version_says_the_same():
    first = re.search(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert first
    version = first.group(1)
    assert f'version = "{version}"' in (ROOT / "Sources/ChatSystem/Release.swift").read_text()
    assert re.search(r"^  version: (\S+)$", (ROOT / "static/openapi.yaml").read_text(), re.M).group(1) == version
    assert run([SERVER, "--version"]).stdout == f"ChatServer/{version}\n"
    assert run([CLI, "--version"]).stdout == f"chat-cli {version}\n"
