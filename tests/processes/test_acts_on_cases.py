"""What people do to cases: whose act it is, what comes of it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.processes.house import COMPANY

from tieout.domain.people import Actor, Permission, Role
from tieout.processes.desk import Desk, NotPossible, acts, overriding
from tieout.processes.desk.booking import book_by_hand, bookable_units
from tieout.processes.desk.fixes import fix_for
from tieout.processes.desk.previews import preview
from tieout.store import approvals, audit, cases, comments, legs, people

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

    from tieout.store.audit import AuditEntry
    from tieout.store.cases import Case

CLOSED, OPEN = {"removed": True}, {"removed": False}


def actor(name: str, *roles: Role, companies: tuple[str, ...] = ()) -> Actor:
    return Actor(name=name, display_name=name.title(), roles=roles, companies=companies)


ANN = actor("ann", Role.FINANCE)
BEA = actor("bea", Role.FINANCE_APPROVER)
OTTO = actor("otto", Role.OPERATIONS)
SUE = actor("sue", Role.SUPPORT)


@pytest.fixture
def desk(house: House) -> Desk:
    for name, role in (("ann", Role.FINANCE), ("bea", Role.FINANCE_APPROVER), ("audrey", Role.AUDITOR)):
        with house.application.store.scope(None) as c:
            people.add_user(
                c, name=name, display_name=name.title(), email="", roles=[role.value], companies=[],
                password_hash=None, subject=None, at=house.application.clock(),
            )  # fmt: skip
    return house.application.desk


def tax_code(house: House, state: Json) -> None:
    """Somebody closes or opens the tax code of all goods."""
    house.control.put("/sage200/company", {"tax_codes": {"1": state}})


def stopped(house: House, order: str = "W1001", **more: Any) -> tuple[Rma, Case]:  # noqa: ANN401 - of the RMA
    """A return of two mugs that is here and cannot go on."""
    rma = house.authorised(order, ("MUG", 2), **more)
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    return rma, case


def fee_charged(house: House) -> tuple[Rma, Case]:
    """A case that may be overridden: the portal takes a fee that nobody agreed."""
    rma, case = stopped(house, restocking_fee="1.00")
    assert case.code == "FEE_NOT_COVERED"
    return rma, case


def again(house: House, case: Case) -> Case:
    with house.application.store.scope(COMPANY) as c:
        found = cases.case(c, case.id)
    assert found is not None
    return found


def told(house: House, case: Case) -> list[AuditEntry]:
    with house.application.store.scope(COMPANY) as c:
        return audit.entries(c, subject=f"case {case.id} {case.document_kind} {case.document_key}")


def test_a_closed_tax_code_is_opened_in_sage_and_trying_again_books_the_return_once(house: House, desk: Desk) -> None:
    """RET-36: finance's whole way."""
    tax_code(house, CLOSED)
    rma, case = stopped(house)
    assert (case.code, case.owner) == ("VAT_CODE_MISSING", "finance")
    tax_code(house, OPEN)
    assert acts.retry(desk, ANN, case.id, key="form 1").said == f"Return {rma.number} will be tried again."
    acts.retry(desk, ANN, case.id, key="form 1")
    house.drain()
    assert again(house, case).state == "closed"
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    (entry,) = told(house, case)
    assert (entry.who, entry.action) == ("ann", "case.retry")
    assert entry.before == {"code": "VAT_CODE_MISSING", "state": "open"}


def test_a_preview_says_that_nothing_would_change_then_what_would_be_posted_and_writes_nothing(
    house: House, desk: Desk
) -> None:
    tax_code(house, CLOSED)
    rma, case = stopped(house)
    before, attempts_before = house.control.deeds(), house.document(rma).attempts
    held = preview(desk, case)
    assert (held.becomes, [fault.code for fault in held.faults]) == ("stays", ["VAT_CODE_MISSING"])
    assert held.says == "Nothing would change: the same trouble still holds."
    tax_code(house, OPEN)
    seen = preview(desk, case)
    assert seen.becomes == "goes on"
    credit = next(one.step for one in seen.steps if one.step.command == "post_sop_credit_note")
    assert (credit.amount is not None, credit.system, credit.account) == (True, "sage", "sage")
    assert str(credit.amount) == "GBP 24.00"
    assert ("Date", "20 Jan 2011") in credit.fields
    assert any(line.startswith("2 of MUG: net GBP 20.00, tax GBP 4.00") for line in credit.lines)
    assert {one.fate for one in seen.steps} == {"will be done"}
    assert house.control.deeds() == before == {}
    assert house.document(rma).attempts == attempts_before
    assert again(house, case) == case
    acts.retry(desk, ANN, case.id)
    house.drain()
    done = house.control.deeds()
    assert (done["stock.moved"], house.control.books().credits) == (1, (("2011-01-20", 2000, 400),))


def test_an_override_up_to_the_limit_goes_on_at_once(house: House, desk: Desk) -> None:
    house.rule("policy", "override_alone_up_to", value="100")
    rma, case = fee_charged(house)
    done = overriding.override(desk, ANN, case.id, why="agreed on the telephone", version=case.version, key="k")
    assert not done.is_pending
    overriding.override(desk, ANN, case.id, why="agreed on the telephone", version=case.version, key="k")
    with house.application.store.scope(COMPANY) as c:
        assert [word.code for word in approvals.approvals_of(c, COMPANY, "return", rma.number)] == ["FEE_NOT_COVERED"]
    house.drain()
    assert again(house, case).settled_where == "override"
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)


def test_an_override_above_the_limit_needs_somebody_else(house: House, desk: Desk) -> None:
    house.rule("policy", "override_alone_up_to", value="10")
    rma, case = fee_charged(house)
    done = overriding.override(desk, ANN, case.id, why="agreed on the telephone")
    assert done.is_pending
    assert "GBP 10.00" in done.said
    house.drain(rma)
    assert house.control.books().credits == ()
    with house.application.store.scope(COMPANY) as c:
        waiting = overriding.pending_of(c, again(house, case))
    assert waiting is not None
    assert (waiting.who, waiting.why, waiting.what) == ("ann", "agreed on the telephone", "override")
    with pytest.raises(NotPossible, match="somebody else"):
        overriding.second(desk, actor("Ann ", Role.FINANCE), case.id, agrees=True, why="so do I")
    with pytest.raises(NotPossible, match="waits for a second person"):
        overriding.override(desk, BEA, case.id, why="me too")
    overriding.second(desk, BEA, case.id, agrees=True, why="read the mail")
    house.drain()
    assert again(house, case).state == "closed"
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert [entry.action for entry in told(house, case)] == ["case.second", "case.override_asked"]


def test_an_override_that_is_refused_leaves_everything_as_it_was(house: House, desk: Desk) -> None:
    house.rule("policy", "override_alone_up_to", value="0")
    rma, case = fee_charged(house)
    overriding.override(desk, ANN, case.id, why="agreed on the telephone")
    said = overriding.second(desk, BEA, case.id, agrees=False, why="the customer never asked").said
    assert said.startswith("You refused it")
    house.drain(rma)
    assert (again(house, case).state, house.control.deeds()) == ("open", {})
    with pytest.raises(NotPossible, match="Nothing on exception"):
        overriding.second(desk, BEA, case.id, agrees=True, why="after all")


def test_what_was_booked_by_hand_is_read_back_and_never_booked_again(house: House, desk: Desk) -> None:
    """X-10: the leg counts only by what Sage shows; the sweep takes the credit note for no stray."""
    rma, case = fee_charged(house)
    with house.application.store.scope(COMPANY) as c:
        units = [one.unit.unit_id for one in bookable_units(c, case)]
    assert units == sorted(rma.units)
    with pytest.raises(NotPossible, match="Sage shows no posting of the reference HAND-1"):
        book_by_hand(desk, ANN, case.id, reference="HAND-1", units=units, why="by telephone")
    assert again(house, case) == case
    credited_by_hand(house, "HAND-1", "20", "4")
    house.sweep()
    assert {one.code for one in house.open_cases()} == {"FEE_NOT_COVERED", "UNLINKED_CREDIT"}
    done = book_by_hand(desk, ANN, case.id, reference="hand-1", units=units, why="by telephone")
    assert done.said.startswith("Read back in Sage: hand-1, GBP 24.00.")
    assert (again(house, case).state, again(house, case).settled_where) == ("closed", "sage")
    house.drain(rma)
    house.sweep()
    house.drain(rma)
    assert [(one.code, one.faults) for one in house.open_cases()] == []
    assert house.control.books().credits == (("2011-01-20", 2000, 400),), "the one by hand, and no other"
    assert house.document(rma).state == "done"
    with house.application.store.scope(COMPANY) as c:
        by_hand = [leg for leg in legs.legs_of(c, house.document(rma)) if leg.seen_reference == "HAND-1"]
    assert [(leg.expected_minor, leg.seen_minor, leg.agreed) for leg in by_hand] == [(2400, 2400, True)]


def test_a_reference_of_another_figure_counts_only_when_somebody_says_that_sage_is_right(
    house: House, desk: Desk
) -> None:
    rma, case = fee_charged(house)
    credited_by_hand(house, "HAND-2", "15", "3")
    with pytest.raises(NotPossible, match=r"Sage shows GBP 18\.00 under HAND-2, and GBP 24\.00 was expected"):
        book_by_hand(desk, ANN, case.id, reference="HAND-2", units=rma.units, why="part of it")
    book_by_hand(
        desk, ANN, case.id, reference="HAND-2", units=rma.units, why="one was chipped", is_difference_right=True
    )
    house.drain()
    assert house.document(rma).state == "done"
    other, second = stopped(house, "W1004", restocking_fee="1.00")
    with pytest.raises(NotPossible, match=f"on record as booked for return {rma.number}"):
        book_by_hand(desk, ANN, second.id, reference="HAND-2", units=other.units, why="the same again")


def test_what_is_left_of_a_return_goes_on_beside_what_was_booked_by_hand(house: House, desk: Desk) -> None:
    before = house.control.books().in_bin("MUG", "A1")
    rma = house.authorised("W1001", ("MUG", 2, "Bored with it"))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    credited_by_hand(house, "HAND-3", "10", "2")
    with pytest.raises(NotPossible, match="Choose the items"):
        book_by_hand(desk, OTTO, case.id, reference="HAND-3", why="one was urgent")
    book_by_hand(desk, OTTO, case.id, reference="HAND-3", units=rma.units[:1], why="one was urgent")
    house.rule("reason", "Bored with it", code="sound", account="4010", grade="good")
    house.drain()
    house.sweep()
    house.drain(rma)
    assert house.open_cases() == []
    books = house.control.books()
    assert books.credits == (("2011-01-20", 1000, 200), ("2011-01-20", 1000, 200))
    assert (books.refunds, books.in_bin("MUG", "A1")) == ((("W1001", 1200),), before + 1)
    assert house.document(rma).state == "done"
    again = house.authorised("W1001", ("MUG", 2))
    house.receive(again)
    house.drain(again)
    (exceeding,) = house.open_cases()
    assert (exceeding.document_key, exceeding.code) == (again.number, "QUANTITY_EXCEEDS_DESPATCH"), (
        "one is left of three"
    )


def credited_by_hand(house: House, reference: str, net: str, tax: str) -> None:
    """A bookkeeper keys a credit note into Sage."""
    keyed = {"customer": "12345", "reference": reference, "net": net, "tax": tax}
    house.control.post("/sage200/desktop/post-credit-note", keyed)


def test_only_who_stands_for_the_owner_settles_and_a_closed_case_is_not_acted_on(house: House, desk: Desk) -> None:
    _, case = fee_charged(house)
    for who in (OTTO, SUE):
        with pytest.raises(NotPossible, match="settle"):
            overriding.override(desk, who, case.id, why="because")
        with pytest.raises(NotPossible, match="settle"):
            acts.resolve(desk, who, case.id, where="sage", why="because")
    with pytest.raises(NotPossible, match="company that you see"):
        acts.retry(desk, actor("ann", Role.FINANCE, companies=("another",)), case.id)
    with pytest.raises(NotPossible, match="may look at exceptions, but not work"):
        acts.retry(desk, actor("audrey", Role.AUDITOR), case.id)
    acts.resolve(desk, ANN, case.id, where="sage", why="credited by hand")
    assert (again(house, case).settled_where, again(house, case).closed_by) == ("sage", "ann")
    with pytest.raises(NotPossible, match="is closed already: credited by hand"):
        acts.assign(desk, ANN, case.id, to="ann")
    assert house.control.deeds() == {}


def test_what_changed_while_somebody_looked_is_not_decided_on(house: House, desk: Desk) -> None:
    _, case = fee_charged(house)
    acts.assign(desk, ANN, case.id, to="bea")
    with pytest.raises(NotPossible, match="changed by somebody else"):
        overriding.override(desk, BEA, case.id, why="as I saw it", version=case.version)
    with pytest.raises(NotPossible, match="changed by somebody else"):
        acts.resolve(desk, BEA, case.id, where="sage", why="as I saw it", version=case.version)


def test_a_case_is_assigned_only_to_somebody_who_may_work_on_it(house: House, desk: Desk) -> None:
    _, case = fee_charged(house)
    assert acts.assign(desk, ANN, case.id, to="Bea").said == f"Exception {case.id} is on the desk of Bea."
    assert again(house, case).assignee == "bea"
    for nobody in ("audrey", "zoe"):
        with pytest.raises(NotPossible, match=f"Nobody called {nobody} may work"):
            acts.assign(desk, ANN, case.id, to=nobody)
    acts.assign(desk, ANN, case.id, to=None)
    assert again(house, case).assignee is None
    assert [entry.after for entry in told(house, case)] == [{"assignee": "nobody"}, {"assignee": "bea"}]


def test_a_case_sleeps_until_a_time_that_is_to_come(house: House, desk: Desk) -> None:
    _, case = fee_charged(house)
    until = desk.clock() + timedelta(days=2)
    acts.snooze(desk, ANN, case.id, until=until, why="the customer answers on Friday")
    assert (again(house, case).snoozed_until, again(house, case).snoozed_why) == (
        until,
        "the customer answers on Friday",
    )
    acts.snooze(desk, ANN, case.id, until=None, why="")
    assert again(house, case).snoozed_until is None
    for wrong in (desk.clock() - timedelta(minutes=1), desk.clock() + timedelta(days=400)):
        with pytest.raises(NotPossible, match="Choose a time"):
            acts.snooze(desk, ANN, case.id, until=wrong, why="later")
    with pytest.raises(NotPossible, match="whom or what"):
        acts.snooze(desk, ANN, case.id, until=until, why=" ")


def test_one_key_for_all_forms_of_a_page_takes_none_of_them_for_another(house: House, desk: Desk) -> None:
    rma, case = fee_charged(house)
    acts.comment(desk, ANN, case.id, said="looking", key="page")
    acts.comment(desk, BEA, case.id, said="me too", key="page")
    overriding.override(desk, ANN, case.id, why="agreed", key="page")
    with house.application.store.scope(COMPANY) as c:
        assert [one.said for one in comments.comments_of(c, COMPANY, "return", rma.number)] == ["looking", "me too"]
        assert [word.code for word in approvals.approvals_of(c, COMPANY, "return", rma.number)] == ["FEE_NOT_COVERED"]


def test_a_comment_names_only_people_who_can_read_it(house: House, desk: Desk) -> None:
    rma, case = fee_charged(house)
    acts.comment(desk, ANN, case.id, said="@bea, is this right? Write to x@example.org.", key="one")
    acts.comment(desk, ANN, case.id, said="@bea, is this right? Write to x@example.org.", key="one")
    with pytest.raises(NotPossible, match="@zoe"):
        acts.comment(desk, ANN, case.id, said="@zoe look")
    with house.application.store.scope(COMPANY) as c:
        (said,) = comments.comments_of(c, COMPANY, "return", rma.number)
    assert (said.who, said.mentions, said.case_id) == ("ann", ["bea"], case.id)


def test_what_cannot_be_overridden_says_what_to_do_instead(house: House, desk: Desk) -> None:
    tax_code(house, CLOSED)
    _, case = stopped(house)
    with pytest.raises(NotPossible, match=r"cannot be accepted.*Restore the tax code in Sage"):
        overriding.override(desk, ANN, case.id, why="go on")


@pytest.mark.parametrize(
    ("reason", "kind", "leads_to"),
    [
        ("Bored with it", "map", "/mappings/reason/propose?key=Bored+with+it&company=giftware&case="),
        ("Too small", "override", ""),
    ],
)
def test_the_fix_that_is_suggested_fits_the_fault(
    house: House, desk: Desk, reason: str, kind: str, leads_to: str
) -> None:
    fee = {"paid_price": "11.00", "paid_tax": "2.20", "tax_included": False} if kind == "override" else {}
    rma = house.authorised("W1001", ("MUG", 1, reason), **fee)
    other = house.authorised("W1004", ("MUG", 1, reason), **fee)
    house.receive(rma)
    house.receive(other)
    house.drain(rma, other)
    case = house.case(rma)
    assert case is not None
    with desk.store.scope(COMPANY) as c:
        fix = fix_for(c, case, desk.clock())
    assert fix.kind == kind
    assert fix.address == (f"{leads_to}{case.id}" if leads_to else "")
    assert (fix.others.many, set(fix.others.stakes)) == (1, {"GBP"})


EVERY_ACT: dict[str, Callable[[Desk, Actor, int], object]] = {
    "retry": acts.retry,
    "assign": partial(acts.assign, to=None),
    "snooze": partial(acts.snooze, until=None, why=""),
    "comment": partial(acts.comment, said="hello"),
    "resolve": partial(acts.resolve, where="sage", why="done"),
    "override": partial(overriding.override, why="done"),
    "second": partial(overriding.second, agrees=True, why="done"),
    "book by hand": partial(book_by_hand, reference="X", why="done"),
}


def test_every_act_needs_a_permission_of_the_desk(house: House, desk: Desk) -> None:
    _, case = fee_charged(house)
    shut_out = Actor(name="key", display_name="Key", roles=(Role.FINANCE,), scopes=frozenset({Permission.DESK_SEE}))
    for name, act in EVERY_ACT.items():
        with pytest.raises(NotPossible) as refusal:
            act(desk, shut_out, case.id)
        assert name == "book by hand" or "role" in str(refusal.value)
    assert (again(house, case), told(house, case)) == (case, [])
