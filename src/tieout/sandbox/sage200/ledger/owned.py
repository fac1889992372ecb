"""What hangs on a customer account: contacts with their numbers and roles, delivery addresses, memos, alerts, cards.

Each kind is a row of the same story: entered, amended, removed, by itself or inside the body of its parent, where a row
with an id is amended, one without is entered, and one marked is_to_delete is removed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError

OF_CUSTOMER, OF_CONTACT = "customer_id", "customer_contact_id"
NUMBER = "country_code:s5 area_code:s20 subscriber_number:s200 is_default:b"
ALERT = (
    "alert_text:s255 is_active:b show_alert_for_orders:b show_alert_for_proformas:b show_alert_for_quotes:b "
    "show_alert_for_credit_notes:b show_alert_for_price_enquiries:b show_alert_for_invoices:b "
    "show_alert_for_returns:b show_alert_for_project_bills:b"
)
DELIVERY = (
    "description:s255! postal_name:s60 address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 "
    "postcode:s10 address_country_code_id:i contact:s235 telephone:s60 fax:s30 email:s255 tax_number:s30 "
    "tax_code_id:i! country_code_id:i is_default:b"
)
REFERENCES = {
    "salutation_id": ("salutation", "salutation"),
    "trader_contact_role_id": ("trader_contact_role", "contact role"),
    "tax_code_id": ("tax_code", "tax code"),
    "country_code_id": ("country", "country code"),
    "address_country_code_id": ("country", "country code"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of row: its table, the column of its owner, what may be keyed, and the lists that hang below it.

    Of a kind with a default the first row of an owner is it, until another one is made so.
    """

    table: str
    word: str
    owner: str
    spec: str
    has_default: bool = False
    signed: bool = False
    below: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "customer_contacts": Kind(
        table="customer_contact",
        word="contact",
        owner=OF_CUSTOMER,
        spec="salutation_id:i first_name:s60 middle_name:s60 last_name:s60",
        has_default=True,
        below={
            "emails": "customer_emails",
            "telephones": "customer_telephones",
            "mobiles": "customer_mobiles",
            "faxes": "customer_faxes",
            "websites": "customer_websites",
            "roles": "customer_contact_roles",
        },
    ),
    **{
        name: Kind(table=table, word=word, owner=OF_CONTACT, spec=spec, has_default=True)
        for name, table, word, spec in (
            ("customer_emails", "customer_email", "email address", "email:s227 is_default:b"),
            ("customer_websites", "customer_website", "website", "website:s227 is_default:b"),
            ("customer_telephones", "customer_telephone", "telephone number", NUMBER),
            ("customer_mobiles", "customer_mobile", "mobile number", NUMBER),
            ("customer_faxes", "customer_fax", "fax number", NUMBER),
        )
    },
    "customer_contact_roles": Kind(
        table="customer_contact_role",
        word="contact role",
        owner=OF_CONTACT,
        spec="trader_contact_role_id:i! is_preferred_contact_for_role:b",
    ),
    "customer_delivery_addresses": Kind(
        table="customer_delivery_address",
        word="delivery address",
        owner=OF_CUSTOMER,
        spec=DELIVERY,
        has_default=True,
    ),
    "customer_memos": Kind(
        table="customer_memo", word="memo", owner=OF_CUSTOMER, spec="note:s1000! is_active:b", signed=True
    ),
    "customer_alerts": Kind(table="customer_alert", word="alert", owner=OF_CUSTOMER, spec=ALERT, signed=True),
    "customer_cards": Kind(table="customer_card", word="card", owner=OF_CUSTOMER, spec="description:s50!"),
}
OF_ACCOUNT = {"alerts": "customer_alerts", "cards": "customer_cards", "contacts": "customer_contacts"}
OF_ACCOUNT["memos"] = "customer_memos"


def customer_record(customer: sqlite3.Row) -> Record:
    """Return the lockable record of a customer account."""
    return Record(kind="customer", id=customer["id"], label=f"Customer account {customer['reference']}")


def enter(books: Books, kind: Kind, owner_id: int, body: Mapping[str, Any]) -> int:
    """Add a row, with the lists below it, and return its id."""
    columns = _columns(books, checked(body, kind.spec))
    if kind.has_default:
        sql = f"SELECT count(*) FROM {kind.table} WHERE {kind.owner} = ? AND is_default = 1"  # noqa: S608  # our own
        columns["is_default"] = int(bool(columns.get("is_default")) or not books.value(sql, owner_id))
    if kind.signed:
        columns["user_name"] = books.user
    key = books.insert(kind.table, **{kind.owner: owner_id}, **columns, **books.stamps())
    _keep_one_default(books, kind, owner_id, key if columns.get("is_default") else 0)
    _merge_below(books, kind, key, body)
    books.effect(f"{kind.table}.created", id=key)
    return key


def amend(books: Books, kind: Kind, key: int, body: Mapping[str, Any]) -> None:
    """Change a row, and the lists below it that the body has; NotFoundError when there is none."""
    row = books.need(kind.table, key, f"The {kind.word}")
    columns = _columns(books, checked(body, kind.spec.replace("!", "")))
    if kind.has_default and row["is_default"]:
        columns.pop("is_default", None)
    books.update(kind.table, key, **columns, updated=books.stamp())
    _keep_one_default(books, kind, row[kind.owner], key if columns.get("is_default") else 0)
    _merge_below(books, kind, key, body)
    books.effect(f"{kind.table}.amended", id=key)


def remove(books: Books, kind: Kind, key: int) -> None:
    """Remove a row and all that hangs below it; when it was the default, the oldest that is left becomes it."""
    row = books.need(kind.table, key, f"The {kind.word}")
    for name in kind.below.values():
        below = KINDS[name]
        books.run(f"DELETE FROM {below.table} WHERE {below.owner} = ?", key)  # noqa: S608  # our own names
    books.run(f"DELETE FROM {kind.table} WHERE id = ?", key)  # noqa: S608  # our own names
    if kind.has_default and row["is_default"]:
        first = f"SELECT min(id) FROM {kind.table} WHERE {kind.owner} = ?"  # noqa: S608  # our own names
        books.run(f"UPDATE {kind.table} SET is_default = 1 WHERE id = ({first})", row[kind.owner])  # noqa: S608  # our own
    books.effect(f"{kind.table}.deleted", id=key)


def merge(books: Books, kind: Kind, owner_id: int, items: Sequence[Mapping[str, Any]]) -> None:
    """Enter, amend and remove the rows of one owner as a list in its body says."""
    for item in items:
        key = checked(item, "id:i is_to_delete:b")
        if not key.get("id"):
            enter(books, kind, owner_id, item)
            continue
        row = books.row(f"SELECT * FROM {kind.table} WHERE id = ?", key["id"])  # noqa: S608  # our own names
        if row is None or row[kind.owner] != owner_id:
            raise RefusedError(f"The {kind.word} {key['id']} does not exist on this record.")
        if key.get("is_to_delete"):
            remove(books, kind, key["id"])
        else:
            amend(books, kind, key["id"], item)


def customer_of(books: Books, kind: Kind, owner_id: int) -> sqlite3.Row:
    """Return the account that a row belongs to by its owner; RefusedError when there is no such owner."""
    if kind.owner == OF_CONTACT:
        contact = books.row("SELECT * FROM customer_contact WHERE id = ?", owner_id)
        if contact is None:
            raise RefusedError(f"The contact {owner_id} does not exist.")
        owner_id = contact["customer_id"]
    customer = books.row("SELECT * FROM customer WHERE id = ?", owner_id)
    if customer is None:
        raise RefusedError(f"The customer {owner_id} does not exist.")
    return customer


def check_references(books: Books, fields: Fields, references: Mapping[str, tuple[str, str]]) -> None:
    """Raise RefusedError for an id that leads nowhere; 0 stands for none."""
    for name, (table, word) in references.items():
        key = fields.get(name)
        if key and books.value(f"SELECT id FROM {table} WHERE id = ?", key) is None:  # noqa: S608  # our own names
            raise RefusedError(f"The {word} {key} does not exist.")


def _columns(books: Books, fields: Fields) -> Fields:
    check_references(books, fields, REFERENCES)
    return {name: int(value) if isinstance(value, bool) else value for name, value in fields.items()}


def _keep_one_default(books: Books, kind: Kind, owner_id: int, key: int) -> None:
    """Let the row with this key be the only default of its owner; 0 changes nothing."""
    if key:
        books.run(
            f"UPDATE {kind.table} SET is_default = 0 WHERE {kind.owner} = ? AND id <> ? AND is_default = 1",  # noqa: S608  # our own names
            owner_id,
            key,
        )


def _merge_below(books: Books, kind: Kind, key: int, body: Mapping[str, Any]) -> None:
    for name, below in kind.below.items():
        if name in body:
            merge(books, KINDS[below], key, checked(body, f"{name}:l")[name])
