"""Rules of the house about orders that go out, goods that leave and stock that is offered for sale."""

from __future__ import annotations

from tieout.domain.faults.kinds import Owner
from tieout.domain.rules.fields import Field, FieldKind, OwnRow

_FIN, _OPS, _INT = Owner.FINANCE, Owner.OPERATIONS, Owner.INTEGRATION


def _choice(decides: str, owner: Owner, otherwise: str, *choices: str) -> OwnRow:
    value = Field(name="value", label="Value", kind=FieldKind.CHOICE, is_required=True, choices=choices)
    return OwnRow(decides=decides, fields=(value,), owner=owner, otherwise=otherwise)


def _of(kind: FieldKind, decides: str, owner: Owner, otherwise: str) -> OwnRow:
    value = Field(name="value", label="Value", kind=kind, is_required=True)
    return OwnRow(decides=decides, fields=(value,), owner=owner, otherwise=otherwise)


def _whole(decides: str, owner: Owner, otherwise: str) -> OwnRow:
    return _of(FieldKind.WHOLE, decides, owner, otherwise)


WAREHOUSE_POLICIES: dict[str, OwnRow] = {
    "release_orders": _choice(
        "Whether Tieout sends cleared orders to warehouses. With `off` it only follows those that it sent before.",
        _OPS,
        "off",
        "on",
        "off",
    ),
    "release_on": _choice(
        "What goes out: what Sage has allocated, or all that is ordered.", _OPS, "allocated", "allocated", "ordered"
    ),
    "release_paid": _choice("Whether an order must be paid in full before it goes out.", _FIN, "no", "yes", "no"),
    "release_whole": _choice(
        "Whether an order goes out only when all of its goods can go, from one place.", _OPS, "no", "yes", "no"
    ),
    "warehouse_codes": _choice(
        "Whether warehouses use Sage's stock codes where no row says otherwise. With `mapped` a stock code without a "
        "row stops before it goes out.",
        _OPS,
        "ours",
        "ours",
        "mapped",
    ),
    "service_analysis": _whole("The analysis code of a sales order that holds its shipping service.", _OPS, "4"),
    "despatch_trigger": _choice(
        "When goods count as gone, so that Sage is told: picked, packed, or despatched by the carrier.",
        _FIN,
        "despatched",
        "picked",
        "packed",
        "despatched",
    ),
    "despatch_date": _choice(
        "Which date a despatch gets in Sage whose own day is in a closed period.", _FIN, "stop", "today", "stop"
    ),
    "over_despatch": _choice(
        "What is done when a warehouse ships more than was ordered: `stop` opens an exception; `raise` raises the "
        "order's line, so that the customer is charged for it; `write_off` despatches what was ordered and writes off "
        "the rest.",
        _FIN,
        "stop",
        "stop",
        "raise",
        "write_off",
    ),
    "over_despatch_percent": _of(
        FieldKind.PERCENT, "Above how much more than ordered it stops in any case.", _FIN, "10"
    ),
    "over_despatch_nominal": _of(FieldKind.NOMINAL, "What the rest is written off against.", _FIN, "it stops"),
    "over_despatch_category": _of(FieldKind.TEXT, "The write-off category of the rest, as Sage calls it.", _FIN, ""),
    "back_order": _choice(
        "What becomes of what a warehouse could not ship, where it does not say: `keep` leaves it to the warehouse, "
        "`again` sends it out again when Sage has it, `ask` opens an exception.",
        _OPS,
        "ask",
        "keep",
        "again",
        "ask",
    ),
    "tell_storefront": _choice(
        "Whether the storefront is told what left, so that it tells the customer.", _OPS, "no", "yes", "no"
    ),
    "acknowledge_hours": _whole("How many hours a warehouse may take to acknowledge an order.", _OPS, "4"),
    "despatch_hours": _whole("How many hours a warehouse may take to ship an order.", _OPS, "72"),
    "despatch_grace_minutes": _whole("How many minutes Sage may lag behind goods that have left.", _OPS, "60"),
    "status_grace_hours": _whole(
        "How many hours a despatch waits for the order's status in Sage before its owner is asked.", _OPS, "4"
    ),
    "tracking_grace_hours": _whole(
        "How many hours the storefront waits for a tracking number that is not there yet.", _OPS, "24"
    ),
    "feed_late_hours": _whole("How many hours a warehouse may say nothing on a working day.", _INT, "24"),
    "snapshot_stale_hours": _whole("After how many hours a stock count is too old to be used.", _OPS, "26"),
    "parity_tolerance_units": _whole(
        "How many units of one stock code a count may differ before it is an exception.", _OPS, "0"
    ),
    "availability_source": _choice(
        "What the storefront is offered: Sage's stock less allocations, what is under way and the buffer (`sage`), or "
        "the warehouse's last count less open commitments and the buffer (`count`). Sage's own free-stock field is no "
        "choice: it is worked out late and oversells.",
        _OPS,
        "sage",
        "sage",
        "count",
    ),
    "publish_availability": _choice(
        "Whether the storefront is told what may be sold. With `watch` it is worked out and shown, and not told.",
        _OPS,
        "off",
        "on",
        "watch",
        "off",
    ),
    "restock_authority": _choice(
        "Who may put returned goods back on sale: Sage's returns, or the warehouse.",
        _OPS,
        "returns",
        "returns",
        "warehouse",
    ),
    "charges_grace_hours": _whole(
        "How many hours a shipment may be told after it is charged for, before its owner is asked.", _FIN, "4"
    ),
    "movements_from": _of(
        FieldKind.TEXT,
        "From which day (2026-04-01) stock movements of a warehouse are booked that Tieout reads for the first time; "
        "movements before it are taken to be in Sage.",
        _FIN,
        "the day it is connected",
    ),
    "charges_nominal": _of(
        FieldKind.NOMINAL, "Where charges of 3PLs are accrued until their invoice is entered.", _FIN, "it stops"
    ),
}
