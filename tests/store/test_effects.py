"""Attempts, effects and legs: recorded before, found again after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from sqlalchemy import Connection

from tieout.store import Store, attempts, effects, legs
from tieout.store.documents import Document
from tieout.store.effects import Intent
from tieout.store.legs import ExpectedLeg, LegCondition, SeenLeg
from tieout.store.rows import Json

Open = Callable[..., Document]
HOUR = timedelta(hours=1)
INTENT = Intent(key="K1", attempt=1, command="RaiseCreditNote", system="sage", content={"net": 2000}, content_hash="h1")


def test_a_key_that_is_known_brings_back_what_stands(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        first = effects.intend(c, document, INTENT, at=now)
        assert (first.state, first.tries) == ("intended", 0)
        assert effects.sending(c, document, "K1", at=now) == 1
        done = effects.mark_done(c, document, "K1", reference="SCN-7", answer={"urn": 7}, at=now)
        again = effects.intend(c, document, replace(INTENT, content={"net": 1}, content_hash="h2"), at=now + HOUR)
    assert again == done
    assert (again.state, again.reference, again.content_hash, again.answer) == ("done", "SCN-7", "h1", {"urn": 7})


def test_a_document_that_lives_for_months_keeps_one_effect_per_key(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1", at=datetime(2026, 1, 31, 23, tzinfo=UTC))
    late = opened("RMA-1", at=now)
    assert document.opened_month == late.opened_month
    with store.scope("ACME") as c:
        effects.intend(c, document, INTENT, at=document.opened_at)
        effects.intend(c, late, INTENT, at=now)
        assert len(effects.effects_of(c, late)) == 1


def test_what_is_done_cannot_become_refused_or_withdrawn(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        effects.intend(c, document, INTENT, at=now)
        effects.mark_done(c, document, "K1", reference="SCN-7", answer=None, at=now)
        assert effects.mark_done(c, document, "K1", reference="SCN-8", answer=None, at=now).reference == "SCN-7"
        with pytest.raises(AssertionError, match="cannot become refused"):
            effects.mark_refused(c, document, "K1", reason="late", answer=None, at=now)
        with pytest.raises(AssertionError, match="no intent"):
            effects.withdraw(c, document, "K2", reason="not there", at=now)


def test_a_refused_effect_is_intended_again_with_other_content(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        effects.intend(c, document, INTENT, at=now)
        effects.mark_refused(c, document, "K1", reason="Period is closed", answer={"code": 1}, at=now)
        renewed = replace(INTENT, attempt=2, content={"net": 1999}, content_hash="h2")
        again = effects.intend_again(c, document, renewed, at=now + HOUR)
    assert (again.state, again.attempt, again.content, again.reason, again.answer) == (
        "intended", 2, {"net": 1999}, None, None,
    )  # fmt: skip


def test_effects_whose_outcome_is_unknown_are_found(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        effects.intend(c, document, INTENT, at=now)
        effects.intend(c, document, replace(INTENT, key="K2"), at=now)
        effects.withdraw(c, document, "K2", reason="never sent", at=now)
        assert [each.key for each in effects.open_effects(c, intended_before=now + HOUR)] == ["K1"]
        assert effects.open_effects(c, intended_before=now) == []


def test_replay_obeys_the_decision_that_was_recorded(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        first = attempts.begin(c, document, process="returns.settle/1", at=now)
        decided = attempts.record_decision(c, first, facts={"lines": [1]}, decision={"plan": ["a"]})
        replayed = attempts.record_decision(c, first, facts={"lines": []}, decision={"plan": ["b"]})
        assert replayed == decided
        assert replayed.decision == {"plan": ["a"]}
        attempts.finish(c, first, ended="done", note="Booked", at=now + HOUR)
        second = attempts.begin(c, document, process="returns.settle/1", at=now + HOUR)
        assert [each.number for each in attempts.attempts_of(c, document)] == [1, 2]
        assert attempts.last_attempt(c, document) == second


def test_json_keeps_what_outside_systems_send_and_refuses_floats(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        first = attempts.begin(c, document, process="p/1", at=now)
        facts: Json = {"note": "a\x00b\ud800c", "snow": "☃ 😀", "n": 12345678901234567890, "path": "\\u0000"}
        kept = attempts.record_decision(c, first, facts=facts, decision=[])
        assert isinstance(kept.facts, dict)
        assert kept.facts.pop("note") == "a\ufffdb\ufffdc"
        assert kept.facts == {"snow": "☃ 😀", "n": 12345678901234567890, "path": "\\u0000"}
    with pytest.raises(Exception, match="float"), store.scope("ACME") as c:
        attempts.record_decision(c, attempts.begin(c, document, process="p/1", at=now), facts=1.5, decision=[])  # type: ignore[arg-type]  # the point


def conditions(c: Connection, now: datetime) -> dict[str, list[str]]:
    names = get_args(LegCondition)
    return {name: [leg.kind for leg in legs.legs_where(c, name, now=now)] for name in names}


def expect(kind: str, due_by: datetime, minor: int | None = 2000, quantity: Decimal | None = None) -> ExpectedLeg:
    return ExpectedLeg(
        system="sage", kind=kind, owner="finance", currency="GBP", minor=minor, quantity=quantity, due_by=due_by
    )


def sight(kind: str, minor: int | None, quantity: Decimal | None = None) -> SeenLeg:
    return SeenLeg(
        system="sage", kind=kind, owner="finance", currency="GBP", minor=minor, quantity=quantity, reference="SCN-7"
    )


def test_a_leg_is_in_exactly_one_condition(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    plan = [
        expect("on_time", now + HOUR),
        expect("late", now - HOUR),
        expect("right", now - HOUR, 2000, Decimal("1.50")),
        expect("wrong_amount", now + HOUR),
        expect("wrong_quantity", now + HOUR, None, Decimal(2)),
        expect("waived", now - HOUR),
        expect("presence_only", now - HOUR, None),
    ]
    with store.scope("ACME") as c:
        legs.declare(c, document, plan, at=now)
        legs.see(c, document, sight("right", 2000, Decimal("1.5")), at=now)
        legs.see(c, document, sight("wrong_amount", 1999), at=now)
        legs.see(c, document, sight("wrong_quantity", 55, Decimal(3)), at=now)
        legs.see(c, document, sight("by_hand", 2000), at=now)
        legs.see(c, document, sight("presence_only", 77), at=now)
        assert legs.waive(c, document, system="sage", kind="waived", ref="", by="ann", why="goodwill", at=now)
        assert not legs.waive(c, document, system="sage", kind="nothing", ref="", by="ann", why="x", at=now)
        found = conditions(c, now)
    assert {name: sorted(kinds) for name, kinds in found.items()} == {
        "overdue": ["late"],
        "differs": ["wrong_amount", "wrong_quantity"],
        "unexpected": ["by_hand"],
        "expected": ["on_time"],
        "agreed": ["presence_only", "right"],
        "waived": ["waived"],
        "troubled": ["by_hand", "late", "wrong_amount", "wrong_quantity"],
    }


def test_an_unexpected_leg_agrees_once_a_plan_declares_it(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        assert not legs.see(c, document, sight("refund", 2000), at=now).agreed
        legs.declare(c, document, [expect("refund", now)], at=now)
        (leg,) = legs.legs_of(c, document)
    assert leg.agreed
    assert leg.seen_reference == "SCN-7"


def test_an_older_read_does_not_overwrite_a_newer_one(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        legs.see(c, document, sight("refund", 2000), at=now)
        kept = legs.see(c, document, sight("refund", 0), at=now - HOUR)
        assert (kept.seen_minor, kept.seen_at) == (2000, now)
        assert legs.see(c, document, sight("refund", 1), at=now + HOUR).seen_minor == 1
