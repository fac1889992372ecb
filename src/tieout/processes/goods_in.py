"""Goods that a warehouse told of and that no RMA announces: on a desk until their RMA is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tieout.domain.faults.goods_in import UNANNOUNCED_GOODS
from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money
from tieout.processes.returns import KIND as RETURN
from tieout.processes.standing import TIEOUT
from tieout.processes.strays import report_stray
from tieout.store import cases, cross_references, documents, inbox
from tieout.store.cross_references import CrossReference
from tieout.store.store import Connection

KIND = "goods"
RECEIPT = "receipt"
"""How a return, or goods without one, are known by the warehouse's number of a receipt."""
BELONGS_TO = "belongs to"
"""How goods without a return are known by what stood on them: an order or a tracking number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unannounced:
    """One receipt whose RMA nobody named."""

    company: str
    account: str
    receipt: str
    """The warehouse's own number of it."""
    lookup: str
    """The order or tracking number that it named instead."""
    described: str
    """The goods in a sentence."""
    candidates: tuple[str, ...]
    """The RMAs that the lookup leads to: none, or more than one."""

    @property
    def key(self) -> str:
        """Unique over all warehouses of the company."""
        return goods_key(self.account, self.receipt)


def goods_key(account: str, receipt: str) -> str:
    """The key of the document that stands for goods of a receipt."""
    return f"{account} {receipt}"


def report_unannounced(c: Connection, goods: Unannounced, *, at: datetime) -> None:
    """Put the goods on a desk, once however often they are told."""
    several = f"; {goods.lookup} has several RMAs: {', '.join(goods.candidates)}" if goods.candidates else ""
    fault = Fault(
        code=UNANNOUNCED_GOODS.code,
        at=f"receipt {goods.receipt} of {goods.account}",
        saw=goods.described + several,
        wanted="the number of one RMA",
    )
    for kind, value in ((RECEIPT, goods.receipt), (BELONGS_TO, goods.lookup)):
        _note(c, goods.company, (KIND, goods.key), goods.account, kind, value)
    title = f"Goods nobody announced (receipt {goods.receipt} of {goods.account})"
    report_stray(
        c,
        company=goods.company,
        kind=KIND,
        key=goods.key,
        title=title,
        fault=fault,
        stake=Money(0),
        leg=None,
        at=at,
    )
    _rest(c, goods.company, goods.key, at=at)


def place(c: Connection, company: str, key: str, rma: str, *, at: datetime) -> bool:
    """Give goods that lie on a desk to their RMA and close the case; False when they lie on none.

    What a person closed by hand stays closed: those goods went another way.
    """
    case = cases.open_case_of(c, company, KIND, key)
    if case is None:
        return False
    inbox.move_events(c, company, of=(KIND, key), to=(RETURN, rma))
    for reference in cross_references.references_of(c, company, KIND, key):
        if reference.kind == RECEIPT:
            note_receipt(c, company, reference.system, reference.value, rma)
    cases.close(c, case.id, by=TIEOUT, how=f"the goods belong to RMA {rma}", at=at)
    _rest(c, company, key, at=at)
    return True


def claim(c: Connection, company: str, account: str, rma: str, *, at: datetime) -> int:
    """Place what the account told under a name of this return before the return was known; how many receipts.

    Only where this return alone is known by that name.
    """
    names = {reference.value for reference in cross_references.references_of(c, company, RETURN, rma)}
    found = {
        reference.document_key
        for name in names
        for reference in cross_references.find(c, name, system=account, kind=BELONGS_TO)
        if reference.document_kind == KIND and returns_known_by(c, name) == (rma,)
    }
    return sum(place(c, company, key, rma, at=at) for key in sorted(found))


def returns_known_by(c: Connection, name: str) -> tuple[str, ...]:
    """The RMAs of the company in scope that some system knows by this value, in order."""
    return tuple(
        sorted(
            {
                reference.document_key
                for reference in cross_references.find(c, name)
                if reference.document_kind == RETURN
            }
        )
    )


def note_receipt(c: Connection, company: str, account: str, receipt: str, rma: str) -> None:
    """Keep which return a receipt was told for."""
    _note(c, company, (RETURN, rma), account, RECEIPT, receipt)


def told_for(c: Connection, account: str, receipt: str) -> str:
    """The RMA that a receipt was told for; empty while it was told for none."""
    found = cross_references.find(c, receipt, system=account, kind=RECEIPT)
    return next((reference.document_key for reference in found if reference.document_kind == RETURN), "")


def _note(c: Connection, company: str, document: tuple[str, str], account: str, kind: str, value: str) -> None:
    document_kind, key = document
    reference = CrossReference(
        company=company, document_kind=document_kind, document_key=key, system=account, kind=kind, value=value
    )
    cross_references.note(c, reference)


def _rest(c: Connection, company: str, key: str, *, at: datetime) -> None:
    """Nothing works on such a document: it waits for its case, or is done."""
    document = documents.document(c, company, KIND, key)
    assert document is not None, f"goods {key} are on a desk without a document"
    is_open = cases.open_case_of(c, company, KIND, key) is not None
    documents.settle(c, document, state="blocked" if is_open else "done", due_at=None, at=at, troubled_since=None)
