"""The exercises: each is whole, its solution applies, and the script begins one and takes it back without losing work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, run

FOLDER = ROOT / "docs/exercises"
EXERCISES = sorted(path for path in FOLDER.iterdir() if re.match(r"\d+-", path.name))


def test_they_are_numbered_from_one():
    assert [int(path.name.partition("-")[0]) for path in EXERCISES] == list(range(1, len(EXERCISES) + 1)) and len(EXERCISES) == 6


@pytest.mark.parametrize("index", ["README.md", "README.ko.md"])
def test_the_index_lists_all_in_their_order(index):
    found = re.findall(r"^\| (\d+) \| \[.+?\]\((.+?)/README\.md\)", (FOLDER / index).read_text(), re.M)
    assert [(number, name) for number, name in found] == [(path.name.partition("-")[0], path.name) for path in EXERCISES]


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.name)
class TestEach:
    def test_its_text_says_what_to_learn_and_how_and_helps_step_by_step(self, path):
        text = (path / "README.md").read_text()
        number = path.name.partition("-")[0]
        assert text.startswith(f"# {number} ")
        for part in ("**Learn:**", "**Background:**", "TOUR.md#", "## Task", f"scripts/exercise.sh begin {number}\n", "scripts/exercise.sh check\n", "## Afterwards"):
            assert part in text, part
        hints = text.partition("## Hints")[2].partition("## Afterwards")[0]
        assert hints.count("<details>") == hints.count("</details>") >= 3

    def test_it_has_tests_and_they_are_not_in_its_solution(self, path):
        tests = [found.relative_to(path / "begin") for found in (path / "begin/Tests/Exercises").rglob("*") if re.fullmatch(r"test_.*\.py|.*Tests\.swift", found.name)]
        assert tests
        solved = re.findall(r"^\+\+\+ b/(.*)", (path / "solution.patch").read_text(), re.M)
        assert solved and not set(map(Path, solved)) & set(tests)

    def test_its_targets_are_where_its_files_are(self, path):
        targets = path / "targets.txt"
        for found in re.findall(r'path: "(.+?)"', targets.read_text() if targets.exists() else ""):
            assert (path / "begin" / found).is_dir(), found


def test_every_solution_applies_alone_and_upon_the_others():
    found = run(["scripts/exercise.sh", "patches"])
    assert found.returncode == 0, found.stdout
    assert found.stdout.count("its solution applies") == len(EXERCISES)


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """A repository with those files of this one, as they are now, that the exercises have to do with."""
    tree = tmp_path_factory.mktemp("exercises")
    patched = {name for path in EXERCISES for name in re.findall(r"^--- a/(.*)", (path / "solution.patch").read_text(), re.M)}
    present = [path for path in (*FOLDER.rglob("*"), *(ROOT / "scripts").iterdir()) if path.is_file() and "__pycache__" not in path.parts]
    names = {str(path.relative_to(ROOT)) for path in present} | {name for name in patched if (ROOT / name).exists()} | {"Package.swift", ".gitignore", "README.md"}
    subprocess.run(["cp", "-p", "--parents", "-t", tree, *names], cwd=ROOT, check=True)
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"], ["tag", "start"]):
        git(tree, *arguments)
    return tree


@pytest.fixture
def copy(repository) -> Path:
    """The same, without what another test has left in it."""
    git(repository, "reset", "--quiet", "--hard", "start")
    git(repository, "clean", "--quiet", "-fdx")
    return repository


def git(tree: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Mina", "-c", "user.email=mina@example.com", "-c", "core.hooksPath=/dev/null"]
    return subprocess.run(["git", *identity, *arguments], cwd=tree, capture_output=True, text=True, check=True).stdout


def exercise(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run([tree / "scripts/exercise.sh", *arguments], cwd=tree)


def test_a_solution_that_the_code_has_left_behind_is_found(copy):
    place = copy / "Sources/ChatCore/Values/MessageKind.swift"
    place.write_text(place.read_text().replace("case .text, .action: true", "case .action, .text: true"))
    found = exercise(copy, "patches")
    assert found.returncode != 0
    assert "exercise 2: its solution applies" in found.stdout and "exercise 4: its solution applies" not in found.stdout


def test_work_on_an_exercise_is_kept(copy):
    rule = copy / "Sources/ChatCore/Room/RepetitionRule.swift"
    begun = exercise(copy, "begin", "2")
    assert begun.returncode == 0, begun.stdout
    assert rule.exists() and '"RepetitionTests"' in (copy / "Package.swift").read_text()
    first = rule.read_text()
    rule.write_text(first + "// mine\n")
    (copy / "Sources/ChatCore/Room/Mine.swift").write_text("// mine, too\n")
    solved = exercise(copy, "solve")
    assert solved.returncode == 0, solved.stdout
    assert "forgetFirst" in rule.read_text() and "// mine" not in rule.read_text()
    assert exercise(copy, "undo").returncode == 0
    assert git(copy, "status", "--porcelain") == "" and not rule.exists()
    # Of the two patches the older one is that of the work.
    kept, _ = sorted((copy / ".cache/exercises").glob("2-*.patch"), key=lambda path: path.stat().st_mtime_ns)
    assert exercise(copy, "begin", "2").returncode == 0
    git(copy, "apply", str(kept))
    assert rule.read_text() == first + "// mine\n" and (copy / "Sources/ChatCore/Room/Mine.swift").exists()


def test_an_exercise_begins_only_where_everything_else_is_safe(copy):
    (copy / "README.md").write_text("changed")
    refused = exercise(copy, "begin", "1")
    assert refused.returncode != 0 and "there are changes" in refused.stdout
    git(copy, "checkout", "--", "README.md")
    assert exercise(copy, "begin", "1").returncode == 0
    twice = exercise(copy, "begin", "2")
    assert twice.returncode != 0 and "exercise 1 was begun" in twice.stdout
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message=mine")
    committed = exercise(copy, "undo")
    assert committed.returncode != 0 and "there are commits" in committed.stdout
    nowhere = exercise(copy, "begin", "7")
    assert nowhere.returncode != 0 and "there is no exercise 7" in nowhere.stdout


def test_a_solution_is_renewed_from_the_tree(copy):
    assert exercise(copy, "solve", "2").returncode == 0
    patch = copy / "docs/exercises/2-repetition/solution.patch"
    rule = copy / "Sources/ChatCore/Room/RepetitionRule.swift"
    rule.write_text(rule.read_text() + "// better\n")
    assert exercise(copy, "renew").returncode == 0
    assert "+// better" in patch.read_text()
    assert exercise(copy, "undo").returncode == 0
    # What was made of it stays, and nothing else.
    assert git(copy, "status", "--porcelain").split() == ["M", "docs/exercises/2-repetition/solution.patch"]
    assert exercise(copy, "patches").returncode == 0
