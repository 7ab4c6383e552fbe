"""Thousands of requests that the document allows, and some that it does not, made up by schemathesis: none finds anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from site_server import KEY, running

FOLDER = Path(__file__).parent
COMPUTING_SECONDS = 1000
"""How long it may take on a machine that has others to work for: it waits for nothing, it computes."""


@pytest.mark.timeout(COMPUTING_SECONDS + 200)
def test_no_request_finds_an_answer_that_the_document_does_not_have(tmp_path):
    # It makes the same requests each time; `--max-time` would go on until the time is up.
    words = ["--max-examples", "10", "--generation-deterministic", "--no-color", "--continue-on-failure"]
    with running(tmp_path, "--unlimited") as site:
        outcome = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", FOLDER / "schemathesis.toml"]
            + ["run", f"{site.url}/openapi.yaml", *words],
            cwd=tmp_path,
            env=os.environ | {"ADMIN_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMPUTING_SECONDS,
        )
    assert outcome.returncode == 0, outcome.stdout[-20_000:]
