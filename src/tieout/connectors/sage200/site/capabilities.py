"""How every command that concerns Sage 200 is done at one site, and why. Pure.

Rights are seen by reading: a role that may read a list and not write to it shows only when Sage refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from tieout.connectors.sage200.channel.companion import CONTRACT
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.facts import CONFIRM_DESPATCH, SiteFacts
from tieout.domain import commands as c
from tieout.ports.accounts import Capability

ELSEWHERE = (c.ShopCommand, c.PortalCommand, c.WarehouseCommand)
"""Commands to the storefront, to the returns portal and to warehouses."""
COMPANION_WORDS = {"issue_stock": "issue", "post_journal": "journal"}
"""Commands that the companion's contract calls by another name."""
ORDERS, LEDGER, STOCK, CASH = "Sales Order Processing", "Sales Ledger", "Stock Control", "Cash Book"


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """A command that the API does where these lists are there."""

    lists: tuple[str, ...]
    module: str
    since: str = ""
    """The release that brought it; empty where it was always there."""
    otherwise: str = ""
    """What to do at an older release."""
    sets_prices: bool = False
    """Whether it always states its own prices."""
    switches: tuple[tuple[str, bool, str], ...] = ()
    """(Setting of orders or of the sales ledger, how it must stand, what to do when it does not)."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSite:
    """A command that the API cannot do at all (4.1)."""


_NUMBERS = ("auto_generate_order_return_numbers", True, "switch on automatic numbers in the sales order settings")
_ORDER = Native(lists=("/sop_orders",), module=ORDERS)
_LEDGER = Native(lists=("/sales_posted_transactions",), module=LEDGER)
_WITH_BANK = Native(lists=("/sales_posted_transactions", "/banks"), module=f"{LEDGER} and {CASH}")
_CASH = Native(lists=("/bank_posted_transactions", "/banks"), module=CASH)
NEEDS: dict[str, Native | OnSite] = {
    "raise_return": Native(
        lists=("/sop_returns",),
        module=ORDERS,
        since="2025 R1",
        otherwise="credit by the ledger route, or upgrade",
        sets_prices=True,
        switches=(_NUMBERS,),
    ),
    "cancel_return": Native(
        lists=("/sop_returns",),
        module=ORDERS,
        since="2025 R1",
        otherwise="on the ledger route there is none to cancel",
    ),
    "receive_return": OnSite(),
    "post_sop_credit_note": OnSite(),
    "enter_order": Native(
        lists=("/sop_orders", "/customers"),
        module=f"{ORDERS} and {LEDGER}",
        switches=(
            _NUMBERS,
            ("amend_header_analysis_codes", True, "let analysis codes of orders be set: the key stands in one"),
        ),
        note="own prices need the right to override prices; without them Sage's prices stand",
    ),
    "amend_order": _ORDER,
    "allocate_order": _ORDER,
    "cancel_order": _ORDER,
    "despatch": Native(
        lists=(CONFIRM_DESPATCH,),
        module=ORDERS,
        since="August 2022",
        otherwise="confirm despatches in Sage, or upgrade",
    ),
    "post_sop_invoice": OnSite(),
    "raise_credit_note": _LEDGER,
    "post_refund_payment": _WITH_BANK,
    "allocate_credit": _LEDGER,
    "raise_invoice": _LEDGER,
    "post_receipt": _WITH_BANK,
    "allocate_postings": _LEDGER,
    "post_bank_entry": _CASH,
    "transfer_cash": _CASH,
    "post_journal": OnSite(),
    "write_on": OnSite(),
    "write_off": OnSite(),
    "issue_stock": OnSite(),
    "move_stock": Native(
        # A transfer cannot be asked about; stocktakes came with the same release (4.6).
        lists=("/stocktakes", "/warehouse_holdings"),
        module=STOCK,
        since="September 2020",
        otherwise="transfer stock in Sage, or upgrade",
    ),
    "count_stock": Native(
        lists=("/stocktakes",), module=STOCK, since="September 2020", otherwise="count stock in Sage, or upgrade"
    ),
    "open_customer": Native(
        lists=("/customers",),
        module=LEDGER,
        switches=(
            ("auto_generate_account_numbers", False, "let account numbers be given by hand, or open it in Sage"),
        ),
    ),
    "add_delivery_address": Native(
        lists=("/customer_delivery_addresses",),
        module=LEDGER,
        since="July 2021",
        otherwise="keep addresses in Sage, or upgrade",
    ),
    "write_memo": Native(
        lists=("/customer_memos", "/sales_posted_transaction_memos"),
        module=LEDGER,
        since="September 2020",
        otherwise="keep notes in Sage, or upgrade",
    ),
}
"""What each command needs, by its kind."""


def sage_commands() -> tuple[str, ...]:
    """The kind of every command that concerns Sage, read off the union of all commands."""
    elsewhere = {member for union in ELSEWHERE for member in (get_args(union) or (union,))}
    return tuple(_kind(command) for command in get_args(c.AnyCommand) if command not in elsewhere)


def capabilities(facts: SiteFacts, settings: Sage200Settings) -> tuple[Capability, ...]:
    """How every command is done; empty while the site or the company cannot be asked."""
    if facts.trouble or not settings.is_connected:
        return ()
    return tuple(capability_of(kind, facts, settings) for kind in sage_commands())


def capability_of(kind: str, facts: SiteFacts, settings: Sage200Settings) -> Capability:
    """How one command is done."""
    need = NEEDS[kind]
    if isinstance(need, OnSite):
        return _on_site(kind, facts, settings)
    return _native(kind, need, facts)


def missing_on_site(facts: SiteFacts) -> tuple[str, ...]:
    """The commands that the API cannot do and a companion that answers does not list."""
    if facts.companion is None or facts.companion.trouble:
        return ()
    wanted = [kind for kind, need in NEEDS.items() if isinstance(need, OnSite)]
    return tuple(kind for kind in wanted if COMPANION_WORDS.get(kind, kind) not in facts.companion.commands)


def _native(kind: str, need: Native, facts: SiteFacts) -> Capability:
    standings = {path: facts.standing(path) for path in need.lists}
    missing = [path for path, standing in standings.items() if standing == "missing"]
    forbidden = [path for path, standing in standings.items() if standing == "forbidden"]
    if missing:
        since = f" (it came with {need.since})" if need.since else ""
        what_to_do = need.otherwise or "check base_url, which names the edition"
        why = f"this site has no {_spoken(missing)}{since}: {what_to_do}"
        return Capability(command=kind, channel="not_possible", why=why)
    if forbidden:
        why = f"the Sage user's role may not use {_spoken(forbidden)}: give it {need.module}"
        return Capability(command=kind, channel="no_right", why=why)
    if need.sets_prices and facts.rights.override_prices_discounts is False:
        why = "the Sage user may not override prices, and the price is the one that was invoiced: allow it in Sage"
        return Capability(command=kind, channel="no_right", why=why)
    for name, wanted, what_to_do in need.switches:
        stands = getattr(facts.sop, name, getattr(facts.ledger, name, None))
        if stands is not None and stands != wanted:
            why = f"Sage's setting {name} forbids it: {what_to_do}"
            return Capability(command=kind, channel="not_possible", why=why)
    unknown = [path for path, standing in standings.items() if standing is None]
    notes = [f"{_spoken(unknown)} could not be asked for"] if unknown else []
    notes += [need.note] if need.note else []
    return Capability(command=kind, channel="native", why="; ".join(("Sage's API does it", *notes)))


def _on_site(kind: str, facts: SiteFacts, settings: Sage200Settings) -> Capability:
    companion = facts.companion
    if settings.channel == "manual" or companion is None:
        why = "Sage's API cannot do it and no companion is configured: a case says what to do in Sage"
        return Capability(command=kind, channel="manual", why=why)
    if companion.trouble:
        why = f"by the companion, which does not answer now: {companion.trouble}"
        return Capability(command=kind, channel="companion", why=why)
    if companion.contract != CONTRACT:
        why = f"the companion speaks contract {companion.contract}, and Tieout {CONTRACT}: update the older one"
        return Capability(command=kind, channel="not_possible", why=why)
    if COMPANION_WORDS.get(kind, kind) not in companion.commands:
        why = 'the companion does not do it: update the companion, or set channel = "manual"'
        return Capability(command=kind, channel="not_possible", why=why)
    why = f"Sage's API cannot do it; companion {companion.version} beside Sage {companion.sage_release} does"
    return Capability(command=kind, channel="companion", why=why)


def _spoken(paths: list[str]) -> str:
    return " and ".join(paths)


def _kind(command: type[c.Command]) -> str:
    fields: dict[str, Any] = command.__dataclass_fields__
    return str(fields["kind"].default)
