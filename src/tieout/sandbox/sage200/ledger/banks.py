"""Bank accounts as the API keeps them, with the contacts, e-mails, memos and websites of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.tables_finance import BANK_NOMINALS
from tieout.sandbox.sage200.ledger.nominal import find_nominal
from tieout.sandbox.sage200.ledger.nominal_codes import STATUSES
from tieout.sandbox.sage200.reading.enumerations_finance import FINANCE_TYPES

Body = Mapping[str, Any]
OWN = tuple(f"bank_account_nominal_{part}" for part in ("reference", "cost_centre", "department"))
BANK = (
    "code:s8! description:s60 sort_code:s10! account_no:s20 bank_name:s60 account_type:s20 account_status_type:s20 "
    "overdraft_limit:m account_name:s50 iban:s40 bic:s11 account_currency_id:i bank_address:o bank_contacts:l emails:l "
    "memos:l websites:l " + " ".join(f"{name}:s{8 if 'reference' in name else 3}" for name in (*OWN, *BANK_NOMINALS))
)
ADDRESS = (
    "contact:s60 country:s60 address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 postcode:s10"
)
SAME = ("sort_code", "account_no", "bank_name", "account_type", "account_name", "iban", "bic", *BANK_NOMINALS)
RENAMED = {"description": "name", "overdraft_limit": "overdraft"}
CHILDREN = {
    "bank_contacts": ("bank_contact", "type:s20 address:s200"),
    "emails": ("bank_email", "email:s200 is_default:b"),
    "memos": ("bank_memo", "note:s1000 is_active:b"),
    "websites": ("bank_website", "website:s200 is_default:b"),
}
ACCOUNT_TYPES = frozenset(str(row["value"]) for row in FINANCE_TYPES["bank_account_types"])


def enter_bank(books: Books, body: Body) -> int:
    """Open a bank account and return its id; it needs a nominal account of its own."""
    fields = checked(body, BANK)
    if not fields["code"]:
        raise RefusedError("The field code is required.")
    if books.value("SELECT id FROM bank WHERE code = ?", fields["code"]) is not None:
        raise RefusedError(f"A bank account with the code {fields['code']} already exists.")
    columns = {"name": ""} | _columns(books, fields)
    if "nominal_id" not in columns:
        raise RefusedError("The field bank_account_nominal_reference is required.")
    key = books.insert("bank", code=fields["code"], **columns, **books.stamps())
    _children(books, key, fields)
    books.effect("bank.entered", id=key, code=fields["code"])
    return key


def amend_bank(books: Books, key: int, body: Body) -> None:
    """Change a bank account; its code and, once posted to, its nominal account cannot be changed."""
    bank = books.need("bank", key, "Bank account")
    fields = checked(body, BANK.replace("!", ""))
    if fields.get("code", bank["code"]) != bank["code"]:
        raise RefusedError("The code of a bank account cannot be changed.")
    columns = _columns(books, fields)
    if columns.get("nominal_id", bank["nominal_id"]) != bank["nominal_id"] and _is_used(books, key):
        raise RefusedError("The nominal account of a bank account with transactions cannot be changed.")
    books.update("bank", key, **columns, updated=books.stamp())
    _children(books, key, fields)
    books.effect("bank.amended", id=key, code=bank["code"])


def delete_bank(books: Books, key: int) -> None:
    """Delete a bank account that nothing was posted to."""
    bank = books.need("bank", key, "Bank account")
    if _is_used(books, key):
        raise RefusedError(f"The bank account {bank['code']} has transactions and cannot be deleted.")
    for table, _ in CHILDREN.values():
        books.run(f"DELETE FROM {table} WHERE bank_id = ?", key)  # noqa: S608  # our own tables
    books.run("DELETE FROM bank WHERE id = ?", key)
    books.effect("bank.deleted", id=key, code=bank["code"])


def _is_used(books: Books, key: int) -> bool:
    return books.row("SELECT id FROM bank_posted WHERE bank_id = ?", key) is not None


def _columns(books: Books, fields: Fields) -> Fields:
    columns: Fields = {name: fields[name] for name in SAME if name in fields}
    columns |= {column: fields[name] for name, column in RENAMED.items() if name in fields}
    if columns.get("account_type", "Bank") not in ACCOUNT_TYPES:
        raise RefusedError("The value of account_type is not valid.")
    if "account_status_type" in fields:
        if fields["account_status_type"] not in STATUSES:
            raise RefusedError("The value of account_status_type is not valid.")
        columns["hidden"] = STATUSES[fields["account_status_type"]]
    if fields.get("account_currency_id"):
        base = books.value("SELECT id FROM currency WHERE base = 1")
        if fields["account_currency_id"] != base:
            raise RefusedError("Only bank accounts in the base currency can be kept.")
    if fields.get(OWN[0]):
        columns["nominal_id"] = find_nominal(books, *(fields.get(name, "") for name in OWN))["id"]
    if "bank_address" in fields:
        columns["address"] = json.dumps(checked(fields["bank_address"], ADDRESS))
    return columns


def _children(books: Books, bank_id: int, fields: Fields) -> None:
    """Enter, amend and remove the rows that hang on a bank, as the lists in its body say."""
    for name, (table, spec) in CHILDREN.items():
        for item in fields.get(name, []):
            said = checked(item, "id:i is_to_delete:b")
            columns = {n: int(v) if isinstance(v, bool) else v for n, v in checked(item, spec).items()}
            if not said.get("id"):
                author = {"created_by": books.user[:20]} if table == "bank_memo" else {}
                books.insert(table, bank_id=bank_id, **columns, **author, **books.stamps())
                continue
            row = books.row(f"SELECT * FROM {table} WHERE id = ?", said["id"])  # noqa: S608  # our own tables
            if row is None or row["bank_id"] != bank_id:
                raise RefusedError(f"The record {said['id']} of {name} does not exist on this bank account.")
            if said.get("is_to_delete"):
                books.run(f"DELETE FROM {table} WHERE id = ?", said["id"])  # noqa: S608  # our own tables
            else:
                books.update(table, said["id"], **columns, updated=books.stamp())
