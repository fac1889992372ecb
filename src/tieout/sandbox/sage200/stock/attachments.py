"""What hangs on a stock item: units, memos, alternative and cross-sell items, suppliers, search values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.stock_fields import SUPPLIER_KEPT, written

Body = Mapping[str, Any]
TABLES = (
    "product_unit",
    "product_memo",
    "alternative_product",
    "cross_sell_product",
    "product_supplier",
    "product_search_value",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One kind of attachment: its table, its body, and which fields are columns of another name or another record."""

    noun: str
    table: str
    spec: str
    columns: Mapping[str, str]
    references: Mapping[str, str]
    kept: str = ""

    def needed(self) -> str:
        """Return the body of a new attachment below an item."""
        return f"product_id:i! {self.spec}"

    def optional(self) -> str:
        """Return the body of a change."""
        return f"product_id:i {self.spec} is_to_delete:b".replace("!", "")


ATTACHMENTS: dict[str, Attachment] = {
    "product_memos": Attachment(
        noun="memo",
        table="product_memo",
        spec="note:s1000! is_active:b",
        columns={"note": "note", "is_active": "active"},
        references={},
    ),
    "alternative_products": Attachment(
        noun="alternative product",
        table="alternative_product",
        spec="alternative_product_id:i! is_preferred:b",
        columns={"alternative_product_id": "other_id", "is_preferred": "preferred"},
        references={"alternative_product_id": "product"},
    ),
    "cross_sell_products": Attachment(
        noun="cross sell product",
        table="cross_sell_product",
        spec="cross_sell_product_id:i!",
        columns={"cross_sell_product_id": "other_id"},
        references={"cross_sell_product_id": "product"},
    ),
    "product_suppliers": Attachment(
        noun="product supplier",
        table="product_supplier",
        spec=f"supplier_id:i! is_preferred:b {written(SUPPLIER_KEPT)}",
        columns={"supplier_id": "supplier_id", "is_preferred": "preferred"},
        references={"supplier_id": "supplier"},
        kept=SUPPLIER_KEPT,
    ),
    "units": Attachment(
        noun="unit",
        table="product_unit",
        spec="unit_id:i! multiple_of_base_unit:v unit_precision:q use_own_price:b",
        columns={
            "unit_id": "unit_id",
            "multiple_of_base_unit": "multiple",
            "unit_precision": "precision",
            "use_own_price": "own_price",
        },
        references={"unit_id": "unit"},
    ),
    "search_category_values": Attachment(
        noun="search category value",
        table="product_search_value",
        spec="search_category_id:i! search_value_id:i!",
        columns={"search_category_id": "search_category_id", "search_value_id": "search_value_id"},
        references={"search_category_id": "search_category", "search_value_id": "search_value"},
    ),
}
_IN_PRODUCT = {"memos": "product_memos", "suppliers": "product_suppliers"}
_FLAGS = {
    "memos": "product_memo",
    "alternative_items": "alternative_product",
    "cross_selling_items": "cross_sell_product",
    "suppliers": "product_supplier",
}


def create(books: Books, name: str, body: Body) -> int:
    """Hang something on an item and return its id."""
    kind = ATTACHMENTS[name]
    fields = _valid(books, kind, checked(body, kind.needed()))
    columns = _columns(kind, fields)
    if kind.table == "product_memo":
        columns["user_name"] = books.user
    if kind.table == "product_unit":
        columns = _unit_columns(books, columns)
    if "other_id" in columns and columns["other_id"] == fields["product_id"]:
        raise RefusedError(f"A stock item cannot be its own {kind.noun}.")
    if _there(books, kind, fields["product_id"], columns):
        raise RefusedError(f"The stock item has this {kind.noun} already.")
    if kind.kept:
        columns["more"] = json.dumps(_kept(kind, fields))
    key = books.insert(kind.table, product_id=fields["product_id"], **columns, **books.stamps())
    _one_preferred(books, kind, key)
    books.effect(f"{kind.table}.created", id=key)
    return key


def amend(books: Books, name: str, key: int, body: Body) -> None:
    """Change an attachment, or remove it when the body says is_to_delete."""
    kind = ATTACHMENTS[name]
    row = books.need(kind.table, key, kind.noun.capitalize())
    fields = _valid(books, kind, checked(body, kind.optional()))
    if fields.get("product_id", row["product_id"]) != row["product_id"]:
        raise RefusedError(f"The {kind.noun} belongs to another stock item.")
    if fields.get("is_to_delete"):
        delete(books, name, key)
        return
    columns = _columns(kind, fields)
    if columns.get("other_id") == row["product_id"]:
        raise RefusedError(f"A stock item cannot be its own {kind.noun}.")
    changed = dict(row) | columns
    if kind.table != "product_memo" and _there(books, kind, row["product_id"], changed, but=key):
        raise RefusedError(f"The stock item has this {kind.noun} already.")
    if kind.kept:
        columns["more"] = json.dumps(json.loads(row["more"]) | _kept(kind, fields))
    books.update(kind.table, key, **columns, updated=books.stamp())
    _one_preferred(books, kind, key)


def delete(books: Books, name: str, key: int) -> None:
    """Remove an attachment; the base and stock unit of an item stay."""
    kind = ATTACHMENTS[name]
    row = books.need(kind.table, key, kind.noun.capitalize())
    if kind.table == "product_unit" and row["type"] != "Additional":
        raise RefusedError("The base and stock unit of a stock item cannot be removed.")
    books.run(f"DELETE FROM {kind.table} WHERE id = ?", key)  # noqa: S608  # our own tables
    books.effect(f"{kind.table}.deleted", id=key)


def amend_all(books: Books, product_id: int, fields: Fields) -> None:
    """Apply the lists in the body of an item: what has an id is changed, what has none is added."""
    for name in (
        "memos",
        "suppliers",
        "alternative_products",
        "cross_sell_products",
        "units",
        "search_category_values",
    ):
        kind = _IN_PRODUCT.get(name, name)
        for told in fields.get(name, []):
            key = told.get("id")
            if key and isinstance(key, int):
                amend(books, kind, key, {**told, "product_id": product_id})
            else:
                create(books, kind, {**told, "product_id": product_id})


def add_own_units(books: Books, product_id: int) -> None:
    """Give an item the rows of its base and stock unit, and the multiple of the latter."""
    product = books.need("product", product_id, "Product")
    for kind, unit_id in (("Base", product["base_unit_id"]), ("Stock", product["stock_unit_id"])):
        unit = books.need("unit", unit_id, "Unit")
        multiple = 10**9 if kind == "Base" else unit["multiple"]
        books.insert(
            "product_unit", product_id=product_id, unit_id=unit_id, type=kind, multiple=multiple, **books.stamps()
        )
        books.update("product", product_id, stock_multiple=multiple)


def copy_all(books: Books, source_id: int, copy_id: int, flags: Fields) -> None:
    """Copy the attachments that the flags ask for; the own units always."""
    tables = [table for flag, table in _FLAGS.items() if flags.get(flag)]
    for table, where in (*((table, "1 = 1") for table in tables), ("product_unit", _units(flags))):
        for row in books.rows(f"SELECT * FROM {table} WHERE product_id = ? AND {where} ORDER BY id", source_id):  # noqa: S608  # our own
            columns = {name: row[name] for name in row.keys() if name not in {"id", "created", "updated"}}  # noqa: SIM118  # a database row
            books.insert(table, **(columns | {"product_id": copy_id}), **books.stamps())


def _units(flags: Fields) -> str:
    return "1 = 1" if flags.get("units") else "type <> 'Additional'"


def _valid(books: Books, kind: Attachment, fields: Fields) -> Fields:
    references = {"product_id": "product", **kind.references}
    for name, table in references.items():
        if name in fields and books.value(f"SELECT id FROM {table} WHERE id = ?", fields[name]) is None:  # noqa: S608  # our own tables
            raise RefusedError(f"The {table.replace('_', ' ')} {fields[name]} does not exist.")
    if fields.get("multiple_of_base_unit", 1) <= 0 or fields.get("unit_precision", 1) <= 0:
        raise RefusedError("The multiple and the precision of a unit must be greater than zero.")
    if "search_value_id" in fields and "search_category_id" in fields:
        category = books.value("SELECT search_category_id FROM search_value WHERE id = ?", fields["search_value_id"])
        if category != fields["search_category_id"]:
            raise RefusedError("The search value is not one of this search category.")
    return fields


def _columns(kind: Attachment, fields: Fields) -> Fields:
    found = {column: fields[name] for name, column in kind.columns.items() if name in fields}
    return {name: int(value) if isinstance(value, bool) else value for name, value in found.items()}


def _unit_columns(books: Books, columns: Fields) -> Fields:
    unit = books.need("unit", columns["unit_id"], "Unit")
    return {"multiple": unit["multiple"], "type": "Additional", **columns}


def _kept(kind: Attachment, fields: Fields) -> Fields:
    names = [word.partition(":")[0] for word in kind.kept.split()]
    return {
        name: fields[name].isoformat() if isinstance(fields[name], date) else fields[name]
        for name in names
        if name in fields
    }


def _there(books: Books, kind: Attachment, product_id: int, columns: Mapping[str, Any], but: int = 0) -> bool:
    """Say whether the item has the same attachment already."""
    unique = {
        "alternative_product": ("other_id",),
        "cross_sell_product": ("other_id",),
        "product_supplier": ("supplier_id",),
        "product_unit": ("unit_id", "type"),
        "product_search_value": ("search_category_id",),
    }.get(kind.table)
    if unique is None:
        return False
    tail = " AND ".join(f"{name} = ?" for name in unique)
    found = books.value(
        f"SELECT id FROM {kind.table} WHERE product_id = ? AND id <> ? AND {tail}",  # noqa: S608  # our own columns
        product_id,
        but,
        *(columns[name] for name in unique),
    )
    return found is not None


def _one_preferred(books: Books, kind: Attachment, key: int) -> None:
    """Let only the newest of an item's preferred ones be preferred."""
    if "is_preferred" not in kind.columns:
        return
    row = books.need(kind.table, key, kind.noun.capitalize())
    if row["preferred"]:
        books.run(
            f"UPDATE {kind.table} SET preferred = 0 WHERE product_id = ? AND id <> ?",  # noqa: S608  # our own tables
            row["product_id"],
            key,
        )
