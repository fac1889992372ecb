"""What left the bank for refunds, by the payment provider's own account of it.

A refund that the provider's balance shows must be paid out; a leg of its document says so, and is seen once the
payout that holds it is paid. The reconciliation of whole payouts with the ledger is a matter of its own.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.payouts import BalanceMovement
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.identifiers import find_key
from tieout.domain.legs import Leg
from tieout.domain.returns.adopted import document_key
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes import standing
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.lanes import Floor
from tieout.processes.rules import rules_on
from tieout.store import cross_references, documents, legs, sweeps
from tieout.store.documents import Document
from tieout.store.store import Connection

log = structlog.get_logger()

SYSTEM, LEG = "payouts", "left the bank"
GRACE_DAYS = 7
"""How long a payout may take, unless the house has set `payout_grace_days`."""
PAID = "PAID"


def sweep_payouts(floor: Floor, company: Company, back: timedelta) -> int:
    """See which refunds have left the bank; returns how many were seen. A company without payouts has none."""
    now = floor.clock()
    if company.payouts is None:
        return 0
    with floor.store.scope(company.name) as c:
        tables = rules_on(c, company.name, uk_date(now))
    if tables.policy("payouts") != "on":
        return 0
    grace = timedelta(days=tables.number("payout_grace_days", GRACE_DAYS))
    listed = seen = 0
    try:
        refunds = {number: r for r in company.storefront.refunds(now - back) for number in r.transactions}
        for movement in company.payouts.movements(now - back):
            refund = refunds.get(movement.transaction_id)
            if movement.kind != "refund" or movement.is_test or refund is None:
                continue
            listed += 1
            with floor.store.scope(company.name) as c:
                seen += _see_movement(floor, company, c, refund, movement, grace)
    except ConnectorError as error:
        log.warning("sweep.stopped", company=company.name, sweep=SYSTEM, reason=str(error))
        return seen
    with floor.store.scope(company.name) as c:
        counted = {"listed": listed, "seen": seen}
        sweeps.swept(c, company.storefront_account, SYSTEM, high_water=now.isoformat(), counted=counted, at=now)
    return seen


def _see_movement(
    floor: Floor, company: Company, c: Connection, refund: ShopRefund, movement: BalanceMovement, grace: timedelta
) -> int:
    """Expect that the refund leaves the bank, and see it once its payout is paid; returns 1 for that."""
    document = _document_of(c, company.name, refund)
    if document is None:
        return 0
    now, amount = floor.clock(), abs(movement.amount)
    expected = Leg(
        system=SYSTEM,
        kind=LEG,
        ref=movement.movement_id,
        amount=amount,
        quantity=None,
        due_by=refund.made_at + grace,
        owner="finance",
    )
    standing.declare(c, document, [expected], at=now)
    if movement.payout_status.upper() != PAID:
        return 0
    found = standing.seen_leg(
        SYSTEM, LEG, movement.movement_id, "finance", amount=amount, reference=f"payout {movement.payout_id}"
    )
    legs.see(c, document, found, at=now)
    return 1


def _document_of(c: Connection, company: str, refund: ShopRefund) -> Document | None:
    """The document that accounts for a refund: by our key, as adopted, as a stray, or the one return of its order."""
    key = find_key(refund.note)
    owner = legs.document_of(c, ref=key) if key else None
    if owner is not None:
        return documents.document(c, company, *owner)
    for kind, name in ((RETURN, document_key(refund.refund_id)), (REFUND, refund.refund_id)):
        document = documents.document(c, company, kind, name)
        if document is not None:
            return document
    names = {one.document_key for one in cross_references.find(c, refund.order_id) if one.document_kind == RETURN}
    return documents.document(c, company, RETURN, names.pop()) if len(names) == 1 else None
