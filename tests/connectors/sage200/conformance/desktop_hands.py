"""How a person does at the desktop what a task asks, with no more than the task tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tieout.domain import commands as c
from tieout.domain.identifiers import find_key

if TYPE_CHECKING:
    from tests.connectors.sage200.conformance.sites import At

UNSIGNED = ("cancel_return", "despatch")
"""What is found by the state of its document, not by a key."""


def do_by_hand(at: At, command: c.AnyCommand, task: str) -> None:
    """Follow a task, or the way out that a refusal names, with no more of the key than it tells."""
    key = find_key(task) or ""
    assert key or command.kind in UNSIGNED, f"the task tells no key: {task}"
    HANDS[command.kind](at, command, task, key)


def day_of(task: str) -> str:
    """The date that a task tells, as the desktop deeds take it."""
    day, month, year = re.findall(r"(\d\d)/(\d\d)/(\d{4})", task)[0]
    return f"{year}-{month}-{day}"


def told(task: str, pattern: str) -> str:
    found = re.search(pattern, task)
    assert found is not None, f"the task does not tell {pattern}: {task}"
    return found.group(1)


def receive(at: At, _: c.AnyCommand, task: str, key: str) -> None:
    bin_name = told(task, r"into bin ([\w-]+)")
    asked = {"return": told(task, r"return (\d+)"), "bin": bin_name, "reference": key, "receipt_date": day_of(task)}
    at.does("POST", "/desktop/receive-return", asked)


def credit(at: At, _: c.AnyCommand, task: str, key: str) -> None:
    asked = {"return": told(task, r"return (\d+)"), "reference": key, "credit_date": day_of(task)}
    posted = at.does("POST", "/desktop/post-credit-note", asked)
    assert (posted["net"], posted["tax"]) == (told(task, r"net (\d+\.\d\d)"), told(task, r"VAT (\d+\.\d\d)"))


def invoice(at: At, _: c.AnyCommand, task: str, key: str) -> None:
    asked = {"order": told(task, r"order (\d+)"), "reference": key, "invoice_date": day_of(task)}
    posted = at.does("POST", "/desktop/post-invoice", asked)
    assert (posted["net"], posted["tax"]) == (told(task, r"net (\d+\.\d\d)"), told(task, r"VAT (\d+\.\d\d)"))


def journal(at: At, _: c.AnyCommand, task: str, key: str) -> None:
    rows = re.findall(r"(debit|credit) ([\w/]+) (\d+\.\d\d)", task)
    lines = [{"nominal": account, side: value} for side, account, value in rows]
    at.does("POST", "/desktop/nominal-journal", {"date": day_of(task), "reference": key, "lines": lines})


def stock(deed: str, *more: str) -> Callable[[At, c.AnyCommand, str, str], None]:
    """A deed in the stock screens; `more` are what else the task tells and the deed asks."""

    def act(at: At, _: c.AnyCommand, task: str, key: str) -> None:
        words = {
            "product": r"item ([\w-]+)",
            "quantity": r"quantity ([\d.]+),",
            "warehouse": r"warehouse ([\w-]+)",
            "bin": r"bin ([\w-]+)",
            "nominal": r"nominal ([\w/]+)",
            "second_reference": r"and ([\w-]+) as the second reference",
            "category": r"category (\w+)",
        }
        plain = ("product", "quantity", "warehouse", "bin", "second_reference", *more)
        asked = {name: told(task, words[name]) for name in plain}
        at.does("POST", f"/desktop/{deed}", {**asked, "reference": key, "date": day_of(task)})

    return act


def raise_it(at: At, command: c.AnyCommand, task: str, key: str) -> None:
    assert isinstance(command, c.RaiseReturn)
    assert "as the customer order number" in task
    lines = [
        {
            "product": line.sku,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "tax_code": line.tax_code,
            "warehouse": line.warehouse,
            "nominal": str(line.nominal),
        }
        for line in command.lines
    ]
    at.does("POST", "/desktop/raise-return", {"customer": "WEB", "customer_document_no": key, "lines": lines})


def cancel_it(at: At, _: c.AnyCommand, task: str, __: str) -> None:
    at.does("POST", "/desktop/cancel", {"return": told(task, r"return (\d+)")})


def despatch_it(at: At, command: c.AnyCommand, task: str, _: str) -> None:
    assert isinstance(command, c.Despatch)
    lines = [{"id": int(line.order_line), "quantity": str(line.quantity)} for line in command.lines]
    at.does("POST", "/desktop/despatch", {"order": told(task, r"order (\d+)"), "lines": lines})


HANDS: Mapping[str, Callable[[At, c.AnyCommand, str, str], None]] = {
    "raise_return": raise_it,
    "cancel_return": cancel_it,
    "despatch": despatch_it,
    "receive_return": receive,
    "post_sop_credit_note": credit,
    "post_sop_invoice": invoice,
    "post_journal": journal,
    "write_on": stock("add-stock", "nominal"),
    "write_off": stock("write-off", "category"),
    "issue_stock": stock("internal-issue"),
}
"""What a person does for each command that some site's API cannot do: of references they know what the task says."""
