"""What a release consists of (scripts/release.sh, scripts/sbom.sh), with stand-ins for what would publish it."""

from __future__ import annotations

import json
import platform
import re
import shutil

import pytest

from conftest import ROOT, run

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture
def project(tmp_path):
    """A small project with the scripts of this one, of which a version is ready to be released."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for path, text in {
        "Sources/ChatSystem/Release.swift": '    package static let version = "1.2.3"\n',
        "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2027-01-31)\n\nAll of it.\n\n## 1.2.2 (2027-01-01)\n\nLess.\n",
        "changes/README.md": "# News\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def release(project, fakes, *arguments, **environment):
    return run([project / "scripts/release.sh", *arguments], env={"PATH": fakes.path} | environment)


def test_a_tag_is_released_when_everything_is_ready(project, fakes):
    assert release(project, fakes, "check", "v1.2.3").returncode == 0
    found = release(project, fakes, "check", "v1.2.4")
    assert found.returncode == 1 and "the sources say 1.2.3" in found.stdout
    (project / "changes/late.fix.md").write_text("Something is repaired.\n")
    found = release(project, fakes, "check", "v1.2.3")
    assert found.returncode == 1 and "1 news fragments" in found.stdout


def test_a_version_that_the_changelog_does_not_know_is_not_released(project, fakes):
    (project / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.2 (2027-01-01)\n\nLess.\n")
    assert release(project, fakes, "check", "v1.2.3").returncode == 1


def test_an_image_is_pushed_where_that_is_asked_for(project, fakes):
    fakes("docker")
    tag = f"ghcr.io/mina/chat:1.2.3-{MACHINE}"
    assert release(project, fakes, "image", IMAGE="ghcr.io/mina/chat").returncode == 0
    assert [call.split()[1] for call in fakes.calls()] == ["build"] and f"--tag {tag}" in fakes.calls()[0]
    given = {"PUSH": "yes", "REGISTRY_USER": "mina", "REGISTRY_TOKEN": "hush"}
    assert release(project, fakes, "image", IMAGE="ghcr.io/mina/chat", **given).returncode == 0
    assert [call.split()[1] for call in fakes.calls()[1:]] == ["build", "login", "push"]
    assert fakes.calls()[-1] == f"docker push {tag}"
    # A secret in the arguments of a program would be seen by everybody on the machine.
    assert "login --username mina --password-stdin ghcr.io" in fakes.calls()[2] and not any("hush" in call for call in fakes.calls())


def test_what_is_published_is_whole_and_has_its_notes(project, fakes):
    fakes("docker")
    fakes("gh", 'cp "$(sed "s/.*--notes-file \\([^ ]*\\).*/\\1/" <<<"$*")" notes')
    found = release(project, fakes, "publish")
    assert found.returncode == 1 and "is missing" in found.stdout and not fakes.calls()
    folder = project / ".cache/release"
    folder.mkdir(parents=True)
    names = [f"swift-chat-1.2.3-linux-{machine}{end}" for machine in ("amd64", "arm64") for end in (".tar.gz", ".tar.gz.sha256", ".cdx.json")]
    for name in names:
        (folder / name).write_text("x")
    assert release(project, fakes, "publish", IMAGE="ghcr.io/mina/chat").returncode == 0
    joined, published = fakes.calls()
    assert joined == (
        "docker buildx imagetools create --tag ghcr.io/mina/chat:1.2.3 --tag ghcr.io/mina/chat:latest "
        "ghcr.io/mina/chat:1.2.3-amd64 ghcr.io/mina/chat:1.2.3-arm64"
    )
    assert published.startswith("gh release create v1.2.3 --verify-tag") and all(f".cache/release/{name}" in published for name in names)
    assert (project / "notes").read_text() == "All of it.\n"
    (folder / "swift-chat-1.2.3-linux-arm64.tar.gz").unlink()
    found = release(project, fakes, "publish")
    assert found.returncode == 1 and "no programs for arm64" in found.stdout and len(fakes.calls()) == 2


def test_the_list_of_parts_has_every_package_and_library_once(tmp_path):
    first, second = tmp_path / "a/sbom.json", tmp_path / "b/sbom.json"
    for path in (first, second):
        found = run([ROOT / "scripts/sbom.sh", path])
        assert found.returncode == 0, found.stdout
    # The same sources make the same list.
    assert first.read_bytes() == second.read_bytes()
    listed = json.loads(first.read_text())
    assert listed["bomFormat"] == "CycloneDX" and listed["specVersion"] == "1.5"
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", listed["serialNumber"])
    pins = json.loads((ROOT / "Package.resolved").read_text())["pins"]
    parts = {part["bom-ref"]: part for part in listed["components"]}
    assert len(parts) == len(listed["components"]) == len(pins) + 2
    nio = next(pin for pin in pins if pin["identity"] == "swift-nio")["state"]["version"]
    assert parts[f"pkg:swift/github.com/apple/swift-nio@{nio}"]["version"] == nio
    assert {part["name"] for part in parts.values()} >= {"libhiredis-dev", "zlib1g-dev", "swift-crypto"}
    (depends,) = listed["dependencies"]
    assert sorted(depends["dependsOn"]) == sorted(parts) and depends["ref"] == listed["metadata"]["component"]["bom-ref"]


def test_the_image_is_built_like_everything_else_that_is_handed_out():
    options = re.search(r"^release_build=\((.*)\)$", (ROOT / "scripts/common.sh").read_text(), re.M)
    assert options
    build = re.search(r"swift build (.*?) --product", (ROOT / "Dockerfile").read_text().replace("\\\n", " "))
    assert build and " ".join(build[1].split()) == f"--scratch-path /build {options[1]}"
