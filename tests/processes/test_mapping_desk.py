"""Mapping rows are proposed by one person and approved by another; what was in force stays told for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from tests.processes.mapping_people import (
    ADA,
    ANN,
    BEA,
    BOB,
    COMPANY,
    OTTO,
    TODAY,
    Days,
    bare_desk,
    person,
    put,
    reason,
)

from tieout.domain.people import PERMISSIONS, STANDS_FOR, Actor, Permission, Role
from tieout.domain.rules.tables import TABLES
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk import BadRow
from tieout.processes.mapping_desk.changes import Wanted, changes_of
from tieout.processes.mapping_desk.deciding import approve, reject, withdraw
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.mapping_desk.rows import coming, history, rows_on
from tieout.processes.mapping_desk.undoing import roll_back, undo
from tieout.processes.rules import rules_on
from tieout.store import Store, audit, mapping_proposals, mapping_rules


@pytest.fixture
def clock() -> Days:
    return Days()


@pytest.fixture
def desk(store: Store, clock: Days) -> Desk:
    return bare_desk(store, clock)


def answers(desk: Desk, day: date, table: str = "reason") -> dict[str, dict[str, str]]:
    """What a table answers on a day."""
    with desk.store.scope(COMPANY) as c:
        return {rule.key: dict(rule.value) for rule in rules_on(c, COMPANY, day, table=table).rules}


def test_a_proposed_row_has_no_force_until_somebody_else_approved_it(desk: Desk) -> None:
    made = propose(desk, ANN, COMPANY, "reason", [reason(account="4010")], why="new portal reason")
    assert answers(desk, TODAY) == {}
    done = approve(desk, BEA, made.id, why="as agreed")
    assert (done.proposal.state, done.proposal.decided_by, done.proposal.decided_why) == (
        "approved",
        "bea",
        "as agreed",
    )
    assert answers(desk, TODAY) == {"Too small": {"code": "fit", "account": "4010"}}
    assert answers(desk, TODAY - timedelta(days=1)) == {}


@pytest.mark.parametrize(
    ("proposer", "approver", "sentence"),
    [
        (BEA, BEA, "You proposed this yourself"),
        (ANN, OTTO, "are the choice of finance"),
        (ANN, ADA, "does not approve"),
        (BEA, ANN, "does not approve"),
        (ANN, person("pat", Role.FINANCE_APPROVER, companies=("BETA",)), "There is no proposal"),
    ],
)
def test_nobody_approves_what_is_their_own_or_not_theirs_to_choose(
    desk: Desk, proposer: Actor, approver: Actor, sentence: str
) -> None:
    made = propose(desk, proposer, COMPANY, "reason", [reason()], why="agreed")
    for deed in (lambda: approve(desk, approver, made.id), lambda: reject(desk, approver, made.id, why="no")):
        with pytest.raises(NotPossible, match=sentence):
            deed()
    assert answers(desk, TODAY) == {}


def test_bins_are_approved_by_operations_and_not_by_finance(desk: Desk) -> None:
    row = Wanted(key="any|good", value={"warehouse": "HOME", "bin": "A1"}, since=TODAY)
    made = propose(desk, ANN, COMPANY, "disposition", [row], why="agreed")
    with pytest.raises(NotPossible, match="choice of operations"):
        approve(desk, BEA, made.id)
    assert approve(desk, OTTO, made.id).proposal.state == "approved"


def test_a_rejected_proposal_changes_nothing_and_says_why(desk: Desk) -> None:
    made = propose(desk, ANN, COMPANY, "reason", [reason()], why="agreed")
    with pytest.raises(NotPossible, match="Say why"):
        reject(desk, BEA, made.id, why=" ")
    assert reject(desk, BEA, made.id, why="wrong nominal").decided_why == "wrong nominal"
    with pytest.raises(NotPossible, match="was rejected by bea already"):
        approve(desk, BOB, made.id)
    assert answers(desk, TODAY) == {}
    assert propose(desk, ANN, COMPANY, "reason", [reason()], why="again").state == "waiting"


def test_only_the_proposer_takes_a_proposal_back(desk: Desk) -> None:
    made = propose(desk, ANN, COMPANY, "reason", [reason()], why="agreed")
    with pytest.raises(NotPossible, match="Only who proposed it"):
        withdraw(desk, BEA, made.id)
    assert withdraw(desk, ANN, made.id).state == "withdrawn"
    with pytest.raises(NotPossible, match="already"):
        withdraw(desk, ANN, made.id)


@pytest.mark.parametrize(
    ("table", "key", "value", "field"),
    [
        ("reason", "", {"code": "fit"}, "key"),
        ("reason", "Too small", {}, "code"),
        ("reason", "Too small", {"code": "fit", "colour": "red"}, "colour"),
        ("reason", "Too small", {"code": "fit", "grade": "poor"}, "grade"),
        ("reason", "Too\nsmall", {"code": "fit"}, "key"),
        ("disposition", "any", {"warehouse": "HOME", "bin": "A1"}, "key"),
        ("disposition", "any|poor", {"warehouse": "HOME", "bin": "A1"}, "key"),
        ("tax_rate", "twenty", {"code": "1"}, "key"),
        ("tax_rate", "120", {"code": "1"}, "key"),
        ("exchange_service", "Britain", {"service": "Express"}, "key"),
        ("posting_window", "someday", {"closed": "yes"}, "key"),
        ("posting_window", "2026-02-30", {"closed": "yes"}, "key"),
        ("posting_window", "monday", {}, "from"),
        ("posting_window", "monday", {"from": "7 am", "to": "19:00"}, "from"),
        ("bundle", "SET", {"components": "two mugs"}, "components"),
        ("value_policy", "store_credit", {"treatment": "liability"}, "bank"),
        ("value_policy", "goodwill", {"account": "4010", "tax_code": "1", "approve_over": "lots"}, "approve_over"),
        ("value_policy", "largesse", {"account": "4010"}, "key"),
        ("policy", "credit_on", {"value": "whim"}, "value"),
        ("policy", "price_tolerance_pence", {"value": "1.5"}, "value"),
        ("policy", "no_such_rule", {"value": "1"}, "key"),
    ],
)
def test_a_row_that_cannot_stand_in_its_table_is_refused_with_its_field(
    desk: Desk, table: str, key: str, value: dict[str, str], field: str
) -> None:
    with pytest.raises(BadRow) as refused:
        propose(desk, ANN, COMPANY, table, [Wanted(key=key, value=value, since=TODAY)], why="agreed")
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_key_in_other_letters_is_the_same_row(desk: Desk) -> None:
    put(desk, reason("Too small"))
    put(desk, reason("TOO SMALL ", code="size"))
    assert answers(desk, TODAY) == {"Too small": {"code": "size"}}


def test_a_change_from_a_later_day_leaves_the_days_before_as_they_are(desk: Desk) -> None:
    put(desk, reason(), reason("Faulty", code="faulty"))
    later = TODAY + timedelta(days=10)
    put(desk, reason(since=later, code="size"))
    assert answers(desk, later - timedelta(days=1))["Too small"] == {"code": "fit"}
    assert answers(desk, later)["Too small"] == {"code": "size"}
    with desk.store.scope(COMPANY) as c:
        assert [(row.key, row.since) for row in coming(c, "reason", TODAY)] == [("Too small", later)]
    with pytest.raises(NotPossible, match="is in force from 30 Nov 2026"):
        propose(desk, ANN, COMPANY, "reason", [reason(code="other")], why="too late")


def test_an_ended_row_is_gone_from_its_day_on_and_can_come_again(desk: Desk, clock: Days) -> None:
    put(desk, reason())
    put(desk, Wanted(key="too small", value=None, since=TODAY + timedelta(days=5)))
    assert [day for day in range(8) if answers(desk, TODAY + timedelta(days=day))] == [0, 1, 2, 3, 4]
    with pytest.raises(NotPossible, match="ends on 25 Nov 2026 already"):
        propose(desk, ANN, COMPANY, "reason", [Wanted(key="Too small", value=None, since=TODAY)], why="again")
    clock.pass_by(2)
    with pytest.raises(BadRow, match="until 25 Nov 2026"):
        propose(desk, ANN, COMPANY, "reason", [reason(since=clock.today, code="size")], why="too early")
    put(desk, reason(since=TODAY + timedelta(days=5), code="size"))
    assert answers(desk, TODAY + timedelta(days=30)) == {"Too small": {"code": "size"}}
    assert answers(desk, TODAY + timedelta(days=4)) == {"Too small": {"code": "fit"}}


def test_days_gone_by_are_not_rewritten_but_for_what_was_in_a_bundle(desk: Desk, clock: Days) -> None:
    put(desk, reason())
    clock.pass_by(10)
    with pytest.raises(BadRow, match="not changed for days gone by"):
        propose(desk, ANN, COMPANY, "reason", [reason(since=TODAY + timedelta(days=1), code="size")], why="mistake")
    bundle = Wanted(key="SET", value={"components": "MUG*2"}, since=TODAY)
    made = propose(desk, ANN, COMPANY, "bundle", [bundle], why="as sold")
    approve(desk, OTTO, made.id)
    assert answers(desk, TODAY, "bundle") == {"SET": {"components": "MUG*2"}}


def test_a_change_approved_after_its_first_day_starts_on_the_day_of_approval(desk: Desk, clock: Days) -> None:
    put(desk, reason())
    made = propose(desk, ANN, COMPANY, "reason", [reason(code="size")], why="agreed")
    clock.pass_by(3)
    approve(desk, BEA, made.id)
    assert answers(desk, TODAY + timedelta(days=2))["Too small"] == {"code": "fit"}
    assert answers(desk, clock.today)["Too small"] == {"code": "size"}


def test_two_proposals_for_one_row_do_not_wait_side_by_side(desk: Desk) -> None:
    made = propose(desk, ANN, COMPANY, "reason", [reason()], why="agreed")
    with pytest.raises(NotPossible, match=f"Proposal {made.id} of ann for 'Too small' waits"):
        propose(desk, BOB, COMPANY, "reason", [reason("too SMALL", code="size")], why="mine")


def test_a_row_that_was_changed_meanwhile_is_not_overwritten_by_an_older_proposal(desk: Desk, clock: Days) -> None:
    put(desk, reason())
    made = propose(desk, ANN, COMPANY, "reason", [reason(code="size")], why="agreed")
    with desk.store.scope(COMPANY) as c:
        quick = mapping_rules.propose(
            c,
            company=COMPANY,
            table_name="reason",
            key="Too small",
            value={"code": "quick"},
            in_force_from=TODAY,
            owner="finance",
            proposed_by="terminal",
        )
        mapping_rules.approve(c, quick.id, by="terminal", at=clock())
    with pytest.raises(NotPossible, match="was changed since proposal"):
        approve(desk, BEA, made.id)
    assert answers(desk, TODAY) == {"Too small": {"code": "quick"}}


@pytest.mark.parametrize("why", ["", "  ", "so\0so", "\ud800", "x" * 4001])
def test_a_proposal_says_why_in_plain_text(desk: Desk, why: str) -> None:
    with pytest.raises(BadRow) as refused:
        propose(desk, ANN, COMPANY, "reason", [reason()], why=why)
    assert [problem.field for problem in refused.value.problems] == ["why"]


def test_what_is_so_already_is_not_proposed(desk: Desk) -> None:
    put(desk, reason())
    with pytest.raises(NotPossible, match="is so already"):
        propose(desk, ANN, COMPANY, "reason", [reason("too small")], why="again")


def test_every_act_is_in_the_audit_with_before_and_after(desk: Desk) -> None:
    put(desk, reason())
    put(desk, reason(code="size"))
    with desk.store.scope(COMPANY) as c:
        entries = audit.entries(c, subject="reason/Too small")
        assert audit.verify_chain(c, COMPANY) is None
    assert [(entry.who, entry.action) for entry in entries] == [
        ("bea", "mapping.approved"),
        ("ann", "mapping.proposed"),
        ("bea", "mapping.approved"),
        ("ann", "mapping.proposed"),
    ]
    before, after = entries[0].before, entries[0].after
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert before["rows"] == {"Too small": {"code": "fit"}}
    assert after["rows"] == {"Too small": {"code": "size"}}


def test_a_version_that_was_in_force_comes_back_and_only_after_approval(desk: Desk, clock: Days) -> None:
    put(desk, reason(account="4010"))
    clock.pass_by(1)
    put(desk, reason(since=clock.today, account="4020"))
    clock.pass_by(1)
    made = roll_back(desk, ANN, COMPANY, "reason", "too small", 1, why="4020 was wrong")
    assert answers(desk, clock.today)["Too small"]["account"] == "4020"
    approve(desk, BEA, made.id)
    assert answers(desk, clock.today)["Too small"] == {"code": "fit", "account": "4010"}
    with desk.store.scope(COMPANY) as c:
        versions = history(c, COMPANY, "reason", "too small", clock.today)
    assert [(row.version, row.standing) for row in versions] == [(3, "in force"), (2, "past"), (1, "past")]
    with pytest.raises(NotPossible, match="is so already"):
        roll_back(desk, ANN, COMPANY, "reason", "Too small", 1, why="once more")
    with pytest.raises(NotPossible, match="has no version 9"):
        roll_back(desk, ANN, COMPANY, "reason", "Too small", 9, why="once more")


def test_a_version_comes_back_as_it_was_even_with_a_field_that_no_form_knows(desk: Desk, clock: Days) -> None:
    with desk.store.scope(COMPANY) as c:
        old = mapping_rules.propose(
            c,
            company=COMPANY,
            table_name="reason",
            key="Too small",
            value={"code": "fit", "note": "by hand"},
            in_force_from=TODAY,
            owner="finance",
            proposed_by="terminal",
        )
        mapping_rules.approve(c, old.id, by="terminal", at=clock())
    before = answers(desk, TODAY)
    done = put(desk, reason(code="size"))
    approve(desk, BEA, undo(desk, ANN, done.id, why="back").id)
    assert answers(desk, TODAY) == before


def test_an_undone_proposal_restores_exactly_the_answers_before_it(desk: Desk, clock: Days) -> None:
    """Whatever was changed: rows that were new go, rows that were changed or ended come back."""
    draw = Random(5)
    put(desk, *[reason(f"R{n}", code=f"c{n}") for n in range(6)])
    for _ in range(12):
        clock.pass_by(draw.choice([0, 0, 1, 7]))
        before = answers(desk, clock.today)
        wanted = {}
        for key in draw.sample([f"R{n}" for n in range(9)], k=draw.randint(1, 5)):
            value = None if key in before and draw.random() < 0.4 else {"code": f"x{draw.randrange(10**6)}"}
            wanted[key] = Wanted(key=key, value=value, since=clock.today)
        done = put(desk, *wanted.values())
        changed = answers(desk, clock.today)
        assert changed != before
        clock.pass_by(draw.choice([0, 2]))
        approve(desk, BOB, undo(desk, ANN, done.id, why="back").id)
        assert answers(desk, clock.today) == before


def test_what_was_changed_again_is_not_undone_behind_the_later_change(desk: Desk, clock: Days) -> None:
    first = put(desk, reason())
    clock.pass_by(1)
    put(desk, reason(since=clock.today, code="size"))
    with pytest.raises(NotPossible, match="was changed again"):
        undo(desk, ANN, first.id, why="back")


@pytest.mark.parametrize("seed", range(4))
def test_at_most_one_row_of_a_key_is_in_force_on_any_day(desk: Desk, clock: Days, seed: int) -> None:
    """Random proposals, ends, rollbacks, undone, withdrawn and rejected, over days, in all kinds of letters."""
    draw = Random(seed)
    approved: list[int] = []
    spell: list[Callable[[str], str]] = [str.upper, str.lower, str.title, lambda text: f" {text} "]
    for _ in range(60):
        clock.pass_by(draw.choice([0, 0, 0, 1, 3]))
        key, since = draw.choice(spell)(draw.choice(["too small", "faulty"])), clock.today
        try:
            match draw.randrange(4):
                case 0:
                    made = propose(desk, ANN, COMPANY, "reason", [Wanted(key=key, value=None, since=since)], why="end")
                case 1 if approved:
                    made = undo(desk, ANN, draw.choice(approved), why="undo")
                case 2:
                    made = roll_back(desk, ANN, COMPANY, "reason", key, draw.randint(1, 5), why="back")
                case _:
                    first = since + timedelta(days=draw.choice([-2, 0, 0, 4, 9]))
                    made = propose(
                        desk, ANN, COMPANY, "reason", [reason(key, first, code=f"c{draw.random()}")], why="x"
                    )
            if draw.random() < 0.8:
                approved.append(approve(desk, BEA, made.id).proposal.id)
            else:
                reject(desk, BEA, made.id, why="no")
        except NotPossible:
            continue
    assert len(approved) > 8
    with desk.store.scope(COMPANY) as c:
        for day in range((clock.today - TODAY).days + 40):
            keys = [row.key.strip().casefold() for row in rows_on(c, "reason", TODAY + timedelta(days=day))]
            assert len(keys) == len(set(keys)), f"day {day}: {keys}"


def test_a_company_sees_no_proposal_of_another(desk: Desk) -> None:
    propose(desk, ANN, COMPANY, "reason", [reason()], why="agreed")
    with desk.store.scope("BETA") as c:
        assert mapping_proposals.proposals(c) == []
        assert mapping_proposals.waiting_by_table(c) == {}
    with desk.store.scope(COMPANY) as c:
        assert mapping_proposals.waiting_by_table(c) == {"reason": 1}


def test_the_fields_before_and_after_stand_side_by_side(desk: Desk) -> None:
    put(desk, reason(account="4010"))
    made = propose(desk, ANN, COMPANY, "reason", [reason(account="4020", grade="good")], why="agreed")
    (change,) = changes_of(made)
    assert change.verb == "changed"
    assert change.fields == [("code", "fit", "fit"), ("account", "4010", "4020"), ("grade", "", "good")]


def test_every_table_and_every_row_of_its_own_has_an_owner_who_may_approve_it() -> None:
    can = {
        owner
        for role, owners in STANDS_FOR.items()
        if Permission.MAPPINGS_APPROVE in PERMISSIONS[role]
        for owner in owners
    }
    for table in TABLES.values():
        assert {table.owner, *(row.owner for row in table.own_rows.values())} <= can, table.name
