"""Section 2.6: a record lock in every dress, on every kind of record, met by every command that touches it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import ON, Act, Floor
from tests.connectors.sage200.conftest import Keeper

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.settings import LOCK_PATTERNS
from tieout.connectors.sage200.site.facts import NO_ORDER
from tieout.domain import commands as c
from tieout.ports.errors import Busy, Locked, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from tests.connectors.sage200.conftest import Clock, Site

    from tieout.connectors.transport import Json
    from tieout.sandbox.clock import SandboxClock

DRESSES = ("400", "409", "423", "500", "hang")
TOUCHED = {
    "order": ("amend_order", "allocate_order", "cancel_order", "despatch", "post_sop_invoice"),
    "return": ("cancel_return", "receive_return", "post_sop_credit_note"),
    "customer": (
        "enter_order",
        "post_sop_invoice",
        "raise_return",
        "post_sop_credit_note",
        "raise_credit_note",
        "post_refund_payment",
        "allocate_credit",
        "raise_invoice",
        "post_receipt",
        "allocate_postings",
        "add_delivery_address",
        "write_memo",
    ),
    "product": (
        "allocate_order",
        "despatch",
        "receive_return",
        "write_on",
        "write_off",
        "issue_stock",
        "move_stock",
        "count_stock",
    ),
    "warehouse": ("despatch", "receive_return", "write_on", "write_off", "issue_stock", "move_stock", "count_stock"),
    "numbers": (
        "enter_order",
        "despatch",
        "post_sop_invoice",
        "raise_return",
        "receive_return",
        "post_sop_credit_note",
        "raise_credit_note",
        "post_refund_payment",
        "raise_invoice",
        "post_receipt",
        "bank_receipt",
        "bank_payment",
        "transfer_cash",
        "post_journal",
    ),
}
EVERYTHING = (*dict.fromkeys(name for names in TOUCHED.values() for name in names), "open_customer")
TOUCHED["company"] = EVERYTHING
LABELS = {
    "order": "Order ",
    "return": "Return ",
    "customer": "Customer account WEB",
    "product": "Stock item ",
    "warehouse": "Warehouse HOME",
    "numbers": "The number generator",
    "company": "The company",
}
SILENCE_SECONDS = 1.5


def rows() -> Iterator[Any]:
    """Every record with every command in one dress, in turn, and every record in all; the rest runs long."""
    for record, names in TOUCHED.items():
        for place, name in enumerate(names):
            for turn, dress in enumerate(DRESSES):
                is_short = place == 0 or turn == place % len(DRESSES)
                marks = () if is_short else (pytest.mark.long,)
                yield pytest.param(record, name, dress, id=f"{record}-{name}-{dress}", marks=marks)


@pytest.fixture(scope="module")
def shared(served: tuple[str, SandboxClock]) -> Iterator[Floor]:
    world = World(served[0], Keeper(), served[1])
    world.temper(silence_seconds=SILENCE_SECONDS)
    yield Floor(world)
    world.temper()
    proofs = world.does("GET", "/ledgers/proofs")
    world.close()
    assert proofs["duplicates"] == []
    assert all(proofs[name] for name in proofs if name != "duplicates"), proofs


@pytest.fixture
def floor(shared: Floor) -> Iterator[Floor]:
    yield shared
    shared.world.does("DELETE", "/locks")


@pytest.fixture(scope="module")
def hasty(shared: Floor) -> Sage200:
    """A connector that does not wait for a server that hangs."""
    return shared.world.open(read_seconds=0.5)


def hold(floor: Floor, record: str, act: Act, dress: str, wording: str = "in use", holder: str = "JSMITH") -> None:
    named = act.records.get(record, "")
    by = "id" if isinstance(named, int) else "reference"
    lock = {"record": record, by: named, "holder": holder, "seconds": None, "dress": dress, "wording": wording}
    floor.world.does("POST", "/locks", lock)


def done_once(floor: Floor, act: Act, since: int) -> None:
    """Look, do, look: at the stand-in it happened once since."""
    if act.look(floor.sage) is None:
        act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    assert floor.effects(since)[act.effect] == 1


@pytest.mark.parametrize(("record", "name", "dress"), tuple(rows()))
def test_nothing_is_done_while_somebody_has_the_record_and_once_it_is_free_it_is_done_once(
    floor: Floor, hasty: Sage200, record: str, name: str, dress: str
) -> None:
    act = floor.act(name)
    since = floor.mark()
    hold(floor, record, act, dress)
    if dress == "hang":
        with pytest.raises(OutcomeUnknown):
            act.do(hasty)
    else:
        with pytest.raises(Locked) as raised:
            act.do(floor.sage)
        assert raised.value.holder == "JSMITH"
        assert raised.value.record.startswith(LABELS[record])
    assert floor.effects(since)[act.effect] == 0
    assert act.look(floor.sage) is None
    floor.world.does("DELETE", "/locks")
    done_once(floor, act, since)


WORDINGS = {
    "locked": ("locked", False, True),
    "in use": ("in use by", True, True),
    "being used": ("being used by", True, True),
    "being edited": ("being edited", True, True),
    "being amended": ("being amended", True, False),
    "another user": ("another user", False, True),
    "deadlock": ("deadlock", False, True),
    "timeout": ("timeout expired", False, True),
    "no lock": ("could not obtain a lock", False, True),
}
"""The stand-in's sentences: the pattern that each holds, whether it names the holder, whether the record."""


def test_every_pattern_has_a_sentence_that_holds_it() -> None:
    assert {pattern for pattern, _, _ in WORDINGS.values()} == set(LOCK_PATTERNS)


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("dress", ["400", "500"])
def test_a_sentence_is_known_by_its_pattern_and_by_no_other_and_gives_the_names_that_it_has(
    floor: Floor, wording: str, dress: str
) -> None:
    pattern, names_holder, names_record = WORDINGS[wording]
    act = floor.act("raise_credit_note")
    hold(floor, "customer", act, dress, wording)
    with pytest.raises(Locked) as raised:
        floor.world.open(lock_patterns=(pattern.upper(),)).ledger.raise_credit_note(act.command)
    assert raised.value.holder == ("JSMITH" if names_holder else "")
    assert raised.value.record == ("Customer account WEB" if names_record else "")
    others = tuple(other for other in LOCK_PATTERNS if other != pattern)
    with pytest.raises(Refused if dress == "400" else OutcomeUnknown):
        floor.world.open(lock_patterns=others).ledger.raise_credit_note(act.command)


def test_words_that_nobody_has_heard_are_a_refusal_until_somebody_teaches_them(floor: Floor) -> None:
    act, taught = floor.act("raise_credit_note"), list[str]()
    sage = floor.world.open_taught(lambda: taught)
    hold(floor, "customer", act, "400", "unheard")
    with pytest.raises(Refused, match="checked out on workstation PC-JSMITH"):
        act.do(sage)
    taught.append("Checked Out On")
    with pytest.raises(Locked):
        act.do(sage)
    assert act.look(sage) is None


@pytest.mark.parametrize("name", ["write_on", "post_journal"])
def test_a_lock_behind_the_companion_is_one_in_any_words_because_it_has_a_name_for_it(floor: Floor, name: str) -> None:
    act = floor.act(name)
    hold(floor, "company", act, "400", "unheard")
    with pytest.raises(Locked) as raised:
        act.do(floor.sage)
    assert (raised.value.holder, raised.value.record) == ("JSMITH", "The company")


def test_words_that_were_taught_hold_for_what_the_companion_says_too(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock
) -> None:
    sentence = "Stock item MUG is checked out on workstation PC-JSMITH."
    site.says("POST", "/companion/v1/stock/write-ons", {"type": "x#refused", "detail": sentence}, status=400)
    command = World.make.write_on()
    for words, error in (((), Refused), (("checked out on",), Locked)):
        sage = open_ledger(settings, keeper, clock, lambda words=words: words)  # type: ignore[misc]  # bound now
        with pytest.raises(error):
            sage.stock.write_on(command)
        sage.close()


# The API's own edit lock


def opened_to_edit(floor: Floor, act: Act) -> int:
    """Take the edit lock of an order as a session of ours would; its lock id."""
    answer = floor.world.asks("GET", f"/sop_orders/{act.records['order']}", **{"$expand": "is_to_lock"})
    assert answer.is_success, answer.text
    return int(answer.json()["lock_id"])


@pytest.fixture
def locking(floor: Floor) -> Sage200:
    return floor.world.open(compat=Compat(lock_orders_to_edit=True))


@pytest.mark.parametrize("name", ["amend_order", "allocate_order", "despatch"])
@pytest.mark.parametrize("dress", ["400", "409", "423", "500"])
def test_an_order_that_cannot_be_locked_because_somebody_has_it_is_locked_and_not_merely_busy(
    floor: Floor, locking: Sage200, name: str, dress: str
) -> None:
    act = floor.act(name)
    since = floor.mark()
    hold(floor, "order", act, dress)
    with pytest.raises(Locked) as raised:
        act.do(locking)
    assert raised.value.holder == "JSMITH"
    assert ("PUT", f"/sop_orders/{act.records['order']}") not in floor.writes(since)
    floor.world.does("DELETE", "/locks")
    act.do(locking)
    assert act.is_found_as_wanted(locking)
    assert floor.effects(since)[act.effect] == 1
    assert floor.world.does("DELETE", "/locks") == {"released": 0}


def test_a_lock_met_on_a_mere_read_is_busy_and_changes_nothing(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", {"Message": "The company is locked."}, status=423)
    with pytest.raises(Busy):
        sage.books.banks()


@pytest.mark.parametrize("trouble", ["a line is refused", "an item is held"])
def test_the_edit_lock_is_given_back_when_the_change_is_not_made(floor: Floor, locking: Sage200, trouble: str) -> None:
    act = floor.act("allocate_order")
    if trouble == "an item is held":
        hold(floor, "product", act, "423", holder="MARY")
        with pytest.raises(Locked):
            act.do(locking)
    else:
        short = floor.act("allocate_order", sku="NONE-LEFT")
        with pytest.raises(Refused, match="NONE-LEFT"):
            short.do(locking)
    floor.world.does("POST", "/desktop/close", {"of": "MARY"})
    assert floor.world.does("DELETE", "/locks") == {"released": 0}


def test_nobody_else_amends_an_order_while_we_have_it_open_and_with_our_lock_id_it_is_released(floor: Floor) -> None:
    act = floor.act("amend_order")
    record = int(str(act.records["order"]))
    path = f"/sop_orders/{record}"
    lock_id = opened_to_edit(floor, act)
    body: dict[str, Json] = {"id": record, "customer_document_no": "CHANGED"}
    for wrong in ({}, {"lock_id": lock_id + 1}):
        refused = floor.world.asks("PUT", path, {**body, **wrong})
        assert (refused.status_code, "in use by" in refused.json()["Message"]) == (400, True)
    by_hand = floor.world.by_hand.post("/desktop/edit", json={"order": record, "customer_document_no": "BY-HAND"})
    assert by_hand.status_code == 423
    assert floor.world.asks("PUT", path, {**body, "lock_id": lock_id, "is_editing": True}).is_success
    assert floor.world.asks("PUT", path, body).status_code == 400, "is_editing true keeps the lock"
    assert floor.world.asks("PUT", path, {**body, "lock_id": lock_id, "is_editing": False}).is_success
    assert floor.world.asks("GET", path).json()["customer_document_no"] == "CHANGED"
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)


def test_an_edit_lock_of_a_dead_session_stops_every_change_until_somebody_clears_it(floor: Floor) -> None:
    act = floor.act("amend_order")
    since = floor.mark()
    opened_to_edit(floor, act)
    for _ in range(2):
        with pytest.raises(Locked) as raised:
            act.do(floor.sage)
        assert raised.value.holder == "TIEOUT"
    assert floor.effects(since)[act.effect] == 0
    floor.world.does("POST", "/desktop/close", {"of": "TIEOUT"})
    done_once(floor, act, since)


def test_records_that_a_crashed_desktop_held_stay_locked_however_long_one_waits(floor: Floor) -> None:
    act = floor.act("despatch")
    since = floor.mark()
    records = [{"record": "order", "id": act.records["order"]}, {"record": "product", "reference": "VASE"}]
    floor.world.does("POST", "/desktop/crash", {"user": "MARY", "records": records})
    floor.world.clock.offset += timedelta(days=2)
    sage = floor.world.open()
    with pytest.raises(Locked, match="MARY"):
        act.do(sage)
    floor.world.clock.offset -= timedelta(days=2)
    assert floor.world.does("POST", "/desktop/close", {"of": "MARY"}) == {"released": 2}
    done_once(floor, act, since)


# Drafts, and the list that may lock what it lists


@pytest.mark.parametrize("end", ["PUT", "DELETE"])
def test_a_draft_is_no_order_until_it_is_confirmed_and_none_at_all_once_it_is_dropped(floor: Floor, end: str) -> None:
    act = floor.act("enter_order")
    said: dict[str, Json] = {"customer_document_no": act.command.channel_reference, "analysis_code_3": act.command.key}
    draft = floor.world.asks("POST", "/sop_orders", {"customer_id": int(floor.customer), **said, "is_editing": True})
    body = draft.json()
    assert (body["is_draft"], body["document_no"]) == (True, "TBA")
    assert act.look(floor.sage) is None
    path = f"/sop_orders/{body['id']}"
    confirmed: dict[str, Json] = {"id": body["id"], "is_editing": False}
    assert floor.world.asks(end, path, confirmed if end == "PUT" else None).is_success
    assert (act.look(floor.sage) is not None) == (end == "PUT")


@pytest.mark.parametrize("left_by", ["an editor", "a crash"])
def test_a_draft_under_our_key_is_cleared_away_with_its_allocation_and_the_order_entered_once(
    floor: Floor, left_by: str
) -> None:
    act = floor.act("enter_order")
    said: dict[str, Json] = {"customer_document_no": act.command.channel_reference, "analysis_code_3": act.command.key}
    if left_by == "an editor":
        body: dict[str, Json] = {"customer_id": int(floor.customer), **said, "is_editing": True}
        assert floor.world.asks("POST", "/sop_orders", body).is_success
    else:
        floor.world.does("PUT", "/drafts-left", {"rate": 1, "seed": 1})
        with pytest.raises(OutcomeUnknown):
            act.do(floor.sage)
        floor.world.does("PUT", "/drafts-left", {"rate": 0, "seed": 1})
    since = floor.mark()
    done_once(floor, act, since)
    assert floor.effects(since)["sop_order.deleted"] == 1


def test_the_despatch_list_is_only_ever_asked_for_the_one_order(floor: Floor) -> None:
    act = floor.act("despatch")
    floor.act("despatch")
    since = floor.mark()
    act.do(floor.sage)
    entries = floor.world.does("GET", f"/journal?since={since}")["entries"]
    lists = [e for e in entries if e["method"] == "GET" and e["path"].endswith("/sop_confirm_despatch")]
    assert lists
    for entry in lists:
        (asked,) = parse_qs(entry["query"])["$filter"]
        assert asked.startswith((NO_ORDER, f"document_no eq '{act.command.order_number}'"))
        assert " or " not in asked
    posts = [place for place, e in enumerate(entries) if e["method"] == "POST" and "confirm_despatch" in e["path"]]
    assert entries[posts[0] - 1] in lists, "it is posted at once"


@pytest.mark.parametrize(("said", "error"), [("0000000005 is in use by JSMITH.", Locked), ("It is on hold.", Refused)])
def test_what_the_despatch_list_says_no_to_is_locked_or_refused_and_not_merely_busy_or_strange(
    site: Site, sage: Sage200, said: str, error: type[Exception]
) -> None:
    line = {
        "id": 7,
        "line_type": "EnumLineTypeStandard",
        "code": "MUG",
        "line_quantity": 2,
        "available_for_despatch": 2,
    }
    head = {"id": 5, "document_no": "0000000005", "document_date": "2026-11-20T00:00:00Z"}
    site.says("GET", "/sop_settings", {})
    site.says("GET", "/sop_orders", [{**head, "lines": [line]}])
    site.says("GET", "/sop_confirm_despatch", [])
    site.says("GET", "/sop_confirm_despatch", {"Message": said}, status=400)
    two = c.DespatchLine(order_line="7", sku="MUG", quantity=Decimal(2), despatched_before=Decimal(0))
    with pytest.raises(error, match=said):
        sage.despatches.despatch(c.Despatch(key="TDS-1", order_number="0000000005", on=ON, lines=(two,)))
    assert site.sent("POST", "/sop_confirm_despatch") == []
