"""The companion beside Sage: what the public API cannot do, each command once under its key (contract version 1).

Same key and same content give the first answer again; same key and other content are a conflict.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.sandbox.sage200.company.bodies import text
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import money, plain, stored, units
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import KeyConflictError, NotFoundError, RefusedError
from tieout.sandbox.sage200.ledger.nominal import Entry, find_nominal, post_journal
from tieout.sandbox.sage200.orders.despatch import Returned, confirm_receipt
from tieout.sandbox.sage200.orders.documents import find
from tieout.sandbox.sage200.orders.invoicing import Bill, Billed, everything_due, post_bill
from tieout.sandbox.sage200.stock.movements import (
    Story,
    check_free,
    issue,
    need_bin,
    product_record,
    receive,
    received_value,
    unit_cost_now,
)
from tieout.sandbox.sage200.stock.postings import post_in, post_out

Body = Mapping[str, Any]
COMMANDS = (
    "receive_return",
    "post_sop_credit_note",
    "post_sop_invoice",
    "write_on",
    "write_off",
    "issue",
    "journal",
)
ABOUT = {
    "contract": 1,
    "companion_version": "1.0.0",
    "sage_release": "2025 R1",
    "commands": list(COMMANDS),
}
LARGEST_FIGURE = 10**7
NARRATIVE_MAX = 6000
KEY = re.compile(r"[A-Z0-9-]{1,20}")


def look(books: Books, key: str) -> dict[str, Any]:
    """Return what was done under a key; NotFoundError when nothing was."""
    row = books.row("SELECT * FROM command WHERE key = ?", key)
    if row is None:
        raise NotFoundError(f"Nothing was done under the key {key}.")
    return {
        "key": key,
        "command": row["command"],
        "content": json.loads(row["content"])["body"],
        "result": json.loads(row["result"]),
    }


def perform(books: Books, command: str, subject: int, body: Body) -> dict[str, Any]:
    """Do a command once under its key and return its answer with `replayed`."""
    key = body.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise RefusedError("The key must be 1 to 20 characters of A-Z, 0-9 and -.")
    content = json.dumps({"subject": subject, "body": body}, sort_keys=True, default=str)
    earlier = books.row("SELECT * FROM command WHERE key = ?", key)
    if earlier is not None:
        if earlier["command"] != command or _comparable(earlier["content"]) != _comparable(content):
            raise KeyConflictError(f"The key {key} was used before with other content.")
        return {"key": key, "replayed": True, **json.loads(earlier["result"])}
    books.locks.touch()
    with books.transaction():
        result = _COMMANDS[command](books, key, subject, body)
        books.insert("command", key=key, command=command, content=content, result=json.dumps(result))
    return {"key": key, "replayed": False, **result}


def _comparable(content: str) -> object:
    return json.loads(content)


def day(body: Body, name: str) -> date:
    """Return a business date of the body; RefusedError when it is missing or malformed."""
    try:
        return date.fromisoformat(str(body[name]))
    except (KeyError, ValueError) as error:
        raise RefusedError(f"The field {name} must be a date such as 2026-11-20.") from error


def figure(body: Body, name: str, places: int) -> int:
    """Return a decimal string of the body as a stored figure."""
    value = body.get(name)
    if not isinstance(value, str):
        raise RefusedError(f"The field {name} must be a decimal string.")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise RefusedError(f"The field {name} must be a decimal string.") from error
    if not number.is_finite() or abs(number) >= LARGEST_FIGURE or number.scaleb(places) % 1:
        raise RefusedError(f"The field {name} must be below {LARGEST_FIGURE} with at most {places} decimal places.")
    return stored(number, places)


def _lines(body: Body) -> list[dict[str, Any]]:
    lines = body.get("lines")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
        raise RefusedError("The field lines must be a list of at least one line.")
    return lines


def _whole(line: Body, name: str) -> int:
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RefusedError(f"The field {name} must be a whole number.")
    return value


def _receive_return(books: Books, key: str, return_id: int, body: Body) -> dict[str, Any]:
    document = find(books, "return", return_id)
    lines = [
        Returned(
            line_id=_whole(line, "return_line_id"),
            quantity=figure(line, "quantity", 5),
            bin=str(line.get("bin", "")),
        )
        for line in _lines(body)
    ]
    receipt_id = confirm_receipt(books, document, lines, day(body, "receipt_date"), key)
    moved = books.rows(
        "SELECT m.*, p.code FROM movement m JOIN product p ON p.id = m.product_id "
        "WHERE m.reference = ? AND m.type = 'In - SOP' ORDER BY m.id",
        key,
    )
    return {
        "receipt_no": books.value("SELECT despatch_no FROM despatch WHERE id = ?", receipt_id),
        "movements": [
            {
                "product_code": row["code"],
                "warehouse": row["warehouse_name"],
                "bin": row["bin_name"],
                "quantity": plain(row["quantity"]),
                "unit_cost": f"{units(row['unit_cost']):f}",
            }
            for row in moved
        ],
    }


def _post_credit_note(books: Books, key: str, return_id: int, body: Body) -> dict[str, Any]:
    document = find(books, "return", return_id)
    billed = [
        Billed(
            line_id=_whole(line, "return_line_id"),
            quantity=figure(line, "quantity", 5),
            net=figure(line, "net_value", 2),
            tax=figure(line, "tax_value", 2),
        )
        for line in _lines(body)
    ]
    bill = post_bill(
        books,
        document,
        billed,
        day(body, "credit_date"),
        second_reference=key,
        narrative=text("narrative", body.get("narrative", ""), NARRATIVE_MAX),
    )
    return {"credit_note_no": bill.document_no, **_totals(bill)}


def _totals(bill: Bill) -> dict[str, Any]:
    return {
        "urn": bill.urn,
        "net": f"{money(bill.net):f}",
        "tax": f"{money(bill.tax):f}",
        "gross": f"{money(bill.net + bill.tax):f}",
    }


def _post_invoice(books: Books, key: str, order_id: int, body: Body) -> dict[str, Any]:
    del key
    order = find(books, "order", order_id)
    bill = post_bill(books, order, everything_due(books, order), day(body, "invoice_date"))
    return {"invoice_no": bill.document_no, **_totals(bill)}


def _stock_place(books: Books, body: Body) -> tuple[sqlite3.Row, sqlite3.Row]:
    """Return the item and the bin holding that a stock command names."""
    product = books.row("SELECT * FROM product WHERE code = ?", body.get("product_code"))
    if product is None:
        raise RefusedError(f"Stock item {body.get('product_code')} does not exist.")
    warehouse = books.row("SELECT * FROM warehouse WHERE name = ?", body.get("warehouse"))
    if warehouse is None:
        raise RefusedError(f"Warehouse {body.get('warehouse')} does not exist.")
    books.locks.touch(product_record(product))
    return product, need_bin(books, product, warehouse, str(body.get("bin", "")))


def _nominal_of(books: Books, body: Body) -> int:
    nominal = body.get("nominal")
    if not isinstance(nominal, dict):
        raise RefusedError("The field nominal must name an account, a cost centre and a department.")
    found = find_nominal(
        books,
        str(nominal.get("account", "")),
        str(nominal.get("cost_centre", "")),
        str(nominal.get("department", "")),
    )
    return int(found["id"])


def _move(kind: str, incoming: bool) -> Callable[[Books, str, int, Body], dict[str, Any]]:  # noqa: FBT001  # direction
    """Return the command that writes stock on or off, or issues it."""

    def command(books: Books, key: str, subject: int, body: Body) -> dict[str, Any]:
        del subject
        product, holding = _stock_place(books, body)
        quantity, on = figure(body, "quantity", 5), day(body, "date")
        if quantity <= 0:
            raise RefusedError("The quantity must be greater than zero.")
        nominal_id = _nominal_of(books, body)
        check_date(books, on, "Stock")
        story = Story(
            type=kind,
            on=on,
            reference=key,
            second_reference=text("second_reference", body.get("second_reference", ""), 20),
            memo=text("narrative", body.get("narrative", ""), NARRATIVE_MAX),
        )
        if incoming:
            cost = figure(body, "unit_cost", 5) if body.get("unit_cost") else unit_cost_now(books, product)
            if cost < 0:
                raise RefusedError("The field unit_cost cannot be negative.")
            value = received_value(quantity, cost)
            moved = receive(books, product, holding, quantity, value, story)
        else:
            check_free(product, holding, quantity)
            moved = issue(books, product, holding, quantity, story)
        post = post_in if incoming else post_out
        post(books, product, moved, nominal_id, on=on, reference=key, narrative=story.memo)
        return {"movement_id": moved.movement_id}

    return command


def _journal(books: Books, key: str, subject: int, body: Body) -> dict[str, Any]:
    del subject
    on = day(body, "date")
    entries = []
    for line in _lines(body):
        value = figure({"debit": "0", **line}, "debit", 2) - figure({"credit": "0", **line}, "credit", 2)
        nominal = _nominal_of(books, {"nominal": line})
        entries.append(
            Entry(
                nominal_id=nominal,
                value=value,
                role="analysis",
                narrative=text("narrative", body.get("narrative", ""), NARRATIVE_MAX),
            )
        )
    total = sum(entry.value for entry in entries)
    if total:
        raise RefusedError(f"The journal does not balance: debits and credits differ by {money(abs(total))}.")
    check_date(books, on, "NominalAdjustments")
    urn = books.number("urn")
    post_journal(books, entries, urn=urn, on=on, sub_ledger="NominalAdjustments", source="JOURNAL", reference=key)
    books.effect("nominal_journal.posted", urn=urn, reference=key)
    return {"urn": urn}


_COMMANDS: dict[str, Callable[[Books, str, int, Body], dict[str, Any]]] = {
    "receive_return": _receive_return,
    "post_sop_credit_note": _post_credit_note,
    "post_sop_invoice": _post_invoice,
    "write_on": _move("In - Unknown Source", incoming=True),
    "write_off": _move("Out - Write Off", incoming=False),
    "issue": _move("Out - Internal", incoming=False),
    "journal": _journal,
}
