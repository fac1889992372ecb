"""Probes: what an account allowed, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tieout.ports.accounts import AccountReport, Capability, Finding
from tieout.store import Store, probes

REPORT = AccountReport(
    edition="Professional",
    release="2024 R1",
    findings=(
        Finding(subject="prices", is_well=True, says="net of VAT"),
        Finding(subject="rights", is_well=False, says="may not read /banks"),
    ),
    capabilities=(
        Capability(command="raise_return", channel="not_possible", why="too old"),
        Capability(command="write_on", channel="manual", why="no companion"),
    ),
)
UPGRADED = replace(
    REPORT,
    release="2025 R1",
    findings=(
        Finding(subject="prices", is_well=False, says="hold VAT now"),
        Finding(subject="rights", is_well=True, says=""),
    ),
    capabilities=(
        Capability(command="raise_return", channel="native", why="Sage's API does it"),
        Capability(command="write_on", channel="manual", why="still none"),
    ),
)


def test_a_report_is_kept_as_it_was_given(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        assert probes.latest(c, "sage") == []
        probes.keep(c, "sage", REPORT, at=now)
        probes.keep(c, "other", AccountReport(), at=now)
        (kept,) = probes.latest(c, "sage", limit=5)
    assert (kept.account, kept.probed_at, kept.report) == ("sage", now, REPORT)


def test_what_has_changed_since_the_time_before_is_said_once_and_in_words(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        probes.keep(c, "sage", REPORT, at=now)
        assert probes.changed(c, "sage") == ()
        probes.keep(c, "sage", UPGRADED, at=now + timedelta(days=1))
        assert probes.changed(c, "sage") == (
            "release: was 2024 R1, is 2025 R1",
            "prices: hold VAT now",
            "rights: is well again",
            "raise_return: was not_possible, is native: Sage's API does it",
        )
        probes.keep(c, "sage", UPGRADED, at=now + timedelta(days=2))
        assert probes.changed(c, "sage") == ()


def test_a_day_on_which_nothing_answered_is_no_change_of_what_is_possible(store: Store, now: datetime) -> None:
    away = AccountReport(findings=(Finding(subject="site", is_well=False, says="it is away"),))
    with store.scope(None) as c:
        probes.keep(c, "sage", UPGRADED, at=now)
        probes.keep(c, "sage", away, at=now + timedelta(days=1))
        assert probes.changed(c, "sage") == ("site: it is away",)


def test_reports_are_kept_for_a_little_over_a_year(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        for days in (0, 300, 401):
            probes.keep(c, "sage", REPORT, at=now + timedelta(days=days))
        assert [kept.probed_at - now for kept in probes.latest(c, "sage", limit=5)] == [
            timedelta(days=401),
            timedelta(days=300),
        ]


def test_a_second_report_of_one_moment_takes_the_place_of_the_first(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        probes.keep(c, "sage", REPORT, at=now)
        probes.keep(c, "sage", UPGRADED, at=now)
        assert [kept.report for kept in probes.latest(c, "sage", limit=5)] == [UPGRADED]
