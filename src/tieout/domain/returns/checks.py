"""Checks of a return, in order of precedence. Each yields every fault it finds, with figures; none raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

from tieout.domain.documents.rma import Outcome, RmaStatus, RmaUnit
from tieout.domain.documents.sales_order import OrderLine, SalesOrder
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault, FaultKind
from tieout.domain.faults.performing import REFUND_FAILED
from tieout.domain.faults.returns_value import BUNDLE_UNMAPPED
from tieout.domain.identifiers import find_key
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate, invoiced_together, matched_order, returned_units
from tieout.domain.returns.batches import booked_units, is_of_goods, route_of
from tieout.domain.returns.exchanges import exchanges_agree
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.receipts import receipt_conflicts
from tieout.domain.returns.values import policies_can_post, value_given, values_are_approved, values_are_declared
from tieout.domain.rules.posting_windows import malformed_windows

LINE_CLASSES: dict[str, FaultKind] = {
    "carriage": kinds.CARRIAGE_REFUND,
    "manual": kinds.MANUAL_ADJUSTMENT,
    "ledger": kinds.NOT_A_RETURN,
    "test": kinds.TEST_PRODUCT,
    "voucher": kinds.VOUCHER_RETURNED,
}
"""What the line class table may call a product code that is not goods."""

ROUTE_KINDS = {"sop": {"write_on", "raise_credit_note"}, "ledger": {"raise_return", "post_sop_credit_note"}}
"""Commands that belong to the other credit route: using both for the same goods credits twice."""


NUMBERS = (
    "price_tolerance_pence",
    "leg_grace_hours",
    "exchange_despatch_hours",
    "receipt_grace_days",
    "refund_grace_hours",
    "posting_grace_hours",
)
"""Policies that are whole numbers."""


def rma_is_known(facts: ReturnFacts) -> Iterator[Fault]:
    """The portal has the RMA, and its words have a meaning."""
    if facts.rma is None:
        yield Fault(code=kinds.UNKNOWN_RECORD.code, at=facts.rma_number, saw="no RMA of this number")
        return
    if facts.rma.status is RmaStatus.UNKNOWN:
        yield Fault(code=kinds.UNKNOWN_WORD.code, at=f"RMA {facts.rma_number}", saw=facts.rma.status_text)
    for unit in facts.rma.units:
        if unit.outcome is Outcome.UNKNOWN:
            yield Fault(code=kinds.UNKNOWN_WORD.code, at=f"unit {unit.unit_id}", saw=unit.outcome_text)


def lines_are_goods(facts: ReturnFacts) -> Iterator[Fault]:
    """Postage, manual lines, fees, vouchers and test products are not goods that come back."""
    assert facts.rma is not None
    for sku in sorted({unit.sku for unit in facts.rma.units}):
        line_class = facts.tables.value("line_class", sku, "class")
        if line_class in LINE_CLASSES:
            titles = sorted({unit.title for unit in facts.rma.units if unit.sku == sku})
            row = f"line_class/{sku}"
            yield Fault(code=LINE_CLASSES[line_class].code, at=sku, saw=", ".join(titles), row=row)


def order_is_matched(facts: ReturnFacts) -> Iterator[Fault]:
    """Nothing is posted for a return whose order is not found, not one, cancelled or not invoiced."""
    assert facts.rma is not None
    order = matched_order(facts)
    looked_for = facts.rma.order_name or f"customer {facts.customer_reference or facts.rma.customer_reference}"
    if order is None and facts.order_candidates:
        numbers = ", ".join(candidate.number for candidate in facts.order_candidates)
        yield Fault(code=kinds.ORDER_AMBIGUOUS.code, at=looked_for, saw=numbers, wanted="one order")
    elif order is None and not facts.rma.order_name and not facts.customer_reference:
        known_by = facts.rma.customer_reference
        row = f"customer/{known_by}" if known_by else ""
        yield Fault(code=kinds.CUSTOMER_UNMAPPED.code, at=known_by or "no customer", saw="none", row=row)
    elif order is None and _is_old(facts) and not facts.customer_reference:
        known_by = facts.rma.customer_reference or (facts.shop_order.customer_email if facts.shop_order else "")
        row = f"customer/{known_by}" if known_by else ""
        yield Fault(
            code=kinds.CUSTOMER_UNMAPPED.code, at=known_by or "no customer", saw="none", wanted="an account", row=row
        )
    elif order is None:
        yield Fault(code=kinds.ORDER_NOT_FOUND.code, at=looked_for, saw="no order")
    elif order.is_cancelled:
        yield Fault(code=kinds.ORDER_CANCELLED.code, at=order.number, saw="cancelled")


def _is_old(facts: ReturnFacts) -> bool:
    """Whether the storefront knows the order, Sage does not, and the house takes such orders back."""
    return facts.shop_order is not None and facts.tables.find("value_policy", "historical") is not None


def units_are_on_the_order(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """Every unit is on a line, nobody sends back more than was despatched, and the line was invoiced."""
    found = allocate(facts, order)
    for unit in found.not_on_order:
        bundle = _bundle_of(facts, unit, order) if _is_of_a_bundle(facts, unit) else ""
        kind = BUNDLE_UNMAPPED if bundle else kinds.LINE_NOT_ON_ORDER
        wanted, row = (f"what {bundle} is made of", f"bundle/{bundle}") if bundle else ("", "")
        yield Fault(code=kind.code, at=f"order {order.number}", saw=unit.sku, wanted=wanted, row=row)
    yield from _bundles_can_be_read(facts, order)
    for line, count in found.too_many:
        yield Fault(
            code=kinds.QUANTITY_EXCEEDS_DESPATCH.code,
            at=f"{line.sku} on order {order.number}",
            saw=f"{count} more than is left",
            wanted=f"{int(line.despatched)} despatched",
        )
    for line in {line.line_id: line for line in found.line_of.values()}.values():
        if line.invoiced < line.quantity:
            yield Fault(
                code=kinds.ORDER_NOT_INVOICED.code,
                at=f"{line.sku} on order {order.number}",
                saw=str(int(line.invoiced)),
                wanted=str(int(line.quantity)),
            )


def figures_agree(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """One currency; the order's lines add up to its invoices to the penny."""
    assert facts.rma is not None
    currencies = {order.currency, facts.rma.currency, *([facts.shop_order.currency] if facts.shop_order else [])}
    if len(currencies) > 1:
        yield Fault(code=kinds.CURRENCY_DIFFERS.code, at=f"RMA {facts.rma.number}", saw=", ".join(sorted(currencies)))
        return
    is_invoiced = order.invoices and all(line.invoiced >= line.quantity for line in order.lines)
    if not is_invoiced:
        return
    for name, lines, invoices in (
        ("net", [line.net for line in order.lines], [invoice.net for invoice in order.invoices]),
        ("VAT", [line.tax for line in order.lines], [invoice.tax for invoice in order.invoices]),
    ):
        if total(lines, order.currency) != total(invoices, order.currency):
            yield Fault(
                code=kinds.DECIMAL_MISMATCH.code,
                at=f"{name} of order {order.number}",
                saw=str(total(lines, order.currency)),
                wanted=str(total(invoices, order.currency)),
            )


def price_is_the_invoiced_one(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """What the portal says was paid, and gives, is what was invoiced, within the tolerance of the house.

    Units of a bundle are compared as the portal counts them: together.
    """
    assert facts.rma is not None
    if kinds.REFUND_NE_INVOICE.code in facts.accepted or order.currency != facts.rma.currency:
        return
    tolerance = facts.tables.number("price_tolerance_pence", 0)
    line_of = allocate(facts, order).line_of
    counted: dict[str, list[RmaUnit]] = {}
    for unit in returned_units(facts):
        if unit.unit_id in line_of:
            counted.setdefault(unit.part_of or unit.unit_id, []).append(unit)
    for name, units in counted.items():
        invoiced = invoiced_together([line_of[unit.unit_id] for unit in units], order.currency)
        stated = [unit.paid_gross for unit in units]
        if all(value_given(facts, unit) is None for unit in units):
            stated = [unit.value if unit.value is not None else unit.paid_gross for unit in units]
        paid = total(stated, order.currency)
        if abs(invoiced.minor - paid.minor) > tolerance:
            at = f"{units[0].sku}, unit {name}"
            yield Fault(code=kinds.REFUND_NE_INVOICE.code, at=at, saw=str(paid), wanted=str(invoiced))


def tax_is_the_invoiced_one(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """The invoiced tax code still exists, and the shop taxed the line at the same rate."""
    codes = {tax_code.code for tax_code in facts.tax_codes}
    shop_rates: dict[str, set[Decimal]] = {}
    for shop_line in facts.shop_order.lines if facts.shop_order else ():
        shop_rates.setdefault(shop_line.sku.casefold(), set()).add(shop_line.tax_rate)
    for line in _lines_returned(facts, order):
        if line.tax_code not in codes:
            yield Fault(
                code=kinds.VAT_CODE_MISSING.code,
                at=line.sku,
                saw=f"tax code {line.tax_code}" if line.tax_code else "a tax code that Sage no longer names",
                wanted=f"a tax code of {line.tax_rate.normalize():f} %",
                row=f"tax_rate/{line.tax_rate.normalize():f}" if order.is_historical else "",
            )
            continue
        rates = shop_rates.get(line.sku.casefold(), set())
        if rates and line.tax_rate not in rates and kinds.TAX_MISMATCH.code not in facts.accepted:
            shown = ", ".join(f"{rate.normalize():f} %" for rate in sorted(rates))
            yield Fault(code=kinds.TAX_MISMATCH.code, at=line.sku, saw=shown, wanted=f"{line.tax_rate.normalize():f} %")


def products_are_stocked(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """Sage can receive the item."""
    for sku in sorted({line.sku for line in _lines_returned(facts, order)}):
        product = facts.product(sku)
        if product is None or not product.is_stock or not product.is_active:
            seen = "unknown" if product is None else ("inactive" if product.is_stock else "not a stock item")
            yield Fault(code=kinds.SKU_UNMAPPED.code, at=sku, saw=seen)


def numbers_are_numbers(facts: ReturnFacts) -> Iterator[Fault]:
    """A policy that is a number is written as one."""
    for name in NUMBERS:
        text = facts.tables.policy(name)
        if text is not None and not text.strip().isdecimal():
            wanted, row = "a whole number", f"policy/{name}"
            yield Fault(code=kinds.POLICY_MISSING.code, at=f"policy {name}", saw=text, wanted=wanted, row=row)


def posting_windows_are_read(facts: ReturnFacts) -> Iterator[Fault]:
    """A row that says when postings may be sent names a day and two clock times; one that does not is not obeyed."""
    for key in malformed_windows(facts.tables):
        wanted = "a date, a weekday or *, with from=07:00 and to=19:00, at=10:00,16:00, or closed=yes"
        yield Fault(code=kinds.POLICY_MISSING.code, at=key, saw=key, wanted=wanted, row=key.replace(" ", "/", 1))


def reasons_are_mapped(facts: ReturnFacts) -> Iterator[Fault]:
    """Every reason is in the reason table, so that the nominal of the pending return is known from the start."""
    for unit in returned_units(facts):
        if facts.tables.find("reason", unit.reason) is None:
            row = f"reason/{unit.reason}" if unit.reason else ""
            yield Fault(code=kinds.REASON_UNMAPPED.code, at=unit.sku, saw=unit.reason or "no reason given", row=row)


def texts_fit(facts: ReturnFacts) -> Iterator[Fault]:
    """Texts that go into Sage's fields fit them; nothing is cut (sage200 section 5)."""
    assert facts.rma is not None
    limits = facts.limits
    texts = [("RMA number", facts.rma.number, limits.second_reference)]
    texts += [
        ("return reason", reason, limits.analysis) for reason in sorted({unit.reason for unit in facts.rma.units})
    ]
    for name, text, limit in texts:
        if len(text) > limit:
            yield Fault(
                code=kinds.TEXT_TOO_LONG.code,
                at=f"{name}: {text}",
                saw=f"{len(text)} characters",
                wanted=f"{limit} at most",
            )


def one_route_only(facts: ReturnFacts) -> Iterator[Fault]:
    """A return that was begun by the other credit route is not credited by this one."""
    for effect in facts.effects:
        is_for_goods = is_of_goods(effect) and (effect.units or "credit_note" not in effect.kind)
        if effect.kind in ROUTE_KINDS[route_of(facts)] and effect.state != "refused" and is_for_goods:
            yield Fault(
                code=kinds.CREDIT_ROUTE_CONFLICT.code,
                at=effect.key,
                saw=effect.kind.replace("_", " "),
                wanted=f"the {route_of(facts)} route",
            )


def booked_units_are_still_returned(facts: ReturnFacts) -> Iterator[Fault]:
    """What is booked, or may be, still ends in a refund at the portal."""
    for unit_id in sorted(booked_units(facts) - {unit.unit_id for unit in returned_units(facts)}):
        yield Fault(
            code=kinds.CANCELLED_AFTER_RECEIPT.code,
            at=f"unit {unit_id}",
            saw="no refund at the portal any more",
            wanted="a refund, as it was booked",
        )


def no_refund_ran_ahead(facts: ReturnFacts) -> Iterator[Fault]:
    """In gate mode nobody refunds before the credit note; in either mode nobody refunds beside the RMA."""
    if facts.rma is None or facts.shop_order is None:
        return
    by_rma = {refund.refund_id for refund in facts.rma.refunds}
    was_released = any(effect.kind == "release_outcome" for effect in facts.effects)
    for refund in facts.shop_order.refunds:
        is_another_rmas = refund.app == facts.tables.policy("portal_app") and refund.refund_id not in by_rma
        is_explained = is_another_rmas or refund.refund_id in facts.explained_refunds
        if refund.has_failed or find_key(refund.note) or is_explained or not refund.amount:
            continue
        is_ours_by_rma = refund.refund_id in by_rma
        kind = kinds.REFUND_BEFORE_CREDIT if is_ours_by_rma else kinds.REFUND_OUTSIDE_WORKFLOW
        is_others = facts.refund_mode == "detect" or was_released or _is_of_the_exchange(facts, refund)
        is_due = is_ours_by_rma and is_others
        is_allowed = kind.code in facts.accepted or is_due
        if not is_allowed:
            yield Fault(
                code=kind.code, at=f"refund {refund.refund_id} by {refund.app or 'a person'}", saw=str(refund.amount)
            )


CLOCKS_APART = timedelta(minutes=1)
"""The storefront's clock is not ours, and states whole seconds."""


def _is_of_the_exchange(facts: ReturnFacts, refund: ShopRefund) -> bool:
    """Whether others had to make this refund: at a till, or with an exchange that was credited before."""
    is_let_go = any(fact.exchange.shape == "return" and fact.exchange.is_released for fact in facts.exchanges)
    if is_let_go or (facts.rma is not None and facts.rma.is_in_person):
        return True  # the storefront prices, sends and refunds in one act
    credited = [e.at for e in facts.effects if e.batch[2:3] == "X" and "credit_note" in e.kind and e.state == "done"]
    return any(at is not None and at <= refund.made_at + CLOCKS_APART for at in credited)


def our_refunds_stand(facts: ReturnFacts) -> Iterator[Fault]:
    """No refund that was read back as made was rejected by the payment provider afterwards, unless paid again."""
    refunds = facts.shop_order.refunds if facts.shop_order else ()
    paid = {find_key(refund.note) for refund in refunds if not refund.has_failed}
    for done in facts.done("refund"):
        failed = [refund.refund_id for refund in refunds if refund.has_failed and find_key(refund.note) == done.key]
        if failed and done.key not in paid:
            at = f"refund {done.key} ({', '.join(failed)})"
            yield Fault(code=REFUND_FAILED.code, at=at, saw="rejected afterwards", wanted=str(Money(done.amount)))


def receipts_agree(facts: ReturnFacts) -> Iterator[Fault]:
    """Where portal and warehouse are both believed, they have received the same."""
    assert facts.rma is not None
    yield from receipt_conflicts(facts.told or facts.rma, facts.receipts, facts.tables)


def _bundles_can_be_read(facts: ReturnFacts, order: SalesOrder) -> Iterator[Fault]:
    """What has a row in the bundle table that cannot be read is no stock item of its own."""
    unclear = _unclear_bundles(facts)
    for sku in sorted({unit.sku for unit in returned_units(facts) if unit.sku.strip().casefold() in unclear}):
        if any(line.sku.casefold() == sku.strip().casefold() for line in order.lines):
            yield Fault(
                code=BUNDLE_UNMAPPED.code,
                at=f"order {order.number}",
                saw=f"{sku}: its components cannot be read",
                wanted="for example MUG*2=60.00; BOOK*1=40.00",
                row=f"bundle/{sku}",
            )


def _is_of_a_bundle(facts: ReturnFacts, unit: RmaUnit) -> bool:
    """Whether the storefront sold the unit as a bundle or in one, or a bundle that may hold it cannot be read."""
    lines = facts.shop_order.lines if facts.shop_order else ()
    code = unit.sku.strip().casefold()
    of_bundles = {line.sku.casefold() for line in lines if line.bundle_sku}
    of_bundles |= {line.bundle_sku.casefold() for line in lines if line.bundle_sku}
    order = matched_order(facts)
    sold = {line.sku.casefold() for line in order.lines} if order is not None else set()
    return code in of_bundles or not _unclear_bundles(facts).isdisjoint({code, *sold})


def _bundle_of(facts: ReturnFacts, unit: RmaUnit, order: SalesOrder) -> str:
    """The one line in Sage that the storefront sold the unit in; its own code where it does not say."""
    lines = facts.shop_order.lines if facts.shop_order else ()
    told = {line.bundle_sku.casefold() for line in lines if line.sku.casefold() == unit.sku.strip().casefold()}
    found = {line.sku for line in order.lines if line.sku.casefold() in told}
    return found.pop() if len(found) == 1 else unit.sku


def _unclear_bundles(facts: ReturnFacts) -> set[str]:
    return {sku.strip().casefold() for sku in facts.unclear_bundles}


def _lines_returned(facts: ReturnFacts, order: SalesOrder) -> list[OrderLine]:
    lines = {line.line_id: line for line in allocate(facts, order).line_of.values()}
    return [line for line in order.lines if line.line_id in lines]


BEFORE_MATCHING: tuple[Callable[[ReturnFacts], Iterator[Fault]], ...] = (
    lines_are_goods,
    values_are_declared,
    policies_can_post,
    values_are_approved,
    one_route_only,
    booked_units_are_still_returned,
    order_is_matched,
    texts_fit,
    reasons_are_mapped,
    receipts_agree,
    exchanges_agree,
    numbers_are_numbers,
    posting_windows_are_read,
)
ON_THE_ORDER: tuple[Callable[[ReturnFacts, SalesOrder], Iterator[Fault]], ...] = (
    units_are_on_the_order,
    figures_agree,
    tax_is_the_invoiced_one,
    products_are_stocked,
    price_is_the_invoiced_one,
)


def check_authorised(facts: ReturnFacts) -> tuple[Fault, ...]:
    """Every fault that keeps a return from being raised at all."""
    unknown = tuple(rma_is_known(facts))
    if facts.rma is None:
        return unknown
    faults = unknown + tuple(fault for check in BEFORE_MATCHING for fault in check(facts))
    order = matched_order(facts)
    if order is None:
        return faults
    return faults + tuple(fault for on_order in ON_THE_ORDER for fault in on_order(facts, order))
