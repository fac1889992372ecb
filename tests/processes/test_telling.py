"""Messages to webhooks: written with what happened, delivered until they are taken, given up in the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from tests.console.conftest import NOW, Clock
from tests.receiver import Receiver, receiving

from tieout.bootstrap import open_application
from tieout.connectors.webhook import Doorman, SignedPost
from tieout.domain.alerts.conditions import WEBHOOK_DEAF
from tieout.domain.alerts.judging import Rules
from tieout.domain.alerts.routing import Defaults, Row
from tieout.domain.legs import Leg
from tieout.domain.people import Actor, Role
from tieout.domain.telling import MEANINGS, Event
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes import standing
from tieout.processes.alerting import Alerting
from tieout.processes.alerting.gathering import troubles
from tieout.processes.desk import NotPossible
from tieout.processes.late_legs import tell_late_legs
from tieout.processes.telling import Telling, choosing, delivering
from tieout.settings import load
from tieout.store import Store, audit, cases, documents, webhooks
from tieout.store.cases import Case, Trouble
from tieout.store.documents import Document
from tieout.store.vault import Vault

INTEGRATOR = Actor(name="ines", display_name="Ines", roles=(Role.INTEGRATION_OPERATOR,))
LIMITED = Actor(name="bea", display_name="Bea", roles=(Role.INTEGRATION_OPERATOR,), companies=("BETA",))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telling(store: Store, clock: Clock) -> Telling:
    """Telling that may reach programs on this machine."""
    vault = Vault(store, Fernet.generate_key())
    post = SignedPost(Doorman(loopback=True))
    return Telling(store=store, sealer=vault, post=post, clock=clock, companies=("ACME", "BETA"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def make(telling: Telling, receiver: Receiver, company: str = "ACME", *events: Event) -> choosing.Made:
    chosen = [event.value for event in events or tuple(MEANINGS)]
    return choosing.make(telling, INTEGRATOR, company=company, url=receiver.url, events=chosen)


def run(telling: Telling, webhook_id: int) -> None:
    """One run of the webhook's lane."""
    deadline = Deadline(30.0, threading.Event())
    delivering.deliver(telling, LaneJob(company=delivering.EVERY_LANE, lane=webhook_id, deadline=deadline))


def document(store: Store, company: str = "ACME", key: str = "RMA1") -> Document:
    with store.scope(company) as c:
        return documents.touch(c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW)


def open_case(store: Store, of: Document, at: datetime = NOW) -> Case:
    trouble = Trouble(
        code="UNMAPPED", owner="finance", fault_class="data", faults=[{"saw": "Ann"}], stake_minor=100, currency="GBP"
    )
    with store.scope(of.company) as c:
        return cases.open_or_update(c, of, trouble, at=at)


def messages(store: Store, webhook_id: int) -> list[webhooks.Message]:
    with store.scope(None) as c:
        return webhooks.messages_of(c, webhook_id)[::-1]


def test_what_happens_to_a_case_and_a_document_is_told_once_and_in_order(
    telling: Telling, receiver: Receiver, store: Store
) -> None:
    made = make(telling, receiver)
    rma = document(store)
    case = open_case(store, rma)
    open_case(store, rma)
    with store.scope("ACME") as c:
        cases.close(c, case.id, by="ann", how="put right", at=NOW)
        documents.settle(c, rma, state="done", due_at=None, at=NOW, troubled_since=None)
    run(telling, made.webhook.id)
    assert [taken.event["type"] for taken in receiver.taken] == ["case.opened", "case.closed", "document.tied_out"]
    first = receiver.taken[0].event
    assert first == {
        "type": "case.opened",
        "timestamp": "2026-11-20T09:05:00+00:00",
        "data": {
            "company": "ACME",
            "case": case.id,
            "state": "open",
            "code": "UNMAPPED",
            "owner": "finance",
            "document": {"kind": "return", "key": "RMA1"},
        },
    }
    assert all(taken.is_signed_with(made.secret, now=NOW.timestamp()) for taken in receiver.taken)
    assert [one.state for one in messages(store, made.webhook.id)] == ["delivered"] * 3
    run(telling, made.webhook.id)
    assert len(receiver.taken) == 3


def test_a_leg_that_falls_due_unseen_is_told_of_once(telling: Telling, receiver: Receiver, store: Store) -> None:
    made = make(telling, receiver, "ACME", Event.LEG_OVERDUE)
    rma = document(store)
    with store.scope("ACME") as c:
        for kind, minutes in (("credit note", 10), ("stock in", 90)):
            due = NOW + timedelta(minutes=minutes)
            leg = Leg(system="sage", kind=kind, ref=kind, amount=None, quantity=Decimal(1), due_by=due, owner="finance")
            standing.declare(c, rma, (leg,), at=NOW)
    told = []
    for minutes in (0, 5, 10, 20, 30, 120, 130):
        with store.scope("ACME") as c:
            told.append(tell_late_legs(c, "ACME", "sage", now=NOW + timedelta(minutes=minutes)))
    assert told == [0, 0, 0, 1, 0, 1, 0]
    waiting = messages(store, made.webhook.id)
    assert [one.event for one in waiting] == ["leg.overdue"] * 2
    bodies: list[Any] = [one.body for one in waiting]
    assert [body["data"]["leg"]["kind"] for body in bodies] == ["credit note", "stock in"]


def test_what_is_rolled_back_is_not_told(telling: Telling, receiver: Receiver, store: Store) -> None:
    made = make(telling, receiver)
    rma = document(store)

    def fail() -> None:
        with store.scope("ACME") as c:
            documents.settle(c, rma, state="done", due_at=None, at=NOW, troubled_since=None)
            raise RuntimeError("the transaction fails")

    with pytest.raises(RuntimeError, match="fails"):
        fail()
    assert messages(store, made.webhook.id) == []


def test_a_webhook_is_told_only_of_its_company_and_its_events(
    telling: Telling, receiver: Receiver, store: Store
) -> None:
    acme = make(telling, receiver, "ACME", Event.CASE_OPENED)
    everybody = make(telling, receiver, "*", Event.CASE_OPENED, Event.DOCUMENT_TIED_OUT)
    for company in ("ACME", "BETA"):
        rma = document(store, company)
        open_case(store, rma)
        with store.scope(company) as c:
            documents.settle(c, rma, state="done", due_at=None, at=NOW, troubled_since=None)
    told = {
        made.webhook.id: [(one.company, one.event) for one in messages(store, made.webhook.id)]
        for made in (acme, everybody)
    }
    assert told[acme.webhook.id] == [("ACME", "case.opened")]
    assert told[everybody.webhook.id] == [
        ("ACME", "case.opened"),
        ("ACME", "document.tied_out"),
        ("BETA", "case.opened"),
        ("BETA", "document.tied_out"),
    ]


def test_a_message_that_is_not_taken_comes_again_later_under_the_same_id(
    telling: Telling, receiver: Receiver, store: Store, clock: Clock
) -> None:
    made = make(telling, receiver)
    open_case(store, document(store))
    open_case(store, document(store, key="RMA2"))
    receiver.status = 503
    run(telling, made.webhook.id)
    run(telling, made.webhook.id)
    assert len(receiver.taken) == 1, "after one failure all its messages wait"
    with store.scope(None) as c:
        assert webhooks.due_webhooks(c, clock()) == []
    clock.pass_by(delivering.WAITS[0])
    receiver.status = 200
    with store.scope(None) as c:
        assert webhooks.due_webhooks(c, clock()) == [made.webhook.id]
    run(telling, made.webhook.id)
    first, again, second = receiver.taken
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != second.headers["webhook-id"]
    assert int(again.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5
    assert [(one.state, one.tries) for one in messages(store, made.webhook.id)] == [("delivered", 2), ("delivered", 1)]


def tried_until_over(telling: Telling, clock: Clock, store: Store, webhook_id: int, longest: timedelta) -> None:
    ends = clock.now + longest
    while clock.now < ends:
        run(telling, webhook_id)
        waiting = [one.due_at for one in messages(store, webhook_id) if one.due_at is not None]
        clock.now = min(waiting, default=ends)


def test_a_message_is_given_up_after_about_three_days_and_can_be_sent_again_by_hand(
    telling: Telling, receiver: Receiver, store: Store, clock: Clock
) -> None:
    made = make(telling, receiver)
    open_case(store, document(store))
    receiver.status = 500
    tried_until_over(telling, clock, store, made.webhook.id, timedelta(days=4))
    (given_up,) = messages(store, made.webhook.id)
    assert (given_up.state, given_up.tries) == ("given_up", len(delivering.WAITS) + 1)
    assert given_up.answer.startswith("HTTP 500")
    assert given_up.settled_at is not None
    assert timedelta(days=2, hours=12) < given_up.settled_at - NOW < timedelta(days=4)
    receiver.status = 204
    choosing.send_again(telling, INTEGRATOR, made.webhook.id, given_up.id)
    run(telling, made.webhook.id)
    assert messages(store, made.webhook.id)[0].state == "delivered"
    assert {taken.headers["webhook-id"] for taken in receiver.taken} == {given_up.message_id}
    with store.scope(None) as c:
        webhook = webhooks.webhook(c, made.webhook.id)
    assert webhook is not None
    assert (webhook.state, webhook.failing_since) == ("active", None)


def test_a_webhook_that_takes_nothing_for_days_is_closed_with_an_audit_entry(
    telling: Telling, receiver: Receiver, store: Store, clock: Clock
) -> None:
    made = make(telling, receiver)
    receiver.status = 410
    for number in range(3):
        open_case(store, document(store, key=f"RMA{number}"))
    tried_until_over(telling, clock, store, made.webhook.id, timedelta(days=8))
    with store.scope(None) as c:
        webhook = webhooks.webhook(c, made.webhook.id)
        entry = audit.entries(c, limit=1)[0]
        assert webhooks.due_webhooks(c, clock()) == []
    assert webhook is not None
    assert (webhook.state, webhook.closed_why) == ("closed", "It has taken nothing for 5 days.")
    assert (entry.action, entry.who) == ("webhook.closed", "Tieout")
    assert {one.state for one in messages(store, made.webhook.id)} == {"given_up"}
    open_case(store, document(store, key="RMA9"))
    assert len(messages(store, made.webhook.id)) == 3


def test_a_deaf_webhook_is_an_alert_until_it_hears_or_somebody_closes_it(
    telling: Telling, receiver: Receiver, store: Store, clock: Clock
) -> None:
    made = make(telling, receiver)
    open_case(store, document(store))
    receiver.status = 500
    run(telling, made.webhook.id)

    def deaf() -> list[str]:
        defaults = Defaults(served={}, technical=Row(steps=()), data=Row(steps=()), escalate_after=timedelta(hours=1))
        rules = Rules(grow_factor=10, clear_after=timedelta(hours=1), period_days=0)
        alerting = Alerting(store=store, clock=clock, channels={}, defaults=defaults, rules=rules)
        with store.scope(None) as c:
            found = troubles(alerting, c, clock())
        return [one.records[0].link for one in found if one.code == WEBHOOK_DEAF.code]

    assert deaf() == []
    clock.pass_by(timedelta(hours=1))
    assert deaf() == [f"/webhooks/{made.webhook.id}"]
    choosing.close(telling, INTEGRATOR, made.webhook.id)
    assert deaf() == []


def test_for_a_day_a_changed_secret_and_the_one_before_both_prove_a_message(
    telling: Telling, receiver: Receiver, store: Store, clock: Clock
) -> None:
    old = make(telling, receiver)
    new = choosing.change_secret(telling, INTEGRATOR, old.webhook.id)
    open_case(store, document(store))
    run(telling, old.webhook.id)
    clock.pass_by(choosing.BOTH_FOR)
    open_case(store, document(store, key="RMA2"))
    run(telling, old.webhook.id)
    during, after = receiver.taken
    assert during.is_signed_with(old.secret, now=NOW.timestamp())
    assert during.is_signed_with(new.secret, now=NOW.timestamp())
    assert after.is_signed_with(new.secret, now=clock.now.timestamp())
    assert not after.is_signed_with(old.secret, now=clock.now.timestamp())


def test_secrets_are_kept_encrypted_and_never_in_the_audit(telling: Telling, receiver: Receiver, store: Store) -> None:
    made = make(telling, receiver)
    changed = choosing.change_secret(telling, INTEGRATOR, made.webhook.id)
    with store.scope(None) as c:
        kept = webhooks.webhook(c, made.webhook.id)
        entries = audit.entries(c)
        assert audit.verify_chain(c, "ACME") is None
    assert kept is not None
    for secret in (made.secret, changed.secret):
        assert secret.encode() not in kept.secret + (kept.previous_secret or b"")
        assert secret not in repr((kept, entries, made, changed))
    assert [entry.action for entry in entries] == ["webhook.secret_changed", "webhook.made"]


def test_a_test_message_is_sent_once_and_counts_for_nothing_when_it_is_not_taken(
    telling: Telling, receiver: Receiver, store: Store
) -> None:
    made = make(telling, receiver, "ACME", Event.CASE_OPENED)
    receiver.status = 404
    choosing.send_test(telling, INTEGRATOR, made.webhook.id)
    run(telling, made.webhook.id)
    assert [(one.event, one.state) for one in messages(store, made.webhook.id)] == [("test", "given_up")]
    with store.scope(None) as c:
        kept = webhooks.webhook(c, made.webhook.id)
    assert kept is not None
    assert kept.failing_since is None


def test_a_name_that_leads_inside_when_it_is_called_is_not_called(telling: Telling, store: Store) -> None:
    inside = SignedPost(Doorman(resolve=lambda _name, _port: ["169.254.169.254"]))
    guarded = Telling(store=store, sealer=telling.sealer, post=inside, clock=telling.clock, companies=telling.companies)
    made = choosing.make(
        guarded, INTEGRATOR, company="ACME", url="https://hooks.example.co.uk/", events=["case.opened"]
    )
    open_case(store, document(store))
    run(guarded, made.webhook.id)
    (message,) = messages(store, made.webhook.id)
    assert (message.state, "private network" in message.answer) == ("waiting", True)


REFUSED: list[tuple[str, Callable[[Telling, choosing.Made], object]]] = [
    (
        "private network",
        lambda t, _: choosing.make(t, INTEGRATOR, company="*", url="https://10.0.0.1/", events=["case.opened"]),
    ),
    (
        "no such company",
        lambda t, m: choosing.make(t, INTEGRATOR, company="X", url=m.webhook.url, events=["case.opened"]),
    ),
    ("some companies", lambda t, m: choosing.make(t, LIMITED, company="*", url=m.webhook.url, events=["case.opened"])),
    (
        "no such company",
        lambda t, m: choosing.make(t, LIMITED, company="ACME", url=m.webhook.url, events=["case.opened"]),
    ),
    ("at least one event", lambda t, m: choosing.change_events(t, INTEGRATOR, m.webhook.id, [])),
    ("at least one event", lambda t, m: choosing.change_events(t, INTEGRATOR, m.webhook.id, ["nothing.happened"])),
    ("no such webhook", lambda t, m: choosing.close(t, LIMITED, m.webhook.id)),
    ("no such webhook", lambda t, m: choosing.change_secret(t, LIMITED, m.webhook.id)),
    ("no such message", lambda t, m: choosing.send_again(t, INTEGRATOR, m.webhook.id, 12345)),
    ("open already", lambda t, m: choosing.open_again(t, INTEGRATOR, m.webhook.id)),
]


@pytest.mark.parametrize(("reason", "act"), REFUSED)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    telling: Telling, receiver: Receiver, reason: str, act: Callable[[Telling, choosing.Made], object]
) -> None:
    made = make(telling, receiver)
    with pytest.raises(NotPossible, match=reason):
        act(telling, made)


def test_a_closed_webhook_is_told_nothing_until_it_is_opened_again(
    telling: Telling, receiver: Receiver, store: Store
) -> None:
    made = make(telling, receiver)
    open_case(store, document(store))
    choosing.close(telling, INTEGRATOR, made.webhook.id)
    open_case(store, document(store, key="RMA2"))
    run(telling, made.webhook.id)
    choosing.open_again(telling, INTEGRATOR, made.webhook.id)
    open_case(store, document(store, key="RMA3"))
    run(telling, made.webhook.id)
    assert [taken.event["data"]["document"]["key"] for taken in receiver.taken] == ["RMA3"]


def test_a_running_installation_delivers_what_was_written(address: str, tmp_path: Path) -> None:
    config = tmp_path / "tieout.toml"
    config.write_text(f'[database]\naddress = "{address}"\n[web]\nwebhooks_to_this_machine = true\n', encoding="utf-8")
    stop = threading.Event()
    with receiving(then=stop.set) as receiver:
        application = open_application(load(config), tmp_path)
        try:
            made = make(application.telling, receiver, "*")
            open_case(application.store, document(application.store))
            late = threading.Timer(30.0, stop.set)
            late.start()
            application.engine.work(concurrency=1, stop=stop, tick=application.tick)
            late.cancel()
        finally:
            application.close()
    assert [taken.event["type"] for taken in receiver.taken] == ["case.opened"]
    assert receiver.taken[0].is_signed_with(made.secret)
