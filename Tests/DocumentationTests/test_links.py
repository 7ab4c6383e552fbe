"""Every link within the project leads to a file that is there, and to a heading in it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from conftest import ROOT, documents, prose

LINK = re.compile(r"\]\(([^()\s]+)\)")
OF_THE_SITE = "../../"
"""Such a link leads to a page of the site that shows the repository, beside the files."""


@cache
def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as the site makes them: a name that is there already gets a number."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose(path.read_text()), re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 0
        while (name if not number else f"{name}-{number}") in found:
            number += 1
        found.add(name if not number else f"{name}-{number}")
    return found


def links(path: Path) -> list[str]:
    return LINK.findall(re.sub(r"`[^`]*`", "", prose(path.read_text())))


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    faults = []
    for link in links(path):
        if link.startswith(("https://", "mailto:", OF_THE_SITE)):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or not target.is_relative_to(ROOT):
            faults.append(f"there is no {place}")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            faults.append(f"{place or path.name} has no heading #{anchor}")
    assert not faults


def test_links_of_the_other_kind_are_encrypted():
    found = [link for path in documents() for link in links(path) if link.startswith("http:")]
    assert not [link for link in found if not re.match(r"http://(localhost|127\.0\.0\.1)[:/]", link)]


def test_the_names_of_headings_are_those_of_the_site(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("# One, two\n## `code` & [more](x.md)\n## One, two\n```\n# no heading\n```\n### 4. What's *that*?\n## 한글 제목\n")
    assert anchors(path) == {"one-two", "code--more", "one-two-1", "4-whats-that", "한글-제목"}
