"""`tieout alerts`: from the settings file to what arrives, with secrets nowhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.processes.receivers import Web, web

from tieout.bootstrap import open_application
from tieout.bootstrap.alerting import watch
from tieout.cli import tieout
from tieout.cli.settings_file import commented_settings
from tieout.processes.alerting.looking import look
from tieout.processes.alerting.sending import send_due
from tieout.settings import Settings, SettingsError, load
from tieout.store import alerts, cases, documents
from tieout.store.cases import Trouble

SECRET = "s3cret-word"
FILE = """
[database]
address = "{database}"
[web]
public_url = "https://tieout.example"
[alerts]
wait_minutes = 0
data_hours = ""
[alerts.channel.desk]
kind = "webhook"
address = {{ env = "DESK_ADDRESS" }}
serves = ["finance", "integration"]
[alerts.route."customer experience"]
steps = [["desk"]]
hours = "08:00-18:00 Mon-Fri"
least_pounds = 50
[assistance]
on = false
"""


@pytest.fixture
def told() -> Iterator[Web]:
    with web() as found:
        yield found


@pytest.fixture
def file(address: str, tmp_path: Path, told: Web, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESK_ADDRESS", f"{told.url}/{SECRET}")
    path = tmp_path / "tieout.toml"
    path.write_text(FILE.format(database=address), encoding="utf-8")
    return path


def said(file: Path, *words: str) -> Result:
    return CliRunner().invoke(tieout, ["--config", str(file), "--home", str(file.parent), *words])


def test_the_settings_make_a_whole_installation_tell(file: Path, told: Web) -> None:
    application = open_application(load(file), file.parent)
    now = application.clock()
    with application.store.scope("ACME") as c:
        document = documents.touch(
            c, company="ACME", kind="return", key="RMA1", lane_key="RMA1", lanes=1, due_at=now, at=now
        )
        trouble = Trouble(
            code="REASON_UNMAPPED", owner="finance", fault_class="data", faults=[], stake_minor=100, currency="GBP"
        )
        cases.open_or_update(c, document, trouble, at=now)
    looked = look(application.alerting)
    assert (looked.raised, looked.notices) == (2, 2), "the case, and that no worker is running"
    assert send_due(application.alerting) == 2
    assert told.titles == ["2 alerts"]
    assert "https://tieout.example/alerts/1" in told.messages[0]["message"]
    application.close()


def test_the_worker_looks_by_the_clock_and_the_web_process_watches_that_a_worker_is_left(file: Path, told: Web) -> None:
    application = open_application(load(file), file.parent)
    assert "alerts.look/1" in application.engine._schedules
    stop = threading.Event()
    asked = []

    def still_for() -> timedelta | None:
        """The first look meets an outage; the second sees that no worker lives; then the web process ends."""
        asked.append(1)
        if len(asked) == 1:
            raise OSError("the database is away")
        stop.set()
        return None

    watch(replace(application.alerting, still_for=still_for), stop, every=0.0)
    application.close()
    assert len(asked) == 2
    assert told.titles == ["No worker is running"]


def test_alerts_are_listed_and_taken_from_a_terminal(file: Path, told: Web) -> None:
    application = open_application(load(file), file.parent)
    look(application.alerting)
    send_due(application.alerting)
    with application.store.scope(None) as c:
        (standing,) = alerts.standing(c)
    application.close()
    listed = said(file, "alerts", "list")
    assert "No worker is running" in listed.output
    assert "desk: sent" in listed.output
    (view,) = json.loads(said(file, "alerts", "list", "--json").output)
    assert (view["code"], view["told"][0]["state"]) == ("WORKER_STILL", "sent")
    assert "You have taken alert" in said(file, "alerts", "acknowledge", str(standing.id)).output
    again = said(file, "alerts", "acknowledge", str(standing.id))
    assert (again.exit_code, "has taken this alert already" in str(again.exception)) == (1, True)
    assert len(told.messages) == 1


def test_a_channel_is_tried_from_a_terminal_and_its_address_is_nowhere(file: Path, told: Web) -> None:
    tried = said(file, "alerts", "test", "desk", "--json")
    assert (tried.exit_code, json.loads(tried.output)[0]["state"]) == (0, "sent")
    told.status = 404
    failed = said(file, "alerts", "test")
    assert (failed.exit_code, "127.0.0.1 answered 404" in failed.output) == (1, True)
    assert said(file, "alerts", "test", "nobody").exit_code == 1
    assert SECRET not in tried.output + failed.output + repr(load(file))


def test_a_wrong_channel_is_one_line_without_its_address(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_ADDRESS", f"tgram://{SECRET}")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert "the address of this webhook channel is none; it looks like an https:// address" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_the_written_file_shows_how_channels_and_routes_are_set_up() -> None:
    text = commented_settings()
    assert "# [alerts.channel.finance]" in text
    assert '# address = { env = "FINANCE_ADDRESS" }' in text
    assert '# steps = [["finance"], ["escalation"]]' in text
    assert Settings().alerts.channel == {}
