"""The list of credit notes: every one that Sage holds, what stands behind it, and whether its goods came."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from tests.processes.estate import HOME_MARKET, Line, _sage_order, _shop_order, pence
from tests.processes.house import COMPANY
from tests.processes.reported import asked, keyed_by_hand

from tieout.domain.returns.adopted import Adoption
from tieout.processes.adoption import adopt_when_agreed, record_adoption
from tieout.processes.rules import rules_on

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

DAY = "2011-01-12"
PERIOD = ("--since", "2011-01-01", "--until", "2011-01-31")
_numbers = itertools.count(6100)


def sold(house: House, *, in_sage: bool = True) -> str:
    """Two mugs at 10.00 and VAT, in both systems or in the shop alone."""
    name, lines = f"W{next(_numbers)}", (Line("MUG", 2, "10.00"),)
    if in_sage:
        house.control.post("/sage200/load", {"orders": [_sage_order(name, DAY, lines)]})
    order = _shop_order(name, DAY, lines, HOME_MARKET)
    house.control.shop_ids |= house.control.post("/shopify/load", {"orders": [order]})["orders"]
    return name


def report(house: House, *words: str) -> Json:
    """The report as a program reads it."""
    return json.loads(asked(house, "credits", *PERIOD, "--json", *words).stdout)


def credited(house: House, rma: str) -> Json:
    """The only row of a return."""
    (row,) = (row for row in report(house)["rows"] if row["rma"] == rma)
    return row


def test_the_list_is_sages_own_to_the_penny_and_every_class_is_told_apart(shared_house: House) -> None:
    """RET-50, RGO-60: linked, returnless, historical, adopted and by hand; totals equal the sales ledger."""
    house = shared_house
    house.rule("value_policy", "returnless", approve_over="never")
    house.rule("value_policy", "historical", customer="12345", account="4010", approve_over="never")
    house.rule("value_policy", "goodwill", account="4010", tax_code="1", approve_over="never")
    house.rule("tax_rate", "20", code="1")
    house.rule("policy", "adopt_alone_up_to", value="100")
    linked = house.authorised(sold(house), ("MUG", 2))
    house.receive(linked)
    kept = house.authorised(sold(house), ("MUG", 1), return_method="No shipment required")
    old_order = sold(house, in_sage=False)
    old = house.authorised(old_order, ("MUG", 1))
    house.receive(old)
    adopted = adopt_goodwill(house, sold(house), "6.00")
    house.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(house))
    house.drain(linked, kept, old)
    classes = {rma: credited(house, rma)["credit_class"] for rma in (linked.number, kept.number, old.number, adopted)}
    assert list(classes.values()) == ["linked to its sale", "returnless", "stand-alone, historical", "adopted refund"]
    made = report(house)
    books = sorted((row["posted_on"], row["net_minor"], row["tax_minor"]) for row in made["rows"])
    assert [tuple(row) for row in books] == list(house.control.books().credits)
    totals = [(each["net_minor"], each["tax_minor"]) for each in made["totals"]]
    assert sum(net for net, _ in totals) == sum(net for _, net, _ in house.control.books().credits)
    assert sum(tax for _, tax in totals) == sum(tax for _, _, tax in house.control.books().credits)
    historical = credited(house, old.number)
    assert (historical["storefront_order"], historical["approver"]) == (
        old_order,
        "owner: rule value_policy/historical/1",
    )
    assert credited(house, adopted)["approver"] == "maria: late parcel"
    (share,) = made["shares"]
    assert (share["unlinked_minor"], share["unlinked_notes"]) == (1200 + 600, 2)
    assert share["minor"] == sum(net + tax for _, net, tax in house.control.books().credits)
    outstanding = [row for row in house.control.get("/sage200/ledgers/sales") if "Credit" in row["type"]]
    (balance,) = made["balances"]
    assert balance["outstanding_minor"] == sum(-pence(row["outstanding"]) for row in outstanding)
    assert "unlinked" in asked(house, "credits", *PERIOD).stdout


def adopt_goodwill(house: House, order: str, amount: str) -> str:
    """Customer service gives money back in the shop, and maria adopts it; returns the number that it goes by."""
    house.control.post("/shopify/refunds", {"order": order, "amount": amount, "lines": [], "note": "sorry"})
    house.sweep()
    case = next(case for case in house.open_cases() if case.document_kind == "refund")
    now, company = house.application.clock(), house.application.companies[COMPANY]
    (refund,) = [r for r in company.storefront.refunds(None) if r.refund_id == case.document_key]
    decided = Adoption(
        refund_id=refund.refund_id,
        order_id=refund.order_id,
        adopted_as="goodwill",
        reason="Too small",
        who="maria",
        at=now,
    )
    with house.application.store.scope(COMPANY) as c:
        record_adoption(c, COMPANY, decided, why="late parcel")
        tables = rules_on(c, COMPANY, now.date())
        assert adopt_when_agreed(c, company, refund.refund_id, tables=tables, at=now)
    house.drain()
    return f"SR{refund.refund_id}"


def test_goods_credited_have_their_movement_in_sage_as_evidence(shared_house: House) -> None:
    """RET-50: the stock movement that was read back, and the portal's word beside it."""
    house = shared_house
    rma = house.authorised(sold(house), ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    row = credited(house, rma.number)
    assert (row["units"], row["has_receipt"]) == (2, True)
    assert [(receipt["system"], receipt["units"]) for receipt in row["receipts"]] == [("sage", 2), ("portal", 2)]
    moved = house.control.get("/sage200/ledgers/stock/movements?product=MUG")
    reference = row["receipts"][0]["what"].split()[-1]
    assert any(reference in str(list(movement.values())) for movement in moved)


def test_only_a_credit_note_of_no_declared_class_and_no_goods_breaks_the_invariant(shared_house: House) -> None:
    """RET-50: kept goods are declared; a person's own credit note is not, and the command says so by its exit."""
    house = shared_house
    house.rule("value_policy", "returnless", approve_over="never")
    kept = house.authorised(sold(house), ("MUG", 1), return_method="No shipment required")
    house.drain(kept)
    before = report(house)["without_receipt"]
    assert credited(house, kept.number)["posting_id"] not in before
    shown = asked(house, "credits", *PERIOD, "--without-receipt")
    assert shown.exit_code == (1 if before else 0)
    house.control.post(
        "/sage200/desktop/ledger-credit-note", {**keyed_by_hand(house), "reference": f"RMA {kept.number}"}
    )
    after = report(house)["without_receipt"]
    assert len(after) == len(before) + 1
    by_hand = next(row for row in report(house)["rows"] if row["posting_id"] in after and row["rma"] == kept.number)
    assert (by_hand["credit_class"], by_hand["is_declared"]) == ("by hand", False)
    shown = asked(house, "credits", *PERIOD, "--without-receipt")
    assert shown.exit_code == 1
    assert "NO RECEIPT IN SAGE" in shown.stdout


def test_a_period_that_ends_before_it_begins_is_refused_in_words(shared_house: House) -> None:
    """RET-50: with what to change."""
    shown = asked(shared_house, "credits", "--since", "2011-02-01", "--until", "2011-01-01")
    assert "change --since or --until" in str(shown.exception)
    assert report(shared_house, "--until", "2011-01-02")["rows"] == []
    alone = json.loads(asked(shared_house, "credits", "--until", "2011-01-31", "--json").stdout)
    assert alone["period"] == {"first": "2011-01-01", "last": "2011-01-31"}
    assert [row["posting_id"] for row in alone["rows"]] == [row["posting_id"] for row in report(shared_house)["rows"]]
