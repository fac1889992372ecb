"""A house with trouble, channels that lead to stand-ins, and a time that tests move; its database is a real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from tests.processes.receivers import Web

from tieout.connectors.notices import open_channel
from tieout.connectors.notices.settings import ChannelSettings
from tieout.domain.alerts.judging import Rules
from tieout.domain.alerts.routing import Defaults, Hours, Row, served_by
from tieout.domain.people import Actor, Role
from tieout.processes.alerting import Alerting, Limits
from tieout.processes.alerting.looking import Looked, look
from tieout.processes.alerting.sending import send_due
from tieout.store import Store, cases, documents
from tieout.store.cases import Trouble

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
ANN = Actor(name="ann", display_name="Ann", roles=(Role.FINANCE,))
OLLIE = Actor(name="ollie", display_name="Ollie", roles=(Role.INTEGRATION_OPERATOR,))
SECRET = "s3cret-word"


class TellingHouse:
    """Trouble, channels and a time that tests move."""

    def __init__(self, store: Store, targets: Mapping[str, Web], **changes: Any) -> None:  # noqa: ANN401 - parts of Alerting
        self.store = store
        self.now = NOON
        served = {name: (name,) for name in targets}
        settings = {
            name: ChannelSettings(kind="webhook", address=SecretStr(f"{target.url}/{SECRET}?token={SECRET}"))
            for name, target in targets.items()
        }
        parts: dict[str, Any] = {
            "channels": {name: open_channel(one) for name, one in settings.items()},
            "defaults": Defaults(
                served=served_by(served),
                technical=Row(steps=(("integration",),)),
                data=Row(steps=(("owner",), ("lead",)), hours=Hours()),
                escalate_after=timedelta(hours=1),
            ),
            "rules": Rules(grow_factor=10, clear_after=timedelta(minutes=15), period_days=0),
            "limits": Limits(tries_max=3),
            "public_url": "https://tieout.example",
        }
        self.alerting = Alerting(store=store, clock=lambda: self.now, **parts | changes)

    def open_cases(self, keys: Iterable[str], *, company: str = "ACME", **changes: Any) -> list[int]:  # noqa: ANN401 - parts of a case
        """Real cases of one cause, one for each document."""
        known: dict[str, Any] = {
            "code": "REASON_UNMAPPED",
            "owner": "finance",
            "fault_class": "data",
            "faults": [{"code": "REASON_UNMAPPED", "at": "MUG", "saw": "Too big", "wanted": "a mapped reason"}],
            "stake_minor": 1_250,
            "currency": "GBP",
            "cause": "REASON_UNMAPPED reason/too big",
        }
        trouble = Trouble(**known | changes)
        with self.store.scope(company) as c:
            return [
                cases.open_or_update(
                    c,
                    documents.touch(
                        c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=self.now, at=self.now
                    ),
                    trouble,
                    at=self.now,
                ).id
                for key in keys
            ]

    def close_cases(self, numbers: Iterable[int], *, company: str = "ACME") -> None:
        with self.store.scope(company) as c:
            for number in numbers:
                cases.close(c, number, by="ann", how="mapped", at=self.now)

    def look(self, after: timedelta = timedelta(0)) -> Looked:
        """Time passes, somebody looks, and what is due is sent."""
        self.now += after
        looked = look(self.alerting)
        send_due(self.alerting)
        return looked

    def settle_down(self) -> None:
        """Look until trouble has stood long enough to be told."""
        self.look()
        self.look(timedelta(minutes=2))
