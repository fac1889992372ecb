"""Programs that asked for it are told of every leg that has fallen due and is not seen, once each."""

from __future__ import annotations

from datetime import datetime

from tieout.domain.telling import Event
from tieout.store import legs, sweeps, webhooks
from tieout.store.store import Connection


def tell_late_legs(c: Connection, company: str, account: str, *, now: datetime) -> int:
    """Tell of the legs that fell due since the last look; returns of how many.

    The first look of a company only remembers its time: what was late before anybody listened is on the desk.
    """
    name = f"late legs of {company}"
    last = sweeps.sweep(c, account, name)
    since = datetime.fromisoformat(last.high_water) if last is not None else now
    late = legs.fell_due(c, company, since=since, until=now)
    for leg in late:
        webhooks.tell(
            c,
            Event.LEG_OVERDUE,
            company=company,
            at=now,
            document={"kind": leg.document_kind, "key": leg.document_key},
            leg={"system": leg.system, "kind": leg.kind, "ref": leg.ref},
            owner=leg.owner,
        )
    sweeps.swept(c, account, name, high_water=now.isoformat(), counted={"told": len(late)}, at=now)
    return len(late)
