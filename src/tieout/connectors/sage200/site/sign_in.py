"""A person's sign-in to Sage 200, from the address to open up to the companies that it reaches."""

from __future__ import annotations

import secrets
from datetime import datetime

from tieout.connectors.sage200.client import SITES, Client
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.auth import SageId, code_of, sign_in_address
from tieout.connectors.sage200.wire import SiteShape
from tieout.ports.accounts import SeenCompany
from tieout.ports.errors import BadAnswer, Unauthorised
from tieout.ports.systems import TokenKeeper

STATE_NAME = "sign_in_state"
"""The name under which the state of a sign-in that was begun is kept."""


class SageSignIn:
    """The sign-in of one account."""

    def __init__(self, settings: Sage200Settings, sage_id: SageId, keeper: TokenKeeper, client: Client) -> None:
        self._settings = settings
        self._sage_id = sage_id
        self._keeper = keeper
        self._client = client

    def begin(self) -> str:
        """Where the person signs in; Unauthorised when no redirect address is configured.

        Its random `state` is kept, so that another process may redeem the answer.
        """
        if not self._settings.redirect_uri:
            raise Unauthorised("no redirect_uri is set: write the address that is registered with Sage for this client")
        state = secrets.token_urlsafe(24)
        self._keeper.renew(self._settings.token_account, STATE_NAME, lambda kept: state)  # noqa: ARG005 - begun anew
        return sign_in_address(self._settings, state)

    def redeem(self, answer: str) -> None:
        """Turn the address that the browser ended at into tokens, and keep them; what was begun is then finished."""
        state = self._keeper.read(self._settings.token_account, STATE_NAME)
        if not state:
            raise Unauthorised("no sign-in was begun here, or it is finished already: start again")
        self._sage_id.redeem(code_of(answer, state))

        def finished(kept: str | None) -> str:
            return "" if kept == state else kept or ""  # another sign-in may have been begun meanwhile

        self._keeper.renew(self._settings.token_account, STATE_NAME, finished)

    def check(self) -> None:
        """Raise Unauthorised when a person must sign in; Busy or Unavailable when nobody can tell."""
        self._sage_id.bearer()

    def sign_in_ends(self) -> datetime | None:
        """When a person must have signed in again; None when nobody has signed in."""
        return self._sage_id.sign_in_ends()

    def companies(self) -> tuple[SeenCompany, ...]:
        """Every company of every site that this sign-in reaches; none when the tunnel to the site is down (1.2)."""
        return companies_of(self._client)


def companies_of(client: Client) -> tuple[SeenCompany, ...]:
    """Every company that the client's sign-in reaches; BadAnswer when no Sage 200 is at the address at all."""
    rows = client.plain_list(SITES, SiteShape)
    if not rows and client.standing(SITES) == "missing":
        raise BadAnswer("no Sage 200 answers at base_url (404): it names the edition, so compare it with your site's")
    return tuple(
        SeenCompany(site_id=row.site_id, site=row.site_name, company_id=row.company_id, company=row.company_name)
        for row in rows
    )
