"""Every command in a document is one that the programs, the scripts and the compose file take."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from conftest import CLI, ROOT, SERVER, run, targets, variables
from shell import Command, commands, parsed

ELSEWHERE = {"echo", "head", "journalctl", "jq", "openssl", "redis-cli", "redis-server", "sort", "websocat", "date", "cat", "printf", "swift", "strip", "valgrind"}
"""Programs of others, whose options are their matter."""
COMPOSE = {"up", "down", "run", "exec", "logs", "kill", "start", "stop", "ps", "build", "version"}


def programs_of_exercises() -> set[str]:
    """The programs that exercises build."""
    texts = [path.read_text() for path in (ROOT / "docs/exercises").glob("*/targets.txt")]
    return {name for text in texts for name in re.findall(r'executableTarget\(\s*name: "([^"]+)"', text)}


def faults_of_exercise(words: tuple[str, ...]) -> list[str]:
    """What is asked of scripts/exercise.sh that it does not do, by the list at its top."""
    known = set(re.findall(r"^#   scripts/exercise\.sh (\w+)", (ROOT / "scripts/exercise.sh").read_text(), re.M))
    found = [] if not words or words[0] in known else [f"scripts/exercise.sh has no {words[0]}"]
    return found + [f"there is no exercise {word}" for word in words[1:] if word != "NUMBER" and not list((ROOT / "docs/exercises").glob(f"{word}-*"))]


@cache
def interface(program: Path) -> dict:
    """What a program takes, as it says itself: commands with their options and arguments."""
    return json.loads(run([program, "--experimental-dump-help"]).stdout)["command"]


def faults_of_options(program: dict, words: tuple[str, ...], is_whole: bool) -> list[str]:
    """What a command line has that the program does not take."""
    words = list(words)
    command = program
    while words and (found := [sub for sub in command.get("subcommands", []) if sub["commandName"] == words[0]]):
        command = found[0]
        words.pop(0)
    offered = [*program["arguments"], *command["arguments"]]
    options = {f"{'-' if name['kind'] == 'short' else '--'}{name['name']}": option for option in offered for name in option.get("names", [])}
    positional = [argument for argument in command["arguments"] if argument["kind"] == "positional"]
    faults, free = [], []
    while words:
        word = words.pop(0)
        if word == "--":
            free += words
            break
        name, given, _ = word.partition("=")
        if not word.startswith("-") or word == "-":
            free.append(word)
        elif name not in options:
            faults.append(f"there is no {name}")
        elif options[name]["kind"] == "option":
            if not given and (not words or words[0].startswith("--")):
                faults += [f"{name} takes a value"] if is_whole else []
                continue
            if not given:
                words.pop(0)
    if command.get("subcommands") and free and command["commandName"] != "help":
        faults.append(f"{command['commandName']} has no command {free[0]}")
    elif len(free) > len(positional) and not any(argument["isRepeating"] for argument in positional):
        faults.append(f"it takes {len(positional)} arguments, and here are {len(free)}: {free}")
    needed = sum(not argument["isOptional"] for argument in positional)
    if is_whole and len(free) < needed:
        faults.append(f"it needs {needed} arguments, and here are {len(free)}")
    return faults


def faults_of_make(words: tuple[str, ...], assigned: tuple[str, ...]) -> list[str]:
    names = [word.partition("=")[0] for word in (*words[1:], *assigned) if "=" in word]
    asked = [word for word in words[1:] if "=" not in word]
    server = {argument["preferredName"]["name"] for argument in interface(SERVER)["arguments"] if argument.get("preferredName")}
    found = [f"make knows no {word}" for word in asked if word not in targets()]
    for word in (*words[1:], *assigned):
        if word.startswith("DO="):
            found += faults_of_exercise(tuple(word.removeprefix("DO=").split()))
    settings = {f"CHAT_{name.upper().replace('-', '_')}" for name in server} | {"XDG_STATE_HOME", "XDG_CONFIG_HOME", "CHROMIUM", "REDIS_URL"}
    return found + [f"nothing reads {name}" for name in names if name not in variables() | settings]


@cache
def services() -> dict[str, dict]:
    """The services of the compose file."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def faults_of_docker(words: tuple[str, ...]) -> list[str]:
    profiles = {profile for service in services().values() for profile in service.get("profiles", [])} | {"*"}
    if words[1] in ("kill", "start", "stop"):
        name = re.fullmatch(r"swift-chat-(.+)-\d+", words[2])
        return [] if name and name.group(1) in services() else [f"there is no {words[2]}"]
    if words[1] != "compose":
        return [f"docker {words[1]} is not known here"]
    rest, faults = list(words[2:]), []
    while rest and rest[0].startswith("--"):
        option = rest.pop(0)
        value = rest.pop(0) if rest else ""
        if option == "--env-file":
            faults += [] if (ROOT / value).exists() else [f"there is no {value}"]
        elif option == "--profile":
            faults += [] if value in profiles else [f"there is no profile {value}"]
        else:
            faults.append(f"what is {option}?")
    if rest and rest[0] not in COMPOSE:
        faults.append(f"docker compose has no {rest[0]}")
    named = [word.partition("=")[0] for word in rest[1:] if not word.startswith("-")]
    if rest and rest[0] in ("run", "exec"):
        named = named[:1]
    return faults + [f"there is no service {word}" for word in named if word not in services()]


def faults_of_export(words: tuple[str, ...]) -> list[str]:
    names = [word.partition("=")[0] for word in words[1:]]
    return [f"compose.yaml does not read {name}" for name in names if f"${{{name}" not in (ROOT / "compose.yaml").read_text()]


@cache
def addresses() -> list[str]:
    """The paths of the OpenAPI document, as patterns, and the files of the page."""
    paths = yaml.safe_load((ROOT / "static/openapi.yaml").read_text())["paths"]
    files = [path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static").rglob("*") if path.is_file()]
    return [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in paths] + [re.escape(f"/{path}") for path in files]


def faults_of_curl(words: tuple[str, ...]) -> list[str]:
    urls = [word for word in words if re.match(r"https?://", word)]
    if len(urls) != 1:
        return ["it asks for no address"]
    path = re.sub(r"^https?://[^/]+|\?.*$", "", urls[0])
    return [] if any(re.fullmatch(known, path) for known in addresses()) else [f"the server has no {path}"]


def faults(command: Command) -> list[str]:
    program, words = command.words[0].rpartition("/")[2], command.words
    if command.words[0] == "scripts/exercise.sh":
        return faults_of_exercise(words[1:])
    if command.words[0].startswith("scripts/"):
        return [] if (ROOT / command.words[0]).exists() else [f"there is no {command.words[0]}"]
    if program == "chat-cli":
        return faults_of_options(interface(CLI), words[1:], command.is_whole)
    if program == "ChatServer":
        return faults_of_options(interface(SERVER), words[1:], command.is_whole)
    if program == "make":
        return faults_of_make(words, command.assigned)
    if program == "docker":
        return faults_of_docker(words)
    if program == "export":
        return faults_of_export(words)
    if program == "curl":
        return faults_of_curl(words)
    if program == "python3" and words[1] == "-m":
        folder = words[words.index("--directory") + 1] if "--directory" in words else "."
        is_there = (ROOT / folder).is_dir() or folder.startswith(".cache/")
        return ([] if words[2] == "http.server" else [f"what is {words[2]}?"]) + ([] if is_there else [f"there is no {folder}"])
    if program == "python3":
        text = (ROOT / words[1]).read_text() if (ROOT / words[1]).exists() else ""
        return [f"{words[1]} has no {word}" for word in words[2:] if word.startswith("--") and f'"{word}"' not in text] if text else [f"there is no {words[1]}"]
    if words[0] == ".build/yardstick/load":
        text = "".join(file.read_text() for file in sorted((ROOT / "Benchmarks/Yardstick").glob("*.c")))
        return [f"the generator has no {word}" for word in words[1:] if word.startswith("--") and not re.search(rf"{word}\b", text)]
    if program == "git":
        return [] if words[1] in ("add", "commit", "config", "tag", "push", "worktree", "apply", "reset") else [f"git {words[1]} is not known here"]
    return [] if program in ELSEWHERE | programs_of_exercises() else [f"who is {program}?"]


def test_every_command_is_taken_as_it_stands():
    found = [f"{command}: {fault}" for command in commands() for fault in faults(command)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("chat-cli join lobby --colour", "there is no --colour"),
        ("chat-cli joyn lobby", "no command joyn"),
        ("chat-cli history a b c", "it takes"),
        ("ChatServer --port", "takes a value"),
        ("echo $(chat-cli rooms --colour)", "there is no --colour"),
        ("make tests", "make knows no tests"),
        ('make exercise DO="finish"', "has no finish"),
        ("PROT=8081 make run", "nothing reads PROT"),
        ("docker compose --profile all up", "no profile all"),
        ("docker compose up chats", "no service chats"),
        ("docker kill swift-chat-chats-1", "there is no swift-chat-chats-1"),
        ("export CHAT_IMAGES=chat", "does not read CHAT_IMAGES"),
        ("curl http://127.0.0.1:8080/api/room", "the server has no /api/room"),
        ("python3 -m http.server --directory Examples/Nothing", "there is no Examples/Nothing"),
        ("scripts/nothing.sh", "there is no scripts/nothing.sh"),
        ("scripts/exercise.sh start 1", "has no start"),
        ("scripts/exercise.sh begin 99", "there is no exercise 99"),
    ],
)
def test_a_command_that_nobody_takes_is_found(line, fault):
    found = [found for command in parsed(ROOT / "README.md", line, is_whole=True) for found in faults(command)]
    assert any(fault in text for text in found), found
