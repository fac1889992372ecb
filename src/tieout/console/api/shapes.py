"""Shapes of answers that several areas share, and those of accounts, alerts, audit and webhooks."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from tieout.console.api.values import Moment, MoneyShape, money_or_none
from tieout.domain.alerts.troubles import Alert
from tieout.processes.account_health import Health, Sign
from tieout.store.audit import AuditEntry
from tieout.store.webhooks import Message, Webhook

Item = TypeVar("Item")


class PageShape(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(default=None, description="Send it as `cursor` for the page after; null at the end")


class DoneShape(BaseModel):
    """What came of an act."""

    said: str = Field(description="One sentence, as a person would read it")
    waits_for_second: bool = Field(default=False, description="It counts only once a second person has agreed")


class RefShape(BaseModel):
    """A document by name."""

    company: str
    kind: str
    key: str


class SignShape(BaseModel):
    """One thing that was looked at."""

    word: Literal["good", "warn", "bad", "unknown"]
    sentence: str

    @classmethod
    def of(cls, sign: Sign) -> SignShape:
        """A sign."""
        return cls(word=sign.word, sentence=sign.sentence)


class AccountShape(BaseModel):
    """One configured connection, and how it is."""

    name: str
    system: str
    companies: list[str]
    complete: SignShape
    correct: SignShape
    fresh: SignShape
    last_answered_at: Moment | None
    resting_until: Moment | None

    @classmethod
    def of(cls, health: Health) -> AccountShape:
        """An account's health."""
        return cls(
            name=health.account.name,
            system=health.account.system,
            companies=list(health.account.companies),
            complete=SignShape.of(health.complete),
            correct=SignShape.of(health.correct),
            fresh=SignShape.of(health.fresh),
            last_answered_at=health.last_answered,
            resting_until=health.paused_until,
        )


class AlertShape(BaseModel):
    """One cause of trouble that somebody is told of."""

    id: int
    company: str = Field(description="* for the installation")
    kind: str
    code: str
    title: str
    owner: str
    ladder: Literal["technical", "data"]
    state: Literal["open", "acknowledged", "cleared"]
    records: int = Field(description="How many records it stands for")
    stake: MoneyShape | None
    first_at: Moment
    last_at: Moment
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    cleared_at: Moment | None

    @classmethod
    def of(cls, alert: Alert) -> AlertShape:
        """An alert."""
        return cls(
            id=alert.id,
            company=alert.company,
            kind=alert.kind,
            code=alert.code,
            title=alert.title,
            owner=alert.owner,
            ladder=alert.ladder,
            state=alert.state,
            records=alert.times,
            stake=money_or_none(alert.stake_minor, alert.currency),
            first_at=alert.first_at,
            last_at=alert.last_at,
            acknowledged_by=alert.acknowledged_by,
            acknowledged_at=alert.acknowledged_at,
            cleared_at=alert.cleared_at,
        )


class AuditShape(BaseModel):
    """One change, chained to the one before by its hash."""

    seq: int
    at: Moment
    who: str
    company: str
    action: str
    subject: str
    before: Any
    after: Any
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditShape:
        """An entry."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class WebhookShape(BaseModel):
    """One program that is told of events."""

    id: int
    company: str = Field(description="* for all companies")
    url: str
    events: list[str]
    state: Literal["active", "closed"]
    closed_why: str
    failing_since: Moment | None
    old_secret_until: Moment | None = Field(description="Until when messages are signed with the old secret too")
    created_by: str
    created_at: Moment

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookShape:
        """A webhook, without its secret."""
        return cls(
            id=webhook.id,
            company=webhook.company,
            url=webhook.url,
            events=list(webhook.events),
            state=webhook.state,
            closed_why=webhook.closed_why,
            failing_since=webhook.failing_since,
            old_secret_until=webhook.previous_until,
            created_by=webhook.created_by,
            created_at=webhook.created_at,
        )


class WebhookWithSecretShape(WebhookShape):
    """A webhook with its new secret."""

    secret: str = Field(description="Shown this once: keep it. Messages are proved with it")


class MessageShape(BaseModel):
    """One message to a webhook."""

    id: int
    message_id: str = Field(description="The webhook-id header, the same on every try")
    company: str
    event: str
    state: Literal["waiting", "delivered", "given_up"]
    tries: int
    answer: str = Field(description="What was answered last, for instance `HTTP 200 in 41 ms`")
    made_at: Moment
    due_at: Moment | None
    settled_at: Moment | None

    @classmethod
    def of(cls, message: Message) -> MessageShape:
        """A message, without what it tells."""
        return cls(**{name: getattr(message, name) for name in cls.model_fields})
