"""How a resource is declared: where its rows come from, its fields with their kinds, its children.

A field text such as "id:i customer_id:k document_date:d" gives name and kind; the column is `alias.name` unless an
SQL expression is given for it. Kinds: i whole number, k foreign key (0 when missing), s text, b true/false,
m money, q quantity or unit price (5 places), p percentage (2 places), r rate (6 places), u and v unit multiples
(7 and 9 places), d business date, t time stamp, e.<enum> enumeration stored by name, o address object, h link to a
parent (never shown). A + after the kind marks a field that only the Professional edition has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ENUMS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "status": (
        ("Live", 0, "EnumDocumentStatusLive"),
        ("OnHold", 1, "EnumDocumentStatusOnHold"),
        ("Complete", 2, "EnumDocumentStatusComplete"),
        ("Dispute", 3, "EnumDocumentStatusDispute"),
        ("Cancelled", 4, "EnumDocumentStatusCancelled"),
        ("Draft", 5, "EnumDocumentStatusDraft"),
        ("Printed", 6, "EnumDocumentStatusPrinted"),
        ("Lost", 7, "EnumDocumentStatusLost"),
    ),
    "process": (
        ("0", 0, "EnumDocumentProcessStatusNone"),
        ("1", 1, "EnumDocumentProcessStatusPart"),
        ("2", 2, "EnumDocumentProcessStatusFull"),
    ),
    "line_status": (
        ("0", 0, "EnumLineStatusNone"),
        ("1", 1, "EnumLineStatusPartially"),
        ("2", 2, "EnumLineStatusFully"),
    ),
    "line_type": tuple(
        (f"EnumLineType{name}", number, f"EnumLineType{name}")
        for number, name in enumerate(("Standard", "FreeText", "Charge", "Comment"))
    ),
    "trader_type": tuple(
        (f"TradingAccountEntryType{name}", number, f"TradingAccountEntryType{name}")
        for number, name in enumerate(
            (
                "NOTUSED",
                "OpeningBalanceInvoice",
                "OpeningBalanceCreditNote",
                "PurchasePaymentSalesReceipt",
                "Invoice",
                "CreditNote",
                "PurchaseReceiptSalesPayment",
            )
        )
    ),
    "account_status": (
        ("AccountStatusActive", 0, "AccountStatusActive"),
        ("AccountStatusHidden", 1, "AccountStatusHidden"),
    ),
    "product_status": (
        ("EnumStockItemStatusTypeActive", 0, "EnumStockItemStatusTypeActive"),
        ("EnumStockItemStatusTypeInactive", 1, "EnumStockItemStatusTypeInactive"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property of a resource."""

    name: str
    kind: str
    sql: str
    professional: bool = False

    @property
    def enum(self) -> tuple[tuple[str, int, str], ...]:
        """Return the values of an enumeration as (stored, number, name)."""
        return ENUMS[self.kind[2:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child on request: one object (`many` false: by our field `mine` = its `theirs`), or a list.

    A deep child brings its own inline children.
    """

    resource: str
    mine: str
    theirs: str
    many: bool = True
    deep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A list that can be read; `single` says that `/{Id}` exists, `listed` that the list does.

    `inline` says which children a single read carries.

    `veil` leaves records out of a list unless its $filter asks for drafts; `upon` names fields that are shown only
    when $expand has the word. `prepare` makes the list of one request where its rows depend on more than $filter
    (the books, the parameters).
    """

    name: str
    source: str
    fields: tuple[Field, ...]
    order: str
    where: str = ""
    children: Mapping[str, Child] = field(default_factory=dict)
    inline: tuple[str, ...] = ()
    single: bool = True
    hidden: bool = False
    listed: bool = True
    veil: str = ""
    upon: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Any, Mapping[str, str]], Resource] | None = None

    def field(self, name: str) -> Field | None:
        """Return a field by name."""
        return next((f for f in self.fields if f.name == name), None)


def fields(alias: str, words: str, /, **expressions: str) -> tuple[Field, ...]:
    """Return the fields that a text declares; expressions replace the column of a name."""
    found = []
    for word in words.split():
        name, _, kind = word.partition(":")
        found.append(
            Field(
                name=name,
                kind=kind.rstrip("+"),
                sql=expressions.pop(name, f"{alias}.{name}"),
                professional=kind.endswith("+"),
            )
        )
    assert not expressions, f"expressions for fields that do not exist: {sorted(expressions)}"
    return tuple(found)


def one(resource: str, mine: str, theirs: str = "id") -> Child:
    """Declare a child object."""
    return Child(resource=resource, mine=mine, theirs=theirs, many=False)


def many(resource: str, theirs: str, mine: str = "id") -> Child:
    """Declare a child list."""
    return Child(resource=resource, mine=mine, theirs=theirs)


def _enumeration(kind: str) -> Callable[[Any], str]:
    names = {stored: name for stored, _, name in ENUMS[kind[2:]]}
    return lambda cell: names.get(str(cell), str(cell))


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "i": lambda cell: cell,
    "s": str,
    "k": lambda cell: cell,
    "b": bool,
    "m": lambda cell: Decimal(cell).scaleb(-2),
    "p": lambda cell: Decimal(cell).scaleb(-2),
    "q": lambda cell: Decimal(cell).scaleb(-5),
    "w": lambda cell: Decimal(cell).scaleb(-4),
    "r": lambda cell: Decimal(cell).scaleb(-6),
    "u": lambda cell: Decimal(cell).scaleb(-7),
    "v": lambda cell: Decimal(cell).scaleb(-9),
    "d": lambda cell: f"{cell}T00:00:00Z",
    "t": lambda cell: cell,
    "o": json.loads,
    "h": lambda cell: cell,
}


def conversion(kind: str) -> Callable[[Any], Any]:
    """Return how a stored cell of a kind is shown."""
    return _enumeration(kind) if kind.startswith("e.") else _CONVERSIONS[kind]
