"""Shapes of documents, cases, mapping rows and figures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from tieout.console.api.shapes import RefShape
from tieout.console.api.values import Moment, MoneyShape, money_or_none
from tieout.domain.faults import BY_CODE
from tieout.domain.legs import LegState
from tieout.processes.mapping_desk.rows import TableLine, Version
from tieout.processes.trail.gathering import Trail
from tieout.processes.trail.grid import Mark
from tieout.processes.trail.timeline import Entry
from tieout.store.bulk_acts import BulkAct
from tieout.store.cases import Case
from tieout.store.cross_references import CrossReference
from tieout.store.document_lists import FoundDocument
from tieout.store.documents import Document
from tieout.store.mapping_proposals import Proposal


class DocumentShape(RefShape):
    """One document as it stands."""

    title: str
    state: Literal["new", "waiting", "blocked", "done"]
    stake: MoneyShape | None
    opened_at: Moment
    touched_at: Moment
    settled_at: Moment | None

    @classmethod
    def of(cls, document: Document) -> DocumentShape:
        """A document."""
        return cls(
            company=document.company,
            kind=document.kind,
            key=document.key,
            title=document.title,
            state=document.state,
            stake=money_or_none(document.stake_minor, document.currency),
            opened_at=document.opened_at,
            touched_at=document.touched_at,
            settled_at=document.settled_at,
        )


class FoundShape(BaseModel):
    """A document, and the name that it was found by."""

    document: DocumentShape
    system: str = Field(description="Whose name it is; empty for our own key")
    name_kind: str
    name: str
    is_exact: bool

    @classmethod
    def of(cls, found: FoundDocument) -> FoundShape:
        """What a search found."""
        document = DocumentShape.of(found.document)
        return cls(
            document=document, system=found.system, name_kind=found.kind, name=found.value, is_exact=found.is_exact
        )


class FigureShape(BaseModel):
    """What a leg says: money, a quantity, or both."""

    money: MoneyShape | None
    quantity: str | None = Field(description="An exact decimal")


class LegShape(BaseModel):
    """One statement that a document should be visible in a system, and what was seen there."""

    stage: str
    system: str
    kind: str
    ref: str
    owner: str
    state: LegState
    expected: FigureShape
    seen: FigureShape
    seen_reference: str | None
    seen_at: Moment | None
    due_by: Moment | None
    debt: MoneyShape

    @classmethod
    def of(cls, stage: str, mark: Mark) -> LegShape:
        """A leg as the grid has it."""
        leg = mark.leg
        expected = FigureShape(
            money=money_or_none(leg.expected_minor, leg.currency),
            quantity=None if leg.expected_quantity is None else f"{leg.expected_quantity:f}",
        )
        seen = FigureShape(
            money=money_or_none(leg.seen_minor, leg.currency),
            quantity=None if leg.seen_quantity is None else f"{leg.seen_quantity:f}",
        )
        return cls(
            stage=stage,
            system=leg.system,
            kind=leg.kind,
            ref=leg.ref,
            owner=leg.owner,
            state=mark.state,
            expected=expected,
            seen=seen,
            seen_reference=leg.seen_reference,
            seen_at=leg.seen_at,
            due_by=leg.due_by,
            debt=MoneyShape(minor=mark.debt_minor, currency=leg.currency or "GBP"),
        )


class NameShape(BaseModel):
    """What a system calls a document."""

    system: str
    kind: str
    value: str

    @classmethod
    def of(cls, name: CrossReference) -> NameShape:
        """A name."""
        return cls(system=name.system, kind=name.kind, value=name.value)


class DocumentWithLegsShape(DocumentShape):
    """A document with its tie-out grid and its names."""

    is_tied_out: bool
    legs: list[LegShape]
    names: list[NameShape]
    case: int | None = Field(description="Number of its open case")

    @classmethod
    def of_trail(cls, trail: Trail) -> DocumentWithLegsShape:
        """A document with everything that is shown of it."""
        legs = [
            LegShape.of(row.stage, mark)
            for row in trail.grid.rows
            for system in trail.grid.systems
            for mark in row.cells.get(system, ())
        ]
        return cls(
            **dict(DocumentShape.of(trail.document)),
            is_tied_out=trail.grid.is_tied_out,
            legs=legs,
            names=[NameShape.of(name) for name in trail.names],
            case=trail.case.id if trail.case else None,
        )


class EntryShape(BaseModel):
    """One thing that happened to a document."""

    at: Moment
    until: Moment | None = Field(description="The last of several alike")
    times: int
    system: str
    title: str
    text: str
    is_trouble: bool

    @classmethod
    def of(cls, entry: Entry) -> EntryShape:
        """An entry of the timeline."""
        return cls(
            at=entry.at,
            until=entry.until,
            times=entry.times,
            system=entry.system,
            title=entry.title,
            text=entry.text,
            is_trouble=entry.is_trouble,
        )


class TimelineShape(BaseModel):
    """What happened to a document over all systems, in the order of time."""

    items: list[EntryShape]
    is_cut: bool = Field(description="Older messages or attempts are left out")


class CaseShape(BaseModel):
    """Trouble with one document that a person settles."""

    id: int
    document: RefShape
    code: str
    title: str
    owner: str
    fault_class: str
    cause: str
    stake: MoneyShape | None
    state: Literal["open", "closed"]
    assignee: str | None
    opened_at: Moment
    due_at: Moment | None
    snoozed_until: Moment | None
    seen_again: int
    came_back: int
    closed_at: Moment | None
    closed_by: str | None
    closed_how: str | None
    settled_where: str | None
    version: str = Field(description="Send it with an act: when somebody else was quicker, the act is refused with 409")

    @classmethod
    def of(cls, case: Case) -> CaseShape:
        """A case."""
        same = {"id", "code", "owner", "fault_class", "cause", "state", "assignee", "opened_at", "due_at", "version"}
        same |= {"snoozed_until", "seen_again", "came_back", "closed_at", "closed_by", "closed_how", "settled_where"}
        kind = BY_CODE.get(case.code)
        return cls(
            **{name: getattr(case, name) for name in same},
            title=kind.title if kind else case.code,
            document=RefShape(company=case.company, kind=case.document_kind, key=case.document_key),
            stake=money_or_none(case.stake_minor, case.currency),
        )


class FaultShape(BaseModel):
    """One fault of a case."""

    at: str
    saw: str
    wanted: str


class CaseWithFaultsShape(CaseShape):
    """A case with its faults and the runbook of the first."""

    faults: list[FaultShape]
    means: str
    do: str
    again: str = Field(description="What trying again does")
    can_override: bool

    @classmethod
    def of(cls, case: Case) -> CaseWithFaultsShape:
        """A case with everything that it says."""
        kind = BY_CODE.get(case.code)
        faults = [
            FaultShape(at=str(one.get("at", "")), saw=str(one.get("saw", "")), wanted=str(one.get("wanted", "")))
            for one in case.faults
            if isinstance(one, dict)
        ]
        return cls(
            **dict(CaseShape.of(case)),
            faults=faults,
            means=kind.means if kind else "",
            do=kind.do if kind else "",
            again=kind.again if kind else "",
            can_override=bool(kind and kind.can_accept),
        )


class TableShape(BaseModel):
    """One mapping table."""

    name: str
    title: str
    decides: str
    owner: str
    rows: int = Field(description="Rows in force")
    waiting: int = Field(description="Proposals that wait for a decision")

    @classmethod
    def of(cls, line: TableLine) -> TableShape:
        """A table."""
        table = line.table
        return cls(
            name=table.name,
            title=table.title,
            decides=table.decides,
            owner=table.owner.value,
            rows=line.rows,
            waiting=line.waiting,
        )


class RowShape(BaseModel):
    """One version of one mapping row."""

    company: str
    key: str
    value: dict[str, str]
    version: int
    since: date
    until: date | None = Field(description="First day no longer in force")
    proposed_by: str
    approved_by: str | None

    @classmethod
    def of(cls, version: Version) -> RowShape:
        """A row."""
        return cls(**{name: getattr(version, name) for name in cls.model_fields})


class ProposalShape(BaseModel):
    """Rows that wait for whoever owns them."""

    id: int
    company: str
    table: str
    owner: str
    state: Literal["waiting", "approved", "rejected", "withdrawn"]
    why: str
    rows: int
    proposed_by: str
    proposed_at: Moment

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalShape:
        """A proposal."""
        return cls(
            id=proposal.id,
            company=proposal.company,
            table=proposal.table_name,
            owner=proposal.owner,
            state=proposal.state,
            why=proposal.why,
            rows=len(proposal.changes),
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
        )


class RefusedCaseShape(BaseModel):
    """A case that an act over many was not done to."""

    case: int
    why: str


class BulkShape(BaseModel):
    """One act over many cases, with how far it has come."""

    id: int
    action: str
    state: Literal["running", "done", "failed"]
    asked: int
    done: int
    refused: list[RefusedCaseShape]
    started_at: Moment
    finished_at: Moment | None

    @classmethod
    def of(cls, act: BulkAct) -> BulkShape:
        """An act over many."""
        return cls(
            id=act.id,
            action=act.action,
            state=act.state,
            asked=act.asked,
            done=act.done,
            refused=[RefusedCaseShape(case=int(one["case"]), why=str(one["why"])) for one in act.refused],
            started_at=act.started_at,
            finished_at=act.finished_at,
        )
