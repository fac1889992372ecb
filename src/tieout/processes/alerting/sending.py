"""Sends what is to be said, and keeps the proof of every try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import structlog

from tieout.domain.alerts.wording import Words, digest_of, uk_moment
from tieout.ports.errors import ConnectorError, Refused
from tieout.ports.notices import NoticeText
from tieout.processes.alerting import Alerting
from tieout.store import alerts
from tieout.store.alerts import Notice, NoticeState

log = structlog.get_logger()


def send_due(alerting: Alerting) -> int:
    """Send everything that is due, several notices of one channel as one message; returns how many were sent.

    No transaction is open while a message is under way.
    """
    with alerting.store.scope(None) as c:
        due = alerts.take_due(c, alerting.clock(), lease=alerting.limits.lease)
    sent = 0
    for _, group in groupby(sorted(due, key=_parcel), key=_parcel):
        sent += _send(alerting, list(group))
    return sent


def _parcel(notice: Notice) -> tuple[str, bool, bool, int]:
    """What goes in one message: one channel, good news apart from bad, tests and later tries by themselves."""
    return notice.channel, notice.why == "cleared", notice.why == "test", notice.tries


def _send(alerting: Alerting, notices: Sequence[Notice]) -> int:
    channel = alerting.channels.get(notices[0].channel)
    if channel is None:
        return _settled(alerting, notices, "given_up", "no channel of this name is in the settings any more")
    try:
        proof = channel.send(_message(alerting, notices))
    except Refused as error:
        return _settled(alerting, notices, "given_up", str(error))
    except ConnectorError as error:
        return _settled(alerting, notices, "waiting", str(error))
    return _settled(alerting, notices, "sent", proof)


def _message(alerting: Alerting, notices: Sequence[Notice]) -> NoticeText:
    said = [notice.said.partition("\n\n") for notice in notices]
    words = digest_of([Words(title=title, text=text) for title, _, text in said], public_url=alerting.public_url)
    numbers = "-".join(dict.fromkeys((str(notices[0].id), str(notices[-1].id))))
    is_good = notices[0].why == "cleared"
    return NoticeText(number=f"notice-{numbers}", title=words.title, text=words.text, is_good=is_good)


def _settled(alerting: Alerting, notices: Sequence[Notice], state: NoticeState, answer: str) -> int:
    """Record how one try ended; a message that failed waits twice as long as before, until its tries are used up."""
    limits, now = alerting.limits, alerting.clock()
    for notice in notices:
        is_over = state == "waiting" and notice.tries >= limits.tries_max
        ended: NoticeState = "given_up" if is_over else state
        due_at = now + limits.first_wait * 2 ** (notice.tries - 1) if ended == "waiting" else None
        with alerting.store.scope(None) as c:
            proof = _line(notice.tries, now, "sent" if ended == "sent" else "not sent", answer)
            alerts.settle_notice(c, notice.id, state=ended, proof=proof, due_at=due_at, at=now)
        log.info("alerts.notice", channel=notice.channel, notice=notice.id, state=ended, tries=notice.tries)
    return len(notices) if state == "sent" else 0


def _line(number: int, at: datetime, outcome: str, answer: str) -> str:
    """One try in words, with its time in the UK."""
    return f"Try {number}, {uk_moment(at)}: {outcome}, {' '.join(answer.split())}"
