"""Where a record of another system opens in a browser, as far as the house has said."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from tieout.console.parts import Console
from tieout.console.wording import system

NameOf = Callable[[str], str]
"""Account or role of a system; what people call it."""
LinkOf = Callable[[str, str, str], str]
"""Account or role of a system, kind of record, its id; the address, or nothing."""


def links_for(console: Console, company: str) -> LinkOf:
    """The links of one company: roles such as `storefront` stand for its accounts."""
    accounts = _accounts(console, company)

    def link(system: str, kind: str, value: str) -> str:
        address = console.record_links.get(f"{accounts.get(system, system)} {kind}", "")
        return address.replace("{id}", quote(value, safe="")) if value else ""

    return link


def names_for(console: Console, company: str) -> NameOf:
    """What people call the systems of one company, by role or by account."""
    roles = {account: role for role, account in reversed(_accounts(console, company).items())}
    return lambda name: system(roles.get(name, name))


def _accounts(console: Console, company: str) -> dict[str, str]:
    """The account in each role; none for a company that the settings name no more."""
    opened = console.desk.companies.get(company)
    if opened is None:
        return {}
    return {"sage": opened.ledger_account, "storefront": opened.storefront_account, "portal": opened.portal_account}


def record_of(command: str) -> str:
    """What the reference of a command names, in the words of the setting."""
    return RECORDS.get(command, command.replace("_", " "))


RECORDS = {
    "raise_return": "sales return",
    "raise_credit_note": "credit note",
    "post_sop_credit_note": "credit note",
    "post_refund_payment": "posting",
    "allocate_credit": "posting",
    "raise_invoice": "posting",
    "post_receipt": "posting",
    "enter_order": "order",
}
"""What people look up in a system, by the command that makes it."""
