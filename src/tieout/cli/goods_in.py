"""`tieout goods-in`: a person tells what came in, where no system does."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import click

from tieout.bootstrap import Application, desk_receiver
from tieout.cli.shared import Context, UserError, json_option, known_company, say, who
from tieout.intake.webhooks import Message, store_message
from tieout.ports.inbound import MalformedError
from tieout.processes.goods_in import told_for
from tieout.processes.returns import KIND
from tieout.store import audit, documents

GRADES = ("good", "damaged", "ungraded")
DESK = "desk"

View = dict[str, Any]
"""Plain JSON for people and programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What somebody counted, before it has a number."""

    rma: str
    lines: tuple[View, ...]
    at: datetime | None
    is_final: bool
    note: str
    by: str


@click.command(
    help="Tell what came in for an RMA, where no warehouse system does.\n\nName --sku, --quantity and --grade once for "
    "each line; one --quantity or --grade given for several --sku counts for all. Told twice on one day the same "
    "goods count once: give a second parcel a --receipt of its own. To correct a count, tell it again under the "
    "receipt number that was printed.\n\n"
    "Example: tieout goods-in 1042 --sku MUG --quantity 2 --grade good --sku BOWL --quantity 1 --grade damaged"
)
@click.argument("rma")
@click.option("--sku", "skus", multiple=True, required=True, help="Stock code.")
@click.option("--quantity", "quantities", multiple=True, type=click.IntRange(min=1), help="How many (default: 1).")
@click.option("--grade", "grades", multiple=True, type=click.Choice(GRADES), help="Condition (default: ungraded).")
@click.option("--at", type=click.DateTime(), default=None, help="When they came in, UTC (default: now).")
@click.option("--warehouse", default="", help="Where, by Sage's name (default: as the disposition table says).")
@click.option("--partial", is_flag=True, help="More is expected of this RMA.")
@click.option("--receipt", default="", help="Number of the receipt (default: made of RMA, day and goods).")
@click.option("--note", default="", help="Anything worth keeping.")
@click.option("--by", default="", help="Who counted (default: the user at this terminal).")
@click.option("--company", default=None, help="Which company; needed where there are several.")
@json_option
@click.pass_obj
def goods_in(  # noqa: PLR0913, PLR0917 - click's options
    context: Context,
    rma: str,
    skus: tuple[str, ...],
    quantities: tuple[int, ...],
    grades: tuple[str, ...],
    at: datetime | None,
    warehouse: str,
    partial: bool,  # noqa: FBT001 - click's flag
    receipt: str,
    note: str,
    by: str,
    company: str | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Store the message as if a warehouse had sent it."""
    lines = tuple(
        {"sku": sku, "quantity": quantity, "grade": grade, "warehouse": warehouse}
        for sku, quantity, grade in zip(
            skus,
            _one_each("--quantity", quantities, len(skus), 1),
            _one_each("--grade", grades, len(skus), "ungraded"),
            strict=True,
        )
    )
    counted = Counted(
        rma=rma.strip(),
        lines=lines,
        at=at.replace(tzinfo=UTC) if at else None,
        is_final=not partial,
        note=note,
        by=by or who(),
    )
    with context.application() as application:
        view = _tell(application, _company(application, company), counted, receipt)
    say(as_json, view, lambda: _text(view))


def _one_each(option: str, given: tuple[Any, ...], count: int, default: object) -> tuple[Any, ...]:
    """One value for each line."""
    if len(given) not in {0, 1, count}:
        raise UserError(f"Give {option} once, or once for each of the {count} --sku.", code=2)
    return given if len(given) == count else (given or (default,)) * count


def _company(application: Application, company: str | None) -> str:
    """The company named, or the only one; UserError when none tells goods in."""
    names = list(application.companies)
    chosen = known_company(application, company) or (names[0] if len(names) == 1 else None)
    if chosen is None:
        raise UserError(f"Say which company with --company: {', '.join(names) or 'none is configured'}.", code=2)
    if application.companies[chosen].goods_in is None:
        raise UserError(
            f'{chosen} takes receipt from the returns portal. To tell it here, write goods_in = ["{DESK}"] in '
            f"[company.{chosen}], and set its policy: "
            f"`tieout mapping set {chosen} policy receipt_authority value=warehouse`."
        )
    return chosen


def _tell(application: Application, company: str, counted: Counted, receipt: str) -> View:
    """Store the message; of a receipt that was told before, what is told now stands."""
    now = application.clock()
    receiver = desk_receiver(application.settings, company)
    key = receiver.number_of(counted.rma)
    body = _body(counted, key, receipt, counted.at or now)
    message = Message(account=DESK, body=json.dumps(body).encode(), content_type="application/json", received_at=now)
    with application.store.scope(company) as c:
        was_told = bool(told_for(c, DESK, body["receipt_id"]))
        known = documents.document(c, company, KIND, key)
    try:
        envelope = receiver.inbound.open({"webhook-id": str(uuid4())}, {}, message.body)
        store_message(application.intake, receiver, message, envelope)
    except MalformedError as error:
        raise UserError(f"Nothing was stored: {error}.", code=2) from None
    with application.store.scope(company) as c:
        audit.append(
            c, at=now, who=who(), company=company, action="goods-in", subject=f"return {key}", before=None, after=body
        )
    return {
        "company": company,
        "rma": key,
        "receipt": body["receipt_id"],
        "was_told_before": was_told,
        "units": sum(line["quantity"] for line in counted.lines),
        "is_rma_known": known is not None,
    }


def _body(counted: Counted, rma: str, receipt: str, at: datetime) -> View:
    """The message; goods told twice on one day without a number of their own get the same number."""
    digest = hashlib.sha256(json.dumps(counted.lines, sort_keys=True).encode()).hexdigest()[:6]
    return {
        "receipt_id": receipt or f"{rma}-{at:%Y%m%d}-{digest}",
        "rma": rma,
        "received_at": at.isoformat(),
        "is_final": counted.is_final,
        "note": counted.note,
        "by": counted.by,
        "lines": list(counted.lines),
    }


def _text(view: View) -> str:
    told = f"Receipt {view['receipt']}: {view['units']} units for RMA {view['rma']} of {view['company']}."
    if view["was_told_before"]:
        told += (
            " It was told before; what you told now stands, and nothing is counted twice. "
            "Give another parcel a number of its own with --receipt."
        )
    return told if view["is_rma_known"] else f"{told} This RMA is new here: the portal is asked for it."
