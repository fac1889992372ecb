"""Whatever is sent to the API, it answers as its description says, and never with a mistake of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from tests.console.api_filling import fill
from tests.console.programs import make_token, with_telling
from tests.receiver import receiving

from tieout.console.api.document import PATH, described
from tieout.console.app import build
from tieout.console.parts import Console

EVERY_REQUEST = 10**9
SETTINGS = """
# A cursor is sealed, so no made-up one is ever right: test_api_lists.py tries those.
[parameters]
cursor = ""

[[operations]]
include-name = "POST /api/v1/mappings/{table}/proposals"
parameters = { "path.table" = "reason" }

[[operations]]
include-name = "GET /api/v1/mappings/{table}"
parameters = { "path.table" = "reason" }
"""


@contextmanager
def served(console: Console) -> Iterator[str]:
    """The console on a free port of this machine."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = build(replace(console, public_url=url, api_requests_per_minute=EVERY_REQUEST))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def fuzz(console: Console, folder: Path, *words: str) -> str:
    """What the fuzzer says; the assertion fails with its report when it found anything."""
    console = with_telling(console)
    token = make_token(console)
    with receiving() as receiver, served(console) as url:
        fill(console, receiver)
        (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}{PATH}"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", "all", "--continue-on-failure", "--generation-database", "none", "--no-color"),
            *("--output-sanitize", "true", *words),
        ]
        ran = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONIOENCODING": "utf-8"},
        )
    assert ran.returncode == 0, ran.stdout[-30_000:] + ran.stderr[-5_000:]
    return ran.stdout


def assert_all_were_tried(said: str) -> None:
    operations = sum(len(methods) for methods in described()["paths"].values())
    assert f"Tested: {operations}" in said, said[-3000:]


def test_the_api_answers_whatever_is_sent_as_its_description_says(console: Console, tmp_path: Path) -> None:
    said = fuzz(console, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "6", "--seed", "20261120")
    assert_all_were_tried(said)


@pytest.mark.long
def test_the_api_answers_so_for_minutes_and_along_its_links(console: Console, tmp_path: Path) -> None:
    said = fuzz(console, tmp_path, "--phases", "examples,coverage,fuzzing,stateful", "--max-time", "300")
    assert_all_were_tried(said)
