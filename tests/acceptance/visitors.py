"""People at the console of a stage's own installation, as a browser without scripts shows it to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from tests.console.browser import Browser
from tests.console.conftest import add_person
from tests.processes.house import COMPANY
from tests.processes.receivers import web

from tieout.processes.alerting.looking import look
from tieout.processes.alerting.sending import send_due

if TYPE_CHECKING:
    from tests.console.browser import Page
    from tests.processes.house import House, Rma
    from tests.processes.receivers import Web

    from tieout.domain.people import Role

BASE = "http://127.0.0.1"
_numbers = itertools.count(1)


class Housed(Protocol):
    """Whatever stage has a house."""

    house: House

    def set_up(self, more: str) -> AbstractContextManager[None]:
        """More settings for a while, as they stand in the file."""


@contextmanager
def at_console(stage: Housed, *roles: Role) -> Iterator[Browser]:
    """Somebody new of these roles, signed in; the console is that of the installation as it is open now."""
    application = stage.house.application
    name = f"{roles[0].name.lower().replace('_', '-')}-{next(_numbers)}"
    add_person(application.store, name, *roles, at=application.clock())
    browser = Browser(application.console(), base=BASE)
    try:
        browser.sign_in(name)
        yield browser
    finally:
        browser.close()


def exception_of(stage: Housed, rma: Rma) -> str:
    """Where the page of the exception about an RMA is."""
    found = stage.house.case(rma)
    assert found is not None, f"there is no exception about RMA {rma.number}"
    return f"/exceptions/{found.id}"


def document_of(rma: Rma) -> str:
    """Where the page of a return is."""
    return f"/documents/{COMPANY}/return/{rma.number}"


def told_of(rma: Rma) -> str:
    """Where customer service reads what to tell the customer."""
    return f"/customer/{COMPANY}/return/{rma.number}"


@contextmanager
def people_told(stage: Housed, owner: str, more: str = "") -> Iterator[Web]:
    """The address at which people of an owner are told of trouble, at any hour and without waiting.

    `more` are further settings of alerts.
    """
    with web() as found:
        channel = f'[alerts.channel.people]\nkind = "webhook"\naddress = "{found.url}/told"\nserves = ["{owner}"]\n'
        with stage.set_up(f'[alerts]\nwait_minutes = 0\ndata_hours = ""\n{channel}{more}'):
            yield found


def alarms_look(stage: Housed) -> None:
    """What runs every minute: trouble is looked for, and told."""
    look(stage.house.application.alerting)
    send_due(stage.house.application.alerting)


def asked_for(browser: Browser, typed: str) -> Page:
    """What the search that is on every page leads to."""
    return browser.submit(browser.get("/"), "header form.search", q=typed)
