"""Something of everything that the API shows, so that what is tried against it finds records."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.console.conftest import NOW, add_person
from tests.receiver import Receiver

from tieout.console.parts import Console
from tieout.domain.alerts.troubles import Alert
from tieout.domain.people import Actor, Role
from tieout.domain.telling import MEANINGS
from tieout.processes.desk import acts
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.telling import choosing
from tieout.store import alerts, cases, cross_references, documents, figures, legs, mapping_rules
from tieout.store.cases import Trouble
from tieout.store.cross_references import CrossReference
from tieout.store.legs import ExpectedLeg, SeenLeg
from tieout.store.store import Connection

EVERYBODY = Actor(name="robot", display_name="Robot", roles=tuple(Role))
KEYS = ("RMA1", "RMA/2", "RMA 3", "RMÄ4 £", "RMA%5", "RMA#6?x=1", "RMA7")


def fill(console: Console, receiver: Receiver | None = None) -> None:
    """Documents with legs and cases in two companies, people, alerts, mapping rows and a webhook."""
    add_person(console.store, "maria", Role.OPERATIONS)
    for company in console.companies:
        with console.store.scope(company) as c:
            for number, key in enumerate(KEYS):
                _document(c, company, key, number)
            _mapping(c, company)
            alerts.raise_alert(c, _alert(company))
        propose(
            console.desk,
            EVERYBODY,
            company,
            "reason",
            [Wanted(key="Faulty", value={"code": "faulty", "account": "4020", "grade": "damaged"}, since=NOW.date())],
            why="a nominal of its own",
        )
    with console.store.scope(None) as c:
        figures.keep_debt(c, console.companies, now=NOW)
        first = cases.open_cases(c)[0].id
    acts.comment(console.desk, EVERYBODY, first, said="@maria please look")
    if receiver is not None:
        events = [event.value for event in MEANINGS]
        choosing.make(console.others, EVERYBODY, company="*", url=receiver.url, events=events)


def _document(c: Connection, company: str, key: str, number: int) -> None:
    made = documents.touch(
        c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW - timedelta(days=number)
    )
    documents.describe(c, made, title=f"Return {key}", stake_minor=1000 + number, currency="GBP")
    due_by = NOW + timedelta(hours=number - 3)
    expected = ExpectedLeg(
        system="sage",
        kind="credit note",
        ref="a",
        owner="finance",
        currency="GBP",
        minor=1200,
        quantity=Decimal(2),
        due_by=due_by,
    )
    legs.declare(c, made, [expected], at=NOW)
    seen = SeenLeg(
        system="sage",
        kind="credit note",
        ref="a",
        owner="finance",
        currency="GBP",
        minor=1200 + number % 2,
        quantity=Decimal(2),
        reference="SCN10023",
    )
    if number % 3:
        legs.see(c, made, seen, at=NOW)
    named = CrossReference(
        company=company,
        document_kind="return",
        document_key=key,
        system="storefront",
        kind="order",
        value=f"#10{number}",
    )
    cross_references.note(c, named)
    trouble = Trouble(
        code=("PERIOD_CLOSED", "MALFORMED_PAYLOAD")[number % 2],
        owner=("finance", "operations")[number % 2],
        fault_class="data",
        faults=[{"at": "line 1", "saw": "x", "wanted": "y"}],
        stake_minor=1000 + number,
        currency="GBP",
        cause="a cause",
        due_at=due_by,
    )
    cases.open_or_update(c, made, trouble, at=NOW)


def _mapping(c: Connection, company: str) -> None:
    rule = mapping_rules.propose(
        c,
        company=company,
        table_name="reason",
        key="Too small",
        value={"code": "sound", "account": "4010", "grade": "good"},
        in_force_from=date(2026, 1, 1),
        owner="finance",
        proposed_by="ann",
    )
    mapping_rules.approve(c, rule.id, by="ben", at=NOW)


def _alert(company: str) -> Alert:
    return Alert(
        id=0,
        company=company,
        cause="case:a cause",
        kind="case",
        code="MALFORMED_PAYLOAD",
        title="A message cannot be read",
        owner="integration",
        ladder="technical",
        state="open",
        times=3,
        stake_minor=1200,
        currency="GBP",
        records=(),
        first_at=NOW,
        last_at=NOW,
    )
