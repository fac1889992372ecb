"""Changing one mapping row: a form, what the change would do, and a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.pages.mappings import companies_of, company_of, table_of, today_of
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.domain.people import Permission
from tieout.domain.rules.fields import Table
from tieout.domain.rules.row_checks import RowProblem
from tieout.processes.desk import NotPossible
from tieout.processes.mapping_desk import BadRow
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.impact import impact_of
from tieout.processes.mapping_desk.known_codes import doubts, known_codes
from tieout.processes.mapping_desk.proposing import may_propose, planned, propose
from tieout.processes.mapping_desk.rows import rows_on
from tieout.processes.mapping_desk.undoing import roll_back
from tieout.store import mapping_traffic

router = APIRouter()
Proposer = Annotated[Visit, Depends(need(Permission.MAPPINGS_PROPOSE))]
Posted = Annotated[Fields, Depends(posted)]
FIELD = "f_"
"""Form names of a row's fields begin so: a field called `key` or `why` would be taken for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form of one row as it is filled in."""

    key: str
    value: Mapping[str, str]
    since: str
    why: str
    case_id: int | None
    ends: bool = False

    @property
    def wanted(self) -> Wanted:
        """What the form asks for; BadRow for a day that is none."""
        try:
            since = date.fromisoformat(self.since)
        except ValueError:
            raise BadRow([RowProblem(field="since", text="First day: choose a day.")]) from None
        return Wanted(key=self.key, value=None if self.ends else self.value, since=since)


@router.get("/mappings/{table}/propose")
def propose_form(visit: Proposer, table: str) -> Response:
    """The form of a row: empty, filled in from the address, or from the row in force."""
    known, asked = table_of(table), visit.request.query_params
    key, company, today = asked.get("key", "")[:300], company_of(visit), today_of(visit)
    given = {field.name: asked.get(field.name, "") for field in known.fields_of(key) if asked.get(field.name)}
    with visit.console.store.scope(company) as c:
        rows = rows_on(c, known.name, today, company=company)
    now = next((row.value for row in rows if row.key.casefold() == key.strip().casefold()), {})
    form = Form(
        key=key,
        value={**now, **given},
        since=asked.get("since", "") or today.isoformat(),
        why="",
        case_id=_number(asked.get("case", "")),
        ends="end" in asked,
    )
    return _form_page(visit, known, company, form)


@router.post("/mappings/{table}/propose")
def propose_row(visit: Proposer, table: str, fields: Posted) -> Response:
    """Show what the row would change; or, once that was seen, propose it."""
    known, company = table_of(table), company_of_form(visit, fields)
    form = _filled(known, fields)
    if fields.text("step") == "back":
        return _form_page(visit, known, company, form)
    try:
        if fields.text("step") != "propose":
            return _check_page(visit, known, company, form)
        made = propose(
            visit.console.desk, visit.actor, company, known.name, [form.wanted], why=form.why, case_id=form.case_id
        )
    except BadRow as error:
        return _form_page(visit, known, company, form, [_problem(each) for each in error.problems], status=422)
    except NotPossible as error:
        return _form_page(visit, known, company, form, [Problem(field="", text=str(error))], status=422)
    return visit.done(
        f"Proposal {made.id} is written. Somebody else who stands for {made.owner} approves it.",
        to=f"/mappings/proposals/{made.id}",
    )


@router.post("/mappings/{table}/rollback")
def rollback(visit: Proposer, table: str, fields: Posted) -> Response:
    """Propose an earlier version of a row again."""
    known, company = table_of(table), company_of_form(visit, fields)
    version = _number(fields.text("version")) or 0
    why = fields.text("why") or f"Back to version {version}"
    made = roll_back(visit.console.desk, visit.actor, company, known.name, fields.text("key"), version, why=why)
    return visit.done(
        f"Proposal {made.id} would bring version {version} back. Somebody else approves it.",
        to=f"/mappings/proposals/{made.id}",
    )


def _form_page(
    visit: Visit, table: Table, company: str, form: Form, problems: Sequence[Problem] = (), *, status: int = 200
) -> Response:
    with visit.console.store.scope(company) as c:
        codes = known_codes(c, company, visit.console.clock())
        waiting = mapping_traffic.cases_on_rows(c, table.name)
    return visit.page(
        "mappings/propose.html",
        status=status,
        problems=problems,
        table=table,
        form=form,
        fields=table.fields_of(form.key),
        company=company,
        companies=companies_of(visit),
        codes=codes,
        has_codes=any(codes.of(field.kind) for field in table.fields_of(form.key)),
        waiting=[row for row in waiting if row.company == company],
        prefix=FIELD,
        key_choices=[(name, name.replace("_", " ")) for name in table.own_rows],
        choices_of=lambda field: [(choice, choice) for choice in field.choices],
    )


def _check_page(visit: Visit, table: Table, company: str, form: Form) -> Response:
    """The change side by side, and what it would do, before anything is written."""
    may_propose(visit.console.desk, visit.actor, company)
    if not form.why:
        raise BadRow([RowProblem(field="why", text="Say why: whoever approves it, and auditors, will read it.")])
    now = visit.console.clock()
    with visit.console.store.scope(company) as c:
        changes = planned(c, company, table, [form.wanted], today=today_of(visit))
        impact = impact_of(c, company, table.name, changes, now)
        said = list(doubts(table, changes, known_codes(c, company, now)))
    return visit.page(
        "mappings/check.html",
        table=table,
        form=form,
        company=company,
        change=changes[0],
        impact=impact,
        doubts=said,
        labels=labels_of(table, form.key),
        owner=table.owner_of(changes[0].key).value,
        prefix=FIELD,
    )


def labels_of(table: Table, key: str) -> dict[str, str]:
    """How people call the fields of a row."""
    return {field.name: field.label for field in table.fields_of(key)}


def _filled(table: Table, fields: Fields) -> Form:
    key = fields.text("key")
    return Form(
        key=key,
        value={field.name: fields.text(FIELD + field.name) for field in table.fields_of(key)},
        since=fields.text("since"),
        why=fields.text("why"),
        case_id=_number(fields.text("case")),
        ends=fields.text("ends") == "yes",
    )


def company_of_form(visit: Visit, fields: Fields) -> str:
    """The company that the form was for; the page's own where it names none that the visitor may see."""
    asked = fields.text("company")
    return asked if asked in companies_of(visit) else company_of(visit)


def _problem(of: RowProblem) -> Problem:
    is_plain = of.field in {"key", "since", "why"}
    return Problem(field=of.field if is_plain else FIELD + of.field, text=of.text)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
