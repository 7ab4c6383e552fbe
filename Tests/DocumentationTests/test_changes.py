"""News fragments are asked for, and become the changelog (scripts/changes.sh)."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from conftest import ROOT, run

RELEASE = 'package enum Release {\n    package static let version = "0.0.0"\n}\n'
OPENAPI = "openapi: 3.1.0\ninfo:\n  title: chat\n  version: 0.0.0\n"


@pytest.fixture
def project(tmp_path):
    """A small project with the scripts of this one, in git."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    write(tmp_path, "changes/README.md", "# News\n")
    write(tmp_path, "Sources/ChatSystem/Release.swift", RELEASE)
    write(tmp_path, "static/openapi.yaml", OPENAPI)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "feat: all of it\n\nNo-News: the beginning")
    return tmp_path


def write(folder, path, text):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def git(folder, *arguments):
    who = ["-c", "user.name=Mina", "-c", "user.email=mina@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def commit(folder, message):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def changes(folder, *arguments, **environment):
    return run([folder / "scripts/changes.sh", *arguments], env={"PATH": os.environ["PATH"], "TODAY": "2027-01-31"} | environment)


def test_a_fragment_is_named_by_its_kind_and_has_one_line(project):
    for name in ("a.feature", "b.fix", "c.perf", "d.doc", "e.misc", "f.breaking", "g-h.deprecation"):
        write(project, f"changes/{name}.md", "Something is new.\n")
    assert changes(project, "check").returncode == 0
    write(project, "changes/h.novelty.md", "Something is new.\n")
    write(project, "changes/i.fix.md", "Something\nis new.\n")
    found = changes(project, "check")
    assert found.returncode == 1 and "h.novelty.md: the name" in found.stdout and "i.fix.md: one line" in found.stdout


@pytest.mark.parametrize(
    ("files", "message", "is_taken"),
    [
        (["Sources/A.swift"], "fix: a", False),
        (["static/a.js"], "fix: a", False),
        (["Sources/A.swift", "changes/a.fix.md"], "fix: a", True),
        (["Sources/A.swift"], "refactor: a\n\nNo-News: nobody notices it", True),
        (["Sources/A.swift"], "refactor: a\n\nNo-News:", False),
        (["Sources/A.swift"], "refactor: a\n\nThe line No-News: x in the middle\n\ndoes not count", False),
        (["Sources/A.swift", "changes/README.md"], "fix: a", False),
        (["Tests/A.swift", "docs/A.md"], "test: a", True),
        (["Sources/A.swift", "CHANGELOG.md"], "build: 0.1.0", True),
    ],
)
def test_news_is_demanded_of_each_commit(project, files, message, is_taken):
    for path in files:
        write(project, path, "A change.\n")
    # The same is said before the commit, by its message, and after it, by its range.
    git(project, "add", "--all")
    write(project, ".git/MESSAGE", message)
    assert (changes(project, "staged", ".git/MESSAGE").returncode == 0) == is_taken
    commit(project, message)
    found = changes(project, "demand", "HEAD~1..HEAD")
    assert (found.returncode == 0) == is_taken, found.stdout
    assert is_taken or message.partition("\n")[0] in found.stdout


def test_one_commit_does_not_speak_for_another_one(project):
    write(project, "Sources/A.swift", "a\n")
    commit(project, "fix: a")
    write(project, "Sources/B.swift", "b\n")
    write(project, "changes/b.fix.md", "B is new.\n")
    commit(project, "fix: b")
    found = changes(project, "demand", "HEAD~2..HEAD")
    assert found.returncode == 1 and "fix: a" in found.stdout and "fix: b" not in found.stdout


def test_a_fragment_that_goes_is_no_news(project):
    write(project, "changes/a.fix.md", "A is new.\n")
    commit(project, "docs: a")
    (project / "changes/a.fix.md").unlink()
    write(project, "Sources/A.swift", "a\n")
    commit(project, "fix: b")
    assert changes(project, "demand", "HEAD~1..HEAD").returncode == 1


@pytest.mark.parametrize("range_", ["HEAD~1..nothing", "nothing..HEAD", "nothing"])
def test_a_range_that_is_not_there_is_no_pass(project, range_):
    found = changes(project, "demand", range_)
    assert found.returncode == 1 and "no such range" in found.stdout


def test_a_release_gathers_the_fragments_by_kind_and_writes_the_version(project):
    write(project, "CHANGELOG.md", "# Changelog\n\n## 0.1.0 (2027-01-01)\n\nThe first.\n")
    write(project, "changes/b.fix.md", "B is repaired.\n")
    write(project, "changes/a.feature.md", "A is new.\n")
    write(project, "changes/c.breaking.md", "C is gone.\n")
    found = changes(project, "release", "0.2.0")
    assert found.returncode == 0, found.stdout
    assert (project / "CHANGELOG.md").read_text() == (
        "# Changelog\n\n## 0.2.0 (2027-01-31)\n\n### Breaking\n\n- C is gone.\n\n### New\n\n- A is new.\n\n### Fixed\n\n- B is repaired.\n\n"
        "## 0.1.0 (2027-01-01)\n\nThe first.\n"
    )
    assert [path.name for path in (project / "changes").iterdir()] == ["README.md"]
    assert '"0.2.0"' in (project / "Sources/ChatSystem/Release.swift").read_text()
    assert (project / "static/openapi.yaml").read_text() == OPENAPI.replace("0.0.0", "0.2.0")
    assert changes(project, "notes", "0.1.0").stdout == "The first.\n"
    assert changes(project, "notes", "0.2.0").stdout.startswith("### Breaking\n")
    assert changes(project, "notes", "0.2").returncode == 1


def test_the_first_version_is_told_in_words(project):
    write(project, "changes/a.fix.md", "A is repaired.\n")
    write(project, "words.md", "A chat.\n")
    assert changes(project, "release", "0.1.0", SUMMARY="words.md").returncode == 0
    assert (project / "CHANGELOG.md").read_text() == "# Changelog\n\n## 0.1.0 (2027-01-31)\n\nA chat.\n"
    assert not (project / "changes/a.fix.md").exists()


def test_a_later_version_has_words_before_its_lists(project):
    write(project, "CHANGELOG.md", "# Changelog\n\n## 0.1.0 (2027-01-01)\n\nThe first.\n")
    write(project, "changes/a.fix.md", "A is repaired.\n")
    write(project, "words.md", "Repairs.\n")
    assert changes(project, "release", "0.1.1", SUMMARY="words.md").returncode == 0
    assert "## 0.1.1 (2027-01-31)\n\nRepairs.\n\n### Fixed\n\n- A is repaired.\n\n## 0.1.0" in (project / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    ("last", "kind", "version", "is_taken"),
    [
        ("0.1.0", "fix", "0.1.1", True),
        ("0.1.0", "fix", "0.1.0", False),
        ("0.1.0", "fix", "0.0.9", False),
        ("0.9.0", "fix", "0.10.0", True),
        ("0.1.0", "feature", "0.1.1", False),
        ("0.1.0", "deprecation", "0.2.0", True),
        ("0.1.0", "breaking", "0.1.1", False),
        ("0.1.0", "breaking", "0.2.0", True),
        ("1.1.0", "breaking", "1.2.0", False),
        ("1.1.0", "breaking", "2.0.0", True),
        ("0.1.0", "fix", "0.2", False),
        ("0.1.0", "fix", "0.02.0", False),
        ("0.1.0", "fix", "v0.2.0", False),
    ],
)
def test_a_version_grows_by_what_has_changed(project, last, kind, version, is_taken):
    write(project, "CHANGELOG.md", f"# Changelog\n\n## {last} (2027-01-01)\n\nThe last.\n")
    write(project, f"changes/a.{kind}.md", "Something is new.\n")
    found = changes(project, "release", version)
    assert (found.returncode == 0) == is_taken, found.stdout
    # What is refused has changed nothing.
    assert is_taken or ((project / f"changes/a.{kind}.md").exists() and "0.0.0" in (project / "Sources/ChatSystem/Release.swift").read_text())
