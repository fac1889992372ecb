"""Credit notes and what they were paid with: the refund payment, and the invoices of fees that were kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tieout.connectors.sage200.wire import PostedShape
from tieout.domain import commands as c
from tieout.domain.money import Money, money, total
from tieout.ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The postings that an allocation names, by key; None where there is none."""

    credits: Mapping[str, PostedShape | None]
    payment: PostedShape | None
    """None also where no money went back."""
    invoices: Mapping[str, PostedShape | None]


def settled_found(command: c.AllocateCredit, rows: Settled) -> c.Found | None:
    """What is outstanding in pence, once the payment or an invoice is allocated at all; None before that.

    Sage keeps no reference on an allocation (2.7). The payment and the invoices are ours and there
    for nothing else, so what is allocated of them was allocated by this command or by a person for it.
    """
    payments = {command.payment_key: rows.payment} if command.payment_key else {}
    standing = {key: row for key, row in {**rows.credits, **payments, **rows.invoices}.items() if row}
    if len(standing) != len(rows.credits) + len(payments) + len(rows.invoices):
        return None
    if not any(_is_touched(standing[key]) for key in (*payments, *rows.invoices)):
        return None
    names = {command.credit_key: "credit_outstanding", command.payment_key: "payment_outstanding"}
    left = {key: str(abs(_outstanding(row, command)).minor) for key, row in standing.items()}
    credited, paid_with = (
        ", ".join(standing[key].urn for key in keys) for keys in (rows.credits, (*payments, *rows.invoices))
    )
    return c.Found(
        reference=f"{credited} to {paid_with}",
        figures={names.get(key, f"outstanding {key}"): pence for key, pence in left.items()},
    )


def sides_of(command: c.AllocateCredit, rows: Settled) -> list[tuple[int, Money]]:
    """The record and value of every posting: invoices in full, the payment by its amount, the credits make it up.

    Refused, naming every reason, where one is not in the ledger or the credit notes do not reach.
    """
    payment = rows.payment if command.payment_key else None
    missing = [f"the credit note {key}" for key, row in rows.credits.items() if row is None]
    if command.payment_key and payment is None:
        missing.append(f"the refund payment {command.payment_key}")
    missing += [f"the invoice {key}" for key, row in rows.invoices.items() if row is None]
    if missing:
        raise Refused(f"not in the sales ledger: {', '.join(missing)}; nothing was allocated")
    sides = [(payment.id, command.amount)] if payment else []
    sides += [(row.id, _outstanding(row, command)) for row in rows.invoices.values() if row]
    to_pay = wanted = total([value for _, value in sides], command.amount.currency)
    for row in rows.credits.values():
        if row and to_pay:
            part = min(to_pay, abs(_outstanding(row, command)))
            to_pay -= part
            sides += [(row.id, -part)] if part else []
    if to_pay or not wanted:
        raise Refused(
            f"the credit notes have {wanted - to_pay} outstanding where {wanted} is to be allocated to them; "
            "nothing was allocated"
        )
    return sides


def _outstanding(row: PostedShape, command: c.AllocateCredit) -> Money:
    return money(row.document_outstanding_value, command.amount.currency)


def _is_touched(row: PostedShape) -> bool:
    return not abs(row.document_outstanding_value) >= abs(row.document_gross_value) > 0
