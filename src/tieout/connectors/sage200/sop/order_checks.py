"""What Sage 200 would refuse of an order before it is sent, all of it at once (2.5, 7.3). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tieout.connectors.sage200.sop.wire_orders import EntryRights, PaymentMethodShape
from tieout.connectors.sage200.wire import SopSettings
from tieout.domain import commands as c

NEEDED: Mapping[c.LineKind, frozenset[str]] = {
    "standard": frozenset({"stock code"}),
    "free_text": frozenset({"description"}),
    "charge": frozenset({"stock code", "description"}),
    "comment": frozenset({"description"}),
}
"""What a line of each type must have, or one of which (7.3); a charge has its charge code for a stock code."""
BARRED: Mapping[c.LineKind, frozenset[str]] = {
    "standard": frozenset(),
    "free_text": frozenset({"stock code", "warehouse", "allocation"}),
    "charge": frozenset({"quantity", "discount", "warehouse", "allocation"}),
    "comment": frozenset(
        {"stock code", "quantity", "price", "discount", "tax code", "nominal", "warehouse", "allocation"}
    ),
}
"""What a line of each type must not have (7.3)."""
WHOLE_PERCENT = Decimal(100)
ADDRESS_LINES_MAX = 4


def entry_faults(command: c.EnterOrder, key_slot: int) -> Iterator[str]:
    """What is wrong with the command itself, in words."""
    if not command.lines:
        yield "the order has no lines"
    if not command.channel_reference:
        yield "the channel's order number is missing"
    for number, line in enumerate(command.lines, 1):
        yield from (f"line {number} ({named(line)}) {fault}" for fault in line_faults(line))
    if command.delivery and len(command.delivery.lines) > ADDRESS_LINES_MAX:
        yield f"the delivery address has {len(command.delivery.lines)} lines of {ADDRESS_LINES_MAX} allowed"
    slots = [slot for slot, _ in command.analysis]
    if key_slot in slots:
        yield f"analysis code {key_slot} is kept for the key (setting order_key_slot)"
    if len(set(slots)) != len(slots) or any(not 1 <= slot <= 20 for slot in slots):
        yield "analysis codes are named twice or outside 1 to 20"
    if command.payment and command.payment.amount.minor <= 0:
        yield "the payment is not more than nothing"
    if command.payment and command.net and command.payment.amount.currency != command.net.currency:
        yield f"the payment is in {command.payment.amount.currency} and the order in {command.net.currency}"


def line_faults(line: c.EntryLine) -> Iterator[str]:
    """What is wrong with a line of its type."""
    given = parts_given(line)
    if not NEEDED[line.kind] & given:
        yield f"has no {' or '.join(sorted(NEEDED[line.kind], reverse=True))}"
    for part in sorted(BARRED[line.kind] & given):
        yield f"must not have a {part}, being a {line.kind.replace('_', ' ')} line"
    if line.kind in ("standard", "free_text") and line.quantity <= 0:
        yield "has a quantity of nothing or less"
    if not 0 <= line.allocate <= max(line.quantity, Decimal(0)):
        yield f"is to allocate {c.plain(line.allocate)} of {c.plain(line.quantity)}"
    if line.discount_percent is not None and not -WHOLE_PERCENT < line.discount_percent <= WHOLE_PERCENT:
        yield f"has a discount of {c.plain(line.discount_percent)} per cent"
    if line.unit_price is not None and line.unit_price < 0 and line.kind != "free_text":
        yield "has a negative price, which only a free text line may have"


def parts_given(line: c.EntryLine) -> set[str]:
    """The parts of a line that the command states."""
    stated = {
        "stock code": bool(line.sku),
        "description": bool(line.description),
        "quantity": line.quantity != 1,
        "price": line.unit_price is not None,
        "discount": line.discount_percent is not None,
        "tax code": line.tax_code is not None,
        "nominal": line.nominal is not None,
        "warehouse": bool(line.warehouse),
        "allocation": bool(line.allocate),
    }
    return {part for part, is_stated in stated.items() if is_stated}


def named(line: c.EntryLine) -> str:
    """What people call the line."""
    return line.sku or line.description[:30] or line.kind.replace("_", " ")


def needs_rights(command: c.EnterOrder) -> bool:
    """Whether the user's rights decide about the order."""
    return command.override_on_hold or sets_prices(command)


def sets_prices(command: c.EnterOrder) -> bool:
    """Whether a stock item is to be sold at another price or discount than Sage's own."""
    return any(
        line.kind == "standard" and (line.unit_price is not None or line.discount_percent is not None)
        for line in command.lines
    )


def right_faults(command: c.EnterOrder, rights: EntryRights) -> Iterator[str]:
    """The rights that the Sage user lacks for it (1.5)."""
    if sets_prices(command) and not rights.override_prices_discounts:
        yield (
            "the order sets prices or discounts and the Sage user lacks the right override_prices_discounts: "
            "grant it under Invoice and Order User Permissions"
        )
    if command.override_on_hold and not rights.override_credit_holds:
        yield (
            "the order overrides the customer's hold and the Sage user lacks the right override_credit_holds: "
            "grant it under Invoice and Order User Permissions"
        )


def switch_faults(command: c.EnterOrder, switches: SopSettings) -> Iterator[str]:
    """What the company's order settings do not allow (A.2); a switch that a release lacks forbids nothing."""
    if switches.auto_generate_order_return_numbers is False:
        yield (
            "the company numbers its orders by hand: switch on automatic order numbers in Sage's sales order "
            "settings (Document Numbering), because Tieout gives no order numbers"
        )
    if switches.amend_header_analysis_codes is False:
        yield (
            "the company does not let the analysis codes of an order be set, so the key would be lost: switch on "
            "Analysis Codes for order headers in Sage's sales order settings"
        )
    if command.payment and switches.allow_payment_with_order is False:
        yield "the company takes no payments with orders: switch them on in Sage's sales order settings"
    if switches.amend_nominal_codes is False and any(line.nominal for line in command.lines):
        yield (
            "a line names its own nominal and the company does not let it be amended: switch on "
            "Nominal Codes in Sage's sales order settings, or leave the nominal to Sage"
        )


def method_faults(method: PaymentMethodShape | None, name: str) -> Iterator[str]:
    """Whether the payment method can be used through the API (A.2)."""
    if method is None:
        yield f"Sage 200 has no payment method {name}"
    elif method.card_processing_method:
        yield f"payment method {name} takes cards online, which cannot be set through the API"
