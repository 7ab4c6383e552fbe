"""The workflows do nothing that no script does, with actions that nobody can exchange."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from conftest import ROOT, run, targets

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def workflow(path: Path) -> dict:
    found = yaml.safe_load(path.read_text())
    # YAML reads the word "on" as a truth.
    return found | {"on": found.get("on", found.get(True))}


def steps(path: Path) -> list[dict]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} == {"check", "labels", "nightly", "release"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
class TestEach:
    def test_each_step_is_a_script_or_a_target(self, path):
        for step in steps(path):
            if "run" not in step:
                continue
            words = step["run"].split()
            if words[0] == "make":
                assert words[1] in targets() and len(words) == 2, step
            else:
                script = ROOT / words[0]
                assert words[0].startswith("scripts/") and script.exists() and script.stat().st_mode & 0o100, step
            assert "\n" not in step["run"].strip() and not set(";&|`<>") & set(step["run"]), step

    def test_no_text_of_strangers_gets_into_a_command(self, path):
        for step in steps(path):
            for expression in re.findall(r"\$\{\{(.*?)\}\}", step.get("run", "")):
                assert expression.strip().startswith("matrix."), step

    def test_each_action_is_pinned_by_its_commit_and_says_its_version(self, path):
        for line in re.findall(r"uses: *(.*)", path.read_text()):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line

    def test_rights_are_named_and_every_job_ends(self, path):
        found = workflow(path)
        assert found["permissions"] in ({"contents": "read"}, {"contents": "read", "pull-requests": "write"})
        for name, job in found["jobs"].items():
            assert 0 < job["timeout-minutes"] < 360, name
            # A version of an image that moves on by itself would make yesterday's result another one today.
            image = job.get("container", "swift:6.3-bookworm")
            image = image if isinstance(image, str) else image["image"]
            assert re.fullmatch(r"swift:(\d+\.\d+|\$\{\{ matrix\.swift \}\})-bookworm", image), name

    def test_the_linter_of_workflows_finds_nothing(self, path):
        linter = shutil.which("actionlint", path=str(ROOT / ".cache/venv/bin"))
        assert linter, "scripts/setup.sh documents installs it"
        found = run([linter, "-no-color", path])
        assert found.returncode == 0, found.stdout


def test_one_action_has_one_version():
    uses = {use for path in WORKFLOWS for use in re.findall(r"uses: *(.*)", path.read_text())}
    assert len({use.partition("@")[0] for use in uses}) == len(uses)


def matrix(workflow_name: str, job: str) -> dict:
    return workflow(ROOT / f".github/workflows/{workflow_name}.yml")["jobs"][job]["strategy"]["matrix"]


def test_every_suite_is_run_for_each_change():
    known = re.search(r'^known="(.*)"', (ROOT / "scripts/test.sh").read_text(), re.M)
    assert known
    run_by_it = " ".join(matrix("check", "test")["suites"]).split() + ["documents"]
    assert sorted(run_by_it) == sorted(known.group(1).split())


def test_every_part_of_the_night_is_in_a_workflow():
    known = re.search(r"parts=\((\w+ [^)]*)\); fi", (ROOT / "scripts/night.sh").read_text())
    assert known
    # The servers of Redis are tried and the reference is made for each change, and the conformance, which the script may skip, has a
    # job that may not.
    assert sorted([*matrix("nightly", "night")["part"], "brokers", "docs", "conformance"]) == sorted(known.group(1).split())
    assert "scripts/docs.sh" in [step.get("run") for step in steps(ROOT / ".github/workflows/check.yml")]


def test_every_server_of_redis_is_tried():
    asked = matrix("check", "brokers")["server"]
    script = (ROOT / "scripts/brokers.sh").read_text()
    assert sorted(asked) == sorted(set(re.findall(r"\b((?:redis|valkey)-[0-9.]+)=", script)))


def test_the_oldest_compiler_is_the_one_that_the_manifest_names():
    oldest = re.search(r"swift-tools-version: (\S+)", (ROOT / "Package.swift").read_text())
    found = matrix("check", "test")
    assert oldest and oldest.group(1) in [more["swift"] for more in found["include"]]
    # The newest is the one of the image.
    assert f"FROM swift:{found['swift'][0]}-" in (ROOT / "Dockerfile").read_text()


def test_labels_are_given_by_paths_that_exist():
    labels = yaml.safe_load((ROOT / ".github/labeler.yml").read_text())
    for label, (rule,) in labels.items():
        (match,) = rule["changed-files"]
        for pattern in match["any-glob-to-any-file"]:
            if pattern.startswith("changes/"):
                continue
            assert any(ROOT.glob(pattern.removesuffix("/**"))), f"{label}: {pattern}"


def test_forms_ask_for_something():
    for path in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")):
        form = yaml.safe_load(path.read_text())
        if path.stem == "config":
            continue
        assert form["name"] and form["description"]
        ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
        assert len(ids) == len(set(ids)) and any(field.get("validations", {}).get("required") for field in form["body"]), path.name


def test_the_container_of_editors_has_the_compiler_of_the_image_and_starts_a_chat():
    first = re.compile(r"^FROM (swift:\S+)", re.M)
    assert first.findall((ROOT / ".devcontainer/Dockerfile").read_text()) == first.findall((ROOT / "Dockerfile").read_text())
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    settings = json.loads(re.sub(r"^ *//.*$", "", text, flags=re.M))
    assert settings["postAttachCommand"] == "make run" and "run" in targets()
    assert settings["postCreateCommand"].split()[0] == "scripts/setup.sh" and settings["forwardPorts"] == [8080]
