"""`tieout locks`: who keeps records open, and sentences of Sage that a person judges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from tests.processes.estate import Control, build_estate
from tests.processes.house import COMPANY, Choices, House

from tieout.cli import tieout
from tieout.processes.rules import lock_words
from tieout.sandbox.serve import ServedEstate
from tieout.store import audit, contentions

if TYPE_CHECKING:
    from datetime import datetime

SENTENCE = 'Order 0000000123 is presently attended to by "JSMITH".'


@pytest.fixture
def house(address: str, tmp_path: Path) -> Iterator[House]:
    """A house in which records were locked on two days, and one sentence was not understood, twice."""
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        house = House(control, tmp_path, address, Choices())
        now = house.application.clock()
        with house.application.store.scope(COMPANY) as c:
            for hours, holder in ((0, "JSMITH"), (1, "JSMITH"), (24 * 40, "APATEL")):
                contentions.met(c, lock(now - timedelta(hours=hours), holder))
            for _ in range(2):
                contentions.heard(c, company=COMPANY, account="sage", shape="Order # is …", example=SENTENCE, at=now)
        yield house
        house.close()
        control.close()


def lock(at: datetime, holder: str) -> contentions.Contention:
    return contentions.Contention(
        company=COMPANY,
        account="sage",
        at=at,
        command="raise_return",
        document_kind="return",
        document_key="1001",
        record="Customer account 12345",
        holder=holder,
        sentence="in use",
    )


def said(house: House, *words: str) -> Result:
    return CliRunner().invoke(tieout, ["--config", str(house.config), "--home", str(house.home), *words])


def test_the_report_counts_the_locks_of_the_days_asked_for(house: House) -> None:
    month = json.loads(said(house, "locks", "report", COMPANY, "--json").output)
    assert month["met"] == 2
    assert [(row["name"], row["times"], row["documents"]) for row in month["by_holder"]] == [("JSMITH", 2, 1)]
    assert [row["name"] for row in month["by_hour"]] == ["11:00", "12:00"]
    assert month["unjudged"] == 1
    longer = json.loads(said(house, "locks", "report", COMPANY, "--days", "60", "--json").output)
    assert {row["name"] for row in longer["by_holder"]} == {"JSMITH", "APATEL"}
    text = said(house, "locks", "report", COMPANY).output
    assert "By person" in text
    assert "Sentences of Sage that wait to be judged: 1" in text


def test_a_sentence_is_judged_once_and_its_words_are_in_force_at_once(house: House) -> None:
    assert SENTENCE in said(house, "locks", "messages", COMPANY).output
    (message,) = json.loads(said(house, "locks", "messages", COMPANY, "--json").output)
    assert message["times"] == 2
    done = said(house, "locks", "judge", str(message["id"]), "lock", "--words", "Attended to by")
    assert done.exit_code == 0, done.output
    assert said(house, "locks", "messages", COMPANY).output.strip() == "Nothing to judge."
    assert "[lock]" in said(house, "locks", "messages", COMPANY, "--all").output
    words = json.loads(said(house, "locks", "words", COMPANY, "--json").output)
    assert {"words": "Attended to by", "from": "judged"} in words
    assert {"words": "in use by", "from": "settings"} in words
    with house.application.store.scope(COMPANY) as c:
        assert lock_words(c, COMPANY, house.application.clock().date()) == ("Attended to by",)
        actions = [entry.action for entry in audit.entries(c)]
    assert {"lock_message.judged", "mapping.set"} <= set(actions)


@pytest.mark.parametrize("words", [[], ["--words", "  "], ["--words", "no such words"]], ids=str)
def test_a_lock_must_be_named_by_words_of_the_sentence(house: House, words: list[str]) -> None:
    (message,) = json.loads(said(house, "locks", "messages", COMPANY, "--json").output)
    refused = said(house, "locks", "judge", str(message["id"]), "lock", *words)
    assert refused.exit_code != 0
    assert json.loads(said(house, "locks", "messages", COMPANY, "--json").output) == [message]


def test_an_unknown_message_or_company_is_one_sentence(house: House) -> None:
    for words in (("locks", "judge", "99", "refusal"), ("locks", "report", "nobody"), ("locks", "words", "nobody")):
        answer = said(house, *words)
        assert answer.exit_code != 0
        assert str(answer.exception).count("There is no") == 1
