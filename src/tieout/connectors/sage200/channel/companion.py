"""The on-site companion beside Sage 200: what the public API cannot do (docs/contracts/companion.openapi.json).

It remembers every key: the same key and content is answered again, never done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from tieout.connectors.sage200.client import read
from tieout.connectors.sage200.errors import Reading, tidy, without_secrets
from tieout.connectors.sage200.limits import refuse_wide
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.allotment import Credit, Receipt
from tieout.connectors.sage200.wire import About, Problem, Remembered
from tieout.connectors.transport import Json, Reply, Transport, wait_asked, write_json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    Locked,
    OutcomeUnknown,
    Refused,
    Unavailable,
)

CONTRACT = 1
"""The version of the contract that we speak."""


class Companion:
    """One company's companion service."""

    def __init__(
        self,
        settings: Sage200Settings,
        transport: Transport,
        clock: Callable[[], datetime],
        lock_words: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        key = settings.companion_key.get_secret_value() if settings.companion_key else ""
        self._transport = transport
        self._refuses_wide_text = settings.compat.wide_text == "refuse"
        self._clock = clock
        self._headers = {
            "Authorization": f"Bearer {key}",
            "X-Company": str(settings.company_id),
            "Accept": "application/json",
        }
        self._secrets = settings.secrets()
        self._busy = timedelta(seconds=settings.busy_seconds)
        self._reading = Reading(
            patterns=lambda: (*settings.lock_patterns, *lock_words()), busy=self._busy, secrets=self._secrets
        )

    def about(self) -> About:
        """What it is and which contract it speaks."""
        reply = self._transport.send("GET", "/v1/about", writing=False, headers=self._headers)
        if not reply.is_success:
            raise self._failure(reply, "GET /v1/about", writing=False)
        return read(About, reply.json(), "/v1/about")

    def remembers(self, key: str) -> bool:
        """Whether something was done under the key: the look before posting."""
        return self.recalled(key) is not None

    def recalled(self, key: str) -> Remembered | None:
        """What was done under the key and what came of it; None when nothing was."""
        path = f"/v1/commands/{key}"
        reply = self._transport.send("GET", path, writing=False, headers=self._headers)
        if reply.status == 404:
            return None
        if not reply.is_success:
            raise self._failure(reply, f"GET {path}", writing=False)
        found = read(Remembered, reply.json(), path)
        return found if found.key == key else None

    def perform(self, path: str, body: Json) -> None:
        """Do it once per key; what is answered is no proof, the ledger is read instead."""
        if self._refuses_wide_text:
            refuse_wide(body)
        headers = {**self._headers, "Content-Type": "application/json"}
        reply = self._transport.send("POST", path, writing=True, headers=headers, content=write_json(body))
        if not reply.is_success:
            raise self._failure(reply, f"POST {path}", writing=True)

    def _failure(self, reply: Reply, place: str, *, writing: bool) -> ConnectorError:
        problem = problem_of(reply)
        sentence = tidy(without_secrets(problem.detail or problem.title, self._secrets))
        text = f"Companion: {place} answered {reply.status}: {sentence or 'no sentence'}"
        match problem.type.rpartition("#")[2]:
            case "key_conflict" if writing:
                return OutcomeUnknown(f"{text} (something else was done under this key: look)")
            case "locked":
                return Locked(text, problem.holder, problem.record) if writing else Busy(text, self._busy)
            case "unavailable":
                wait = wait_asked(reply.headers, now=self._clock(), otherwise=timedelta(0))
                return Busy(text, wait) if wait else Unavailable(text)
            case "not_found" if writing:
                return Refused(sentence or text)
        return self._reading.failure(reply, f"Companion: {place}", writing=writing, now=self._clock())


def problem_of(reply: Reply) -> Problem:
    """The problem details of an answer; empty when it holds none."""
    try:
        return Problem.model_validate(reply.json())
    except (BadAnswer, ValidationError):
        return Problem()


def receipt_body(command: c.ReceiveReturn, receipts: list[Receipt]) -> Json:
    """`POST /v1/returns/{return_id}/receipts`."""
    return {
        "key": command.key,
        "receipt_date": command.received_on.isoformat(),
        "lines": [
            {"return_line_id": row.line_id, "quantity": c.plain(row.quantity), "bin": row.bin} for row in receipts
        ],
    }


def credit_body(command: c.PostSopCreditNote, credits_: list[Credit]) -> Json:
    """`POST /v1/returns/{return_id}/credit-notes`."""
    return {
        "key": command.key,
        "credit_date": command.on.isoformat(),
        "narrative": command.narrative,
        "lines": [
            {
                "return_line_id": row.line_id,
                "quantity": c.plain(row.quantity),
                "net_value": row.net.text(),
                "tax_value": row.tax.text(),
            }
            for row in credits_
        ],
    }


def write_on_body(command: c.WriteOn) -> Json:
    """`POST /v1/stock/write-ons`; without a unit cost Sage takes the item's own."""
    return {
        "key": command.key,
        "second_reference": command.second_reference,
        "product_code": command.sku,
        "warehouse": command.warehouse,
        "bin": command.bin,
        "quantity": c.plain(command.quantity),
        "date": command.on.isoformat(),
        "nominal": nominal_body(command.nominal),
        "narrative": command.narrative,
    }


def nominal_body(nominal: Nominal) -> Json:
    """A nominal as the companion names it."""
    return {
        "account": nominal.account,
        "cost_centre": nominal.cost_centre,
        "department": nominal.department,
    }
