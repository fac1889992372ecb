"""Views of the lists that every role begins with: a name, and the filters as they stand in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tieout.domain.people import STANDS_FOR, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """One view that a role has without anybody saving it."""

    page: str
    name: str
    query: str


EXCEPTIONS = "exceptions"

_ALL = RoleView(page=EXCEPTIONS, name="All open", query="state=open&sort=due")
_MINE = RoleView(page=EXCEPTIONS, name="Mine", query="state=open&assigned=me&sort=due")
_UNTAKEN = RoleView(page=EXCEPTIONS, name="Nobody's yet", query="state=open&assigned=nobody&sort=due")
_RICHEST = RoleView(page=EXCEPTIONS, name="Most money first", query="state=open&sort=-stake")
_LATE = RoleView(page=EXCEPTIONS, name="Over time", query="state=open&due=overdue&sort=due")


def _of(role: Role) -> tuple[RoleView, ...]:
    """The open cases of each owner that the role stands for."""
    return tuple(
        RoleView(
            page=EXCEPTIONS,
            name=f"{owner.value[0].upper()}{owner.value[1:]}",
            query=f"state=open&owner={owner.value.replace(' ', '+')}&sort=due",
        )
        for owner in sorted(STANDS_FOR[role])
    )


ROLE_VIEWS: Mapping[Role, tuple[RoleView, ...]] = {
    Role.FINANCE: (*_of(Role.FINANCE), _MINE, _RICHEST, _LATE, _ALL),
    Role.FINANCE_APPROVER: (*_of(Role.FINANCE_APPROVER), _RICHEST, _LATE, _ALL),
    Role.OPERATIONS: (*_of(Role.OPERATIONS), _MINE, _LATE, _ALL),
    Role.WAREHOUSE: (*_of(Role.WAREHOUSE), _MINE, _LATE),
    Role.CUSTOMER_SERVICE: (*_of(Role.CUSTOMER_SERVICE), _MINE, _LATE),
    Role.RETAIL_MANAGER: (*_of(Role.RETAIL_MANAGER), _MINE, _LATE, _ALL),
    Role.ECOMMERCE: (*_of(Role.ECOMMERCE), _MINE, _LATE),
    Role.INTEGRATION_OPERATOR: (*_of(Role.INTEGRATION_OPERATOR), _UNTAKEN, _LATE, _ALL),
    Role.SUPPORT: (_MINE, _LATE, _ALL),
    Role.AUDITOR: (_RICHEST, _LATE, _ALL),
    Role.ADMINISTRATOR: (),
}
"""The first is where the role begins. Administrators give access and settle nothing."""


def views_for(roles: Iterable[Role], page: str) -> tuple[RoleView, ...]:
    """The views of one page that somebody with these roles begins with, each once."""
    found = {one.name: one for role in roles for one in ROLE_VIEWS[role] if one.page == page}
    return tuple(found.values())
