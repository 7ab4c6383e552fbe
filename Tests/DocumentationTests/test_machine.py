"""What the scripts do to a machine, and take back again (docs/DEVELOPMENT.md), with stand-ins for what would change this one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

import pytest

from conftest import ROOT, run

GIT = ["git", "-c", "user.name=Mina", "-c", "user.email=mina@example.com", "-c", "commit.gpgsign=false"]


@pytest.fixture
def project(tmp_path):
    """A clone with the scripts of this project."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    (folder / "changes").mkdir()
    (folder / "changes/README.md").write_text("# News\n")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def call(project, *command, **environment):
    return run(command, cwd=project, env={"PATH": os.environ["PATH"], "HOME": str(project.parent)} | environment)


def test_what_was_installed_is_noted_and_taken_back(project, fakes):
    """Set up installs one package, which brings another; clean removes both, and nothing that was there before."""
    installed = project.parent / "installed"
    installed.write_text("bash\nlibold\n")
    fakes(
        "dpkg-query",
        f"""if [ $# = 3 ]; then sed 's/^/installed /' {installed}; fi
        for name in "${{@:4}}"; do sed -n "s/^$name$/& installed/p" {installed}; done""",
    )
    fakes("sudo", '[ "$1" != -n ] || shift; exec "$@"')
    fakes(
        "apt-get",
        f"""case $1 in
        install) printf '%s\\n' valgrind libneeded >>{installed}; ln -s /bin/true "${{BASH_SOURCE%/*}}/valgrind" ;;
        purge) [ "$2" = --simulate ] || for name in "${{@:4}}"; do sed -i "/^$name$/d" {installed}; done ;;
        esac""",
    )
    # What keeps services down is a file of the system.
    fakes("tee", "cat >/dev/null")
    fakes("chmod")
    for name in ("bash", "cat", "comm", "cut", "dirname", "env", "find", "git", "id", "ln", "mkdir", "mktemp", "rm", "rmdir", "sed", "sort", "strip", "touch", "tr"):
        if not (program := shutil.which(name)):
            pytest.fail(f"there is no {name}")
        link = project.parent / "bin" / name
        link.exists() or link.symlink_to(program)
    # Only these programs are there, so that valgrind is missing.
    environment = {"PATH": str(project.parent / "bin"), "HOME": str(project.parent)}
    found = run([project / "scripts/setup.sh", "cost"], env=environment)
    assert found.returncode == 0, found.stdout
    noted = project.parent / ".local/state/swift-chat/packages"
    assert noted.read_text() == "libneeded\nvalgrind\n"
    # All is there: nothing is said, and nothing is installed.
    calls = len(fakes.calls())
    assert run([project / "scripts/setup.sh", "cost"], env=environment).stdout == "" and len(fakes.calls()) == calls
    (project / ".build").mkdir()
    (project / ".cache").mkdir()
    found = run([project / "scripts/dev-clean.sh"], env=environment)
    assert found.returncode == 0, found.stdout
    assert installed.read_text() == "bash\nlibold\n"
    assert not noted.exists() and not (project / ".build").exists() and not (project / ".cache").exists()


def test_what_something_else_needs_is_not_removed(project, fakes):
    state = project.parent / ".local/state/swift-chat"
    state.mkdir(parents=True)
    (state / "packages").write_text("libneeded\nvalgrind\n")
    fakes("dpkg-query", "printf '%s installed\\n' libneeded valgrind")
    fakes("sudo", 'exec "$@"')
    fakes("apt-get", "printf 'Purg %s [1.0]\\n' libneeded valgrind somebodys-own")
    found = call(project, "scripts/dev-clean.sh", PATH=fakes.path)
    assert found.returncode == 1 and "somebodys-own" in found.stdout
    assert (state / "packages").exists() and not any("-y" in line for line in fakes.calls())


def test_hooks_are_there_until_they_are_removed(project):
    assert call(project, "scripts/hooks.sh").returncode == 0
    hooks = ["git", "config", "core.hooksPath"]
    assert call(project, *hooks).stdout == "scripts/hooks\n"
    assert call(project, "scripts/hooks.sh", "remove").returncode == 0
    assert call(project, *hooks).stdout == ""
    subprocess.run(["git", "-C", project, "config", "core.hooksPath", "mine"], check=True)
    assert call(project, "scripts/hooks.sh").returncode == 1
    assert call(project, "scripts/hooks.sh", "remove").returncode == 0
    assert call(project, *hooks).stdout == "mine\n"


@pytest.mark.parametrize(
    ("path", "message", "is_taken"),
    [
        ("docs/A.md", "docs: a", True),
        ("docs/A.md", "a", False),
        ("static/a.js", "fix(page): a", False),
        ("static/a.js", "refactor(page): a\n\nNo-News: nobody notices it", True),
        ("static/a.js", "fixup! fix(page): a", True),
        ("changes/a.novelty.md", "docs: a", False),
    ],
)
def test_a_commit_is_checked_before_it_is_made(project, path, message, is_taken):
    call(project, "scripts/hooks.sh")
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text("A change.\n")
    call(project, "git", "add", path)
    found = call(project, *GIT, "commit", "--message", message)
    assert (found.returncode == 0) == is_taken, found.stdout


def test_a_second_chat_is_told_that_its_port_is_taken_before_it_is_built(project, fakes):
    fakes("swift")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = call(project, "scripts/run.sh", PATH=fakes.path, PORT=str(port))
        assert found.returncode == 1 and f"port {port} is taken" in found.stdout and f"PORT={port + 1}" in found.stdout
    assert not fakes.calls()
