"""What became of every RMA: Tieout's word for it, and the money by the books of Sage and of the shop."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import httpx
from tests.long.merchant import COMPANY

from tieout.bootstrap import Application
from tieout.domain.identifiers import find_key
from tieout.domain.legs import LegState, is_tied_out
from tieout.domain.money import money
from tieout.processes.kinds import RETURN
from tieout.processes.standing import leg_state
from tieout.store import cases, documents, effects, legs
from tieout.store.store import Connection

Json: TypeAlias = Any  # a JSON edge
LOST = "neither tied out nor on a case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit note as it stands in Sage's sales ledger, in positive pence."""

    customer: str
    on: str
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One RMA: `tied out`, the code of its case, or lost; what Sage credited, and what the shop refunded in pence."""

    code: str
    credits: tuple[Credit, ...] = ()
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The systems' own books after the run."""

    credits: dict[str, list[Credit]]
    """By the reference that says whose they are."""
    refunds: Counter[str]
    """Pence refunded, by the RMA that the refund's note names."""
    broken: tuple[str, ...]
    """Proofs that do not hold, and everything that was done twice."""


def books_of(url: str) -> Books:
    """Read the systems' ledgers and proofs."""
    with httpx.Client(base_url=f"{url}/_sandbox", timeout=600) as control:
        sales, proofs = _get(control, "/sage200/ledgers/sales"), _get(control, "/sage200/ledgers/proofs")
        refunds, shop = _get(control, "/shopify/ledgers/refunds")["refunds"], _get(control, "/shopify/proofs")
    credited: defaultdict[str, list[Credit]] = defaultdict(list)
    for row in sales:
        if "Credit" in row["type"]:
            keys = [name for name in (row["reference"], row["second_reference"]) if find_key(name)]
            note = Credit(customer=row["customer"], on=row["date"], net=-_pence(row["net"]), tax=-_pence(row["tax"]))
            credited[keys[0] if keys else row["reference"]].append(note)
    refunded: Counter[str] = Counter()
    for refund in refunds:
        refunded[_rma_in(refund["note"])] += _pence(refund["amount"])
    doubled = [f"twice: {entry}" for entry in (*proofs.pop("duplicates"), *shop["duplicates"])]
    failed = [name for name, holds in proofs.items() if not holds]
    return Books(credits=dict(credited), refunds=refunded, broken=(*failed, *doubled))


def outcomes(application: Application, books: Books, numbers: Sequence[str]) -> list[Outcome]:
    """What became of these RMAs, in their order; a credit note or refund that belongs to none of them fails."""
    with application.store.scope(COMPANY) as c:
        credited: defaultdict[str, list[Credit]] = defaultdict(list)
        for key, notes in books.credits.items():
            effect = effects.under_key(c, COMPANY, key)
            credited[effect.document_key if effect is not None else f"nobody, {key}"] += notes
        strays = (set(credited) | set(books.refunds)) - set(numbers)
        assert not strays, f"money was given for {sorted(strays)[:10]}, which nobody raised"
        return [
            Outcome(
                code=_code(c, application, number),
                credits=tuple(credited.get(number, ())),
                refunded=books.refunds[number],
            )
            for number in numbers
        ]


def _code(c: Connection, application: Application, number: str) -> str:
    document, case = documents.document(c, COMPANY, RETURN, number), cases.open_case_of(c, COMPANY, RETURN, number)
    if case is not None:
        return case.code
    if document is None or document.state != "done":
        return LOST
    states = [leg_state(leg, application.clock()) for leg in legs.legs_of(c, document)]
    return "tied out" if is_tied_out(states) and _agreed(states) else LOST


def _agreed(states: Iterable[LegState]) -> bool:
    return LegState.AGREED in states


def _get(control: httpx.Client, path: str) -> Json:
    answer = control.get(path)
    answer.raise_for_status()
    return json.loads(answer.content, parse_float=Decimal)


def _rma_in(text: str) -> str:
    _, found, rest = text.partition("RMA ")
    return rest.split()[0] if found and rest.split() else ""


def _pence(amount: str) -> int:
    return money(Decimal(str(amount))).minor
