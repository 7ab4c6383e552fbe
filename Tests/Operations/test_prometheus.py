"""What operators look at agrees with what the server gives, and Prometheus takes both."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import OPS, PATIENCE_SECONDS, ROOT

NAME = re.compile(r"\b(?:chat|process)_[a-z_]+\b")
"""The names of metrics in an expression."""


def promtool(*arguments: str | Path, given: str | None = None) -> str:
    """What promtool says; it must be content."""
    done = subprocess.run(
        ["promtool", *arguments],
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def series(scrape: str) -> set[str]:
    """The names of all series, those of a histogram as they are asked for."""
    return {re.match(r"[a-z_]+", line)[0] for line in scrape.splitlines() if not line.startswith("#")}


def rules() -> list[dict]:
    groups = yaml.safe_load((OPS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict]:
    return json.loads((OPS / "grafana/dashboards/chat.json").read_text())["panels"]


def labels_asked_for(expression: str) -> set[tuple[str, str]]:
    """The values of labels that an expression compares with, by name; alternatives one by one."""
    found = re.findall(r'\b([a-z]+)=~?"([^"$.*]+)"', expression)
    return {(name, value) for name, values in found for value in values.split("|")}


def test_promtool_finds_no_fault_in_what_a_server_gives(scrape):
    assert promtool("check", "metrics", given=scrape).strip() == ""


def test_the_rules_and_the_example_are_valid():
    promtool("check", "rules", OPS / "alerts.yml")
    promtool("check", "config", OPS / "prometheus.yml")


def test_each_alert_rings_when_it_should_and_not_otherwise():
    promtool("test", "rules", OPS / "alerts.test.yml")


def test_each_alert_is_tested():
    tests = yaml.safe_load((OPS / "alerts.test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_there_and_says_where_help_is(rule, scrape):
    asked = set(NAME.findall(rule["expr"]))
    assert asked or rule["alert"] == "ChatNodeDown"
    assert asked <= series(scrape)
    for name, value in labels_asked_for(rule["expr"]) - {("job", "chat")}:
        assert f'{name}="{value}"' in scrape
    assert rule["labels"]["severity"] in ("page", "ticket")
    document, _, heading = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / document).read_text(), re.MULTILINE)
    assert heading in [text.lower() for text in headings]


def test_the_dashboard_asks_for_what_is_there(scrape):
    shown = [target["expr"] for panel in panels() for target in panel.get("targets", [])]
    assert len(shown) > 30
    for expression in shown:
        asked = set(NAME.findall(expression))
        assert asked and asked <= series(scrape), expression


def test_the_dashboard_shows_every_metric(scrape):
    shown = " ".join(target["expr"] for panel in panels() for target in panel.get("targets", []))
    given = set(re.findall(r"^# TYPE ([a-z_]+)", scrape, re.MULTILINE))
    # The kind of broker is the same for good, and address space says nothing of a program.
    left_out = {"chat_broker_info", "process_virtual_memory_bytes"}
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAME.findall(shown)}
    assert asked == given - left_out


def test_the_panels_lie_beside_each_other_and_have_numbers_of_their_own():
    taken = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
    numbers = [panel["id"] for panel in panels()]
    assert len(set(numbers)) == len(numbers)
