"""The menu: what a role cannot use is absent."""

from __future__ import annotations

from dataclasses import dataclass

from tieout.domain.people import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu."""

    group: str
    title: str
    address: str
    permission: Permission | None


GROUPS = ("Work", "Set-up", "Watch", "Admin")
"""The menu's groups, in their order."""

MENU: tuple[Entry, ...] = (
    Entry(group="Work", title="Today", address="/", permission=None),
    Entry(group="Work", title="Exceptions", address="/exceptions", permission=Permission.DESK_SEE),
    Entry(group="Work", title="Documents", address="/documents", permission=Permission.DOCUMENTS_SEE),
    Entry(group="Work", title="Stock", address="/stock", permission=Permission.DOCUMENTS_SEE),
    Entry(group="Work", title="For customers", address="/customer", permission=Permission.CUSTOMER_SEE),
    Entry(group="Set-up", title="Mappings", address="/mappings", permission=Permission.MAPPINGS_SEE),
    Entry(group="Set-up", title="Accounts", address="/accounts", permission=Permission.ACCOUNTS_SEE),
    Entry(group="Set-up", title="Schedules", address="/schedules", permission=Permission.ACCOUNTS_SEE),
    Entry(group="Watch", title="Reconciliation debt", address="/debt", permission=Permission.MONEY_SEE),
    Entry(group="Watch", title="Lag", address="/lag", permission=Permission.MONEY_SEE),
    Entry(group="Watch", title="Alerts", address="/alerts", permission=Permission.ALERTS_SEE),
    Entry(group="Admin", title="Audit", address="/audit", permission=Permission.AUDIT_SEE),
    Entry(group="Admin", title="People", address="/people", permission=Permission.PEOPLE_SEE),
    Entry(group="Admin", title="Settings", address="/settings", permission=Permission.SETTINGS_SEE),
    Entry(group="Admin", title="API tokens", address="/tokens", permission=Permission.TOKENS_MAKE),
    Entry(group="Admin", title="Webhooks", address="/webhooks", permission=Permission.WEBHOOKS_EDIT),
)


def menu_for(actor: Actor) -> list[tuple[str, list[Entry]]]:
    """The menu's groups with the entries that somebody may use."""
    usable = [entry for entry in MENU if entry.permission is None or actor.may(entry.permission)]
    groups = [(group, [entry for entry in usable if entry.group == group]) for group in GROUPS]
    return [(group, entries) for group, entries in groups if entries]
