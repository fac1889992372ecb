"""The rows of the tables `policy` and `value_policy`: each key has a meaning, an owner and fields of its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tieout.domain.faults.kinds import Owner
from tieout.domain.rules.fields import Field, FieldKind, OwnRow, nominal_fields
from tieout.domain.rules.warehouse_policies import WAREHOUSE_POLICIES

_FIN, _OPS, _INT = Owner.FINANCE, Owner.OPERATIONS, Owner.INTEGRATION
_YES, _ADVISED = "yes", "advised"


def _policy(
    decides: str,
    kind: FieldKind,
    owner: Owner,
    *choices: str,
    needed: str = "no",
    otherwise: str = "",
) -> OwnRow:
    value = Field(name="value", label="Value", kind=kind, is_required=True, choices=choices)
    return OwnRow(decides=decides, fields=(value,), owner=owner, needed=needed, otherwise=otherwise)


def _whole(decides: str, owner: Owner, otherwise: str) -> OwnRow:
    return _policy(decides, FieldKind.WHOLE, owner, otherwise=otherwise)


_POLICIES: dict[str, OwnRow] = {
    "credit_on": _policy(
        "When goods are booked and credited.",
        FieldKind.CHOICE,
        _FIN,
        "receipt",
        "inspection",
        needed=_YES,
    ),
    "returns_warehouse": _policy("Where goods come back to.", FieldKind.WAREHOUSE, _OPS, needed=_YES),
    "goods_in_bin": _policy(
        "Where goods wait that go on to another warehouse: a bin of the returns warehouse.",
        FieldKind.BIN,
        _OPS,
        needed=_YES,
    ),
    "stock_write_on_nominal": _policy(
        "What the stock is written on against.", FieldKind.NOMINAL, _FIN, needed="ledger route"
    ),
    "portal_app": _policy(
        "The portal's name in the shop: tells the portal's own refunds of other RMAs from refunds made by hand.",
        FieldKind.TEXT,
        _INT,
        needed=_ADVISED,
    ),
    "price_tolerance_pence": _whole(
        "How many pence the portal's price of a unit may be from the invoiced one.", _FIN, "0"
    ),
    "acceptable_dates": _policy(
        "Whether a date may be posted on that Sage calls acceptable rather than normal.",
        FieldKind.CHOICE,
        _FIN,
        "yes",
        "no",
        otherwise="no",
    ),
    "leg_grace_hours": _whole("How many hours a leg may stay unseen before it is overdue.", _INT, "24"),
    "receipt_authority": _policy(
        "Whose word counts for what came in. With `both` the warehouse's word is booked, and a portal that says "
        "another number stops it.",
        FieldKind.CHOICE,
        _OPS,
        "portal",
        "warehouse",
        "both",
        otherwise="portal",
    ),
    "refund_release": _policy(
        "In gate mode, who gives the money: with `portal`, the portal gives the money, store credit or card when "
        "Tieout tells it to, after the credit note was read back. If not set, Tieout refunds in the storefront.",
        FieldKind.CHOICE,
        _FIN,
        "portal",
    ),
    "exchange_despatch_hours": _whole("How many hours goods in exchange may take to leave.", _OPS, "48"),
    "exchange_allocate": _policy(
        "Whether stock is allocated to an exchange order on entry.",
        FieldKind.CHOICE,
        _OPS,
        "yes",
        "no",
        otherwise="yes",
    ),
    "exchange_override_hold": _policy(
        "Whether an exchange order may be entered though the customer is on hold.",
        FieldKind.CHOICE,
        _FIN,
        "yes",
        "no",
        otherwise="no",
    ),
    "exchange_warehouse": _policy(
        "Where exchanges are sent from.", FieldKind.WAREHOUSE, _OPS, otherwise="Sage's choice"
    ),
    "receipt_grace_days": _whole("How many days goods may stay out after their refund.", _OPS, "14"),
    "refund_grace_hours": _whole("How many hours a customer may wait for the money after the credit note.", _FIN, "24"),
    "posting_grace_hours": _whole("How many hours received goods may stay unposted behind another fault.", _FIN, "72"),
    "bypass_grace_minutes": _whole(
        "How many minutes the portal's own list may lag behind a refund of its app.", _INT, "15"
    ),
    "adopt_alone_up_to": _policy(
        "Up to which amount one person adopts a refund alone.",
        FieldKind.AMOUNT,
        _FIN,
        otherwise="0",
    ),
    "override_alone_up_to": _policy(
        "Up to which amount one person overrides an exception alone; above it a second person must agree.",
        FieldKind.AMOUNT,
        _FIN,
        otherwise="any amount",
    ),
    "payouts": _policy(
        "Whether the payment provider's payouts are read, and a leg says that each refund has left the bank.",
        FieldKind.CHOICE,
        _FIN,
        "on",
        "off",
        otherwise="off",
    ),
    "payout_grace_days": _whole("How many days that may take.", _FIN, "7"),
    "refund_coverage_target": _policy(
        "What share of the money refunded should go through the workflow, for the report on refunds outside it.",
        FieldKind.PERCENT,
        _FIN,
    ),
    "refund_to_saleable_hours": _whole(
        "Within how many hours of its refund a unit should be for sale again, for the report on lag.", _OPS, "48"
    ),
    "receipt_to_credit_hours": _whole(
        "Within how many hours of its receipt a unit should be credited, for the report on lag.", _FIN, "24"
    ),
    **WAREHOUSE_POLICIES,
    "sla_hours": _whole("How many working hours an owner has to settle a case.", _INT, "16"),
    **{
        f"sla_hours {owner.value}": _whole(
            f"The same where the case is of {owner.value}.",
            owner if owner in {_FIN, _OPS} else _INT,
            "what `sla_hours` says",
        )
        for owner in Owner
    },
}
POLICIES: Mapping[str, OwnRow] = MappingProxyType(_POLICIES)
"""Rules of the house by name."""

_TAX = Field(name="tax_code", label="Tax code", kind=FieldKind.TAX_CODE, is_required=True)
_APPROVE = Field(
    name="approve_over",
    label="Ask a person above",
    kind=FieldKind.LIMIT,
    says="Pounds, or never. Where it is not set, every one is asked about.",
)
_POSTED = (*nominal_fields(is_required=True), _TAX)
_BANK = Field(
    name="bank", label="Clearing account", kind=FieldKind.BANK, says="Needed where the treatment is liability."
)


def _treatment(*choices: str, is_required: bool) -> Field:
    return Field(name="treatment", label="Treatment", kind=FieldKind.CHOICE, is_required=is_required, choices=choices)


def _release(who: str) -> Field:
    return Field(name="release", label="Money given by", kind=FieldKind.CHOICE, choices=(who,))


def _value(decides: str, *fields: Field) -> OwnRow:
    return OwnRow(decides=decides, fields=fields, owner=_FIN)


_CREDIT = _value(
    "`liability`: credited now and paid from the clearing account `bank` once the portal has issued it. "
    "`discount`: the goods become stock and nothing is credited now, because the credit will take off a later sale; "
    "so VAT is reduced once.",
    _treatment("liability", "discount", is_required=True),
    _BANK,
)
_GIVEN = "Money without goods, as a ledger credit note."
_KEPT = _value(
    "What is kept, as a ledger invoice allocated to the credit note. Fees never take more than there is to give back.",
    *_POSTED,
)
_VALUES: dict[str, OwnRow] = {
    "returnless": _value(
        "The customer keeps the goods. Credited at the invoiced price by a ledger credit note; no stock. With "
        "`release` = `portal` the portal refunds these, too.",
        _APPROVE,
        _release("portal"),
    ),
    "store_credit": _CREDIT,
    "gift_card": _CREDIT,
    "store_credit_bonus": _value("What the portal gives above the price, as a credit note of its own.", *_POSTED),
    "goodwill": _value(_GIVEN, *_POSTED, _APPROVE),
    "shipping_refund": _value(_GIVEN, *_POSTED, _APPROVE),
    "partial_amount": _value(
        f"{_GIVEN} Also lets a unit be refunded at another figure than its price.", *_POSTED, _APPROVE
    ),
    "restocking_fee": _KEPT,
    "return_shipping_fee": _KEPT,
    "cancellation_fee": _KEPT,
    "exchange": _value(
        "`zero` (if not set): booked at the difference; an even exchange moves stock twice and no money. `full`: "
        "credited and sold at full value, for companies whose Sage refuses lines without a price. With `release` = "
        "`us` Tieout gives back what an exchange costs less; else the portal does.",
        _treatment("zero", "full", is_required=False),
        _release("us"),
    ),
    "historical": _value(
        "The order is no longer in Sage: a credit note of its own on the customer's account, priced and taxed by the "
        "storefront's order, with the order's number and the RMA in the references. `customer` is the account where no "
        "mapping names one.",
        *nominal_fields(is_required=True),
        Field(name="customer", label="Customer account", kind=FieldKind.CUSTOMER),
        _APPROVE,
    ),
}
VALUE_POLICIES: Mapping[str, OwnRow] = MappingProxyType(_VALUES)
"""What is done with every kind of value that is not a plain refund of returned goods."""
