from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.connectors.sage200.site.auth import TOKEN_NAME, SageId, code_of, sign_in_address
from tieout.ports.errors import Busy, Unauthorised, Unavailable

if TYPE_CHECKING:
    from tieout.connectors.transport import Transport
    from tieout.ports.systems import TokenRenewal

    from .conftest import Clock, Keeper, Site

EIGHT_HOURS = 28_800


def opened(settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport) -> SageId:
    return SageId(settings, keeper, clock, transport)


def test_a_refresh_token_is_kept_before_its_access_token_is_used(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    bearer = opened(settings, keeper, clock, transport).bearer()
    assert bearer == "access-1"
    kept = keeper.read("sage200/0b3c", TOKEN_NAME) or ""
    assert "refresh-1" in kept
    assert "access-1" in kept
    form = site.asked[0].body.decode()
    assert "grant_type=refresh_token" in form
    assert "client_secret=hush-client" in form


def test_two_threads_refresh_once(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    sage_id = opened(settings, keeper, clock, transport)
    given: list[str] = []
    threads = [threading.Thread(target=lambda: given.append(sage_id.bearer())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == ["access-1"] * 8
    assert site.tokens_given == 1


def test_two_processes_that_hold_the_same_rejected_token_refresh_once(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    one, other = (opened(settings, keeper, clock, transport) for _ in range(2))
    assert (one.bearer(), other.bearer()) == ("access-1", "access-1")
    assert keeper.renewals == 1
    assert one.bearer(rejected="access-1") == "access-2"
    assert other.bearer(rejected="access-1") == "access-2"
    assert site.tokens_given == 2


def test_a_token_is_renewed_shortly_before_it_ends_and_not_earlier(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    sage_id = opened(settings, keeper, clock, transport)
    sage_id.bearer()
    clock.move(EIGHT_HOURS - 301)
    assert sage_id.bearer() == "access-1"
    clock.move(2)
    assert sage_id.bearer() == "access-2"
    assert site.tokens_given == 2


def test_an_over_eager_refresh_that_is_refused_leaves_the_token_in_use(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    sage_id = opened(settings, keeper, clock, transport)
    sage_id.bearer()
    clock.move(EIGHT_HOURS - 200)
    refusal = {"error": "access_denied", "error_description": "the access token has not expired"}
    site.says("POST", "/oauth/token", refusal, status=403)
    assert sage_id.bearer() == "access-1"


def test_a_refused_refresh_asks_for_a_sign_in_and_tells_no_secret(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    site.refresh_token = "somebody-else-used-it"
    with pytest.raises(Unauthorised) as raised:
        opened(settings, keeper, clock, transport).bearer()
    assert "invalid_grant" in str(raised.value)
    assert "sign in" in str(raised.value)
    assert "refresh-0" not in str(raised.value)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(("status", "kind"), [(500, Unavailable), (503, Unavailable), (429, Busy)])
def test_a_sign_in_service_in_trouble_is_not_a_lost_sign_in(
    site: Site,
    settings: Sage200Settings,
    keeper: Keeper,
    clock: Clock,
    transport: Transport,
    status: int,
    kind: type[Exception],
) -> None:
    site.says("POST", "/oauth/token", {"error": "trouble"}, status=status)
    with pytest.raises(kind):
        opened(settings, keeper, clock, transport).bearer()
    assert keeper.read("sage200/0b3c", TOKEN_NAME) is None


def test_a_newer_sign_in_in_the_settings_takes_the_place_of_a_dead_chain(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    opened(settings, keeper, clock, transport).bearer()
    clock.move(EIGHT_HOURS)
    site.refresh_token = "refresh-new"
    anew = settings.model_copy(update={"refresh_token": SecretStr("refresh-new")})
    assert opened(anew, keeper, clock, transport).bearer() == "access-2"


def test_a_token_rejected_by_the_api_is_renewed_once_and_the_call_made_again(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", {"Message": "Authorization has been denied for this request."}, status=401)
    site.says("GET", "/banks", [{"id": 9, "code": "CARD"}])
    assert sage.books.banks() == ("CARD",)
    assert [asked.headers["Authorization"] for asked in site.sent("GET", "/banks")] == [
        "Bearer access-1",
        "Bearer access-2",
    ]


def test_an_api_that_still_says_401_after_the_renewal_is_unauthorised(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", b"", status=401)
    with pytest.raises(Unauthorised):
        sage.books.banks()
    assert len(site.sent("GET", "/banks")) == 2


def test_site_and_company_go_with_every_call(site: Site, sage: Sage200) -> None:
    site.says("GET", "/banks", [])
    sage.books.banks()
    headers = {name.lower(): value for name, value in site.sent("GET", "/banks")[0].headers.items()}
    assert (headers["x-site"], headers["x-company"]) == ("0b3c", "3")


def test_the_sign_in_address_asks_for_what_sage_id_documents(settings: Sage200Settings) -> None:
    with_redirect = settings.model_copy(update={"redirect_uri": "https://tieout.example/signed-in"})
    address = sign_in_address(with_redirect, "state-1")
    for part in ("audience=s200ukipd", "response_type=code", "offline_access", "state=state-1"):
        assert part in address
    assert code_of("https://tieout.example/signed-in?code=abc&state=state-1", "state-1") == "abc"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://tieout.example/signed-in?code=abc&state=another", "answers another sign-in"),
        ("https://tieout.example/signed-in?error=access_denied&state=state-1", "nobody agreed"),
        ("https://tieout.example/signed-in?error=%3Cscript%3E&state=state-1", "(error)"),
        ("https://tieout.example/signed-in", "copy the whole address"),
        ("", "copy the whole address"),
    ],
)
def test_an_address_that_is_no_answer_to_our_sign_in_is_refused_with_what_to_do(address: str, says: str) -> None:
    with pytest.raises(Unauthorised) as raised:
        code_of(address, "state-1")
    assert says in str(raised.value)
    assert "abc" not in str(raised.value)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("invalid_grant", "used already"),
        ("invalid_client", "client_id and client_secret"),
        ("invalid_request", "redirect_uri"),
        ("odd_word", "start the sign-in again"),
    ],
)
def test_a_refused_code_says_what_to_put_right(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport, word: str, says: str
) -> None:
    site.says("POST", "/oauth/token", {"error": word, "error_description": "the-code"}, status=403)
    with pytest.raises(Unauthorised) as raised:
        opened(settings, keeper, clock, transport).redeem("the-code")
    assert says in str(raised.value)
    assert "the-code" not in str(raised.value)
    assert keeper.kept == {}


def test_a_client_that_may_not_stay_signed_in_is_refused_at_once(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    site.says("POST", "/oauth/token", {"access_token": "a", "expires_in": 3600})
    with pytest.raises(Unauthorised, match="offline_access"):
        opened(settings, keeper, clock, transport).redeem("the-code")
    assert keeper.kept == {}


def test_a_sign_in_ends_so_many_days_after_it_was_made_however_often_it_is_renewed(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    sage_id = opened(settings, keeper, clock, transport)
    assert sage_id.sign_in_ends() is None
    began = clock()
    sage_id.bearer()
    clock.move(EIGHT_HOURS)
    sage_id.bearer()
    assert site.tokens_given == 2
    assert sage_id.sign_in_ends() == began + timedelta(days=90)
    compat = settings.compat.model_copy(update={"sign_in_counts_from": "renewal"})
    prolonged = settings.model_copy(update={"compat": compat, "refresh_token_days": 30})
    assert opened(prolonged, keeper, clock, transport).sign_in_ends() == clock() + timedelta(days=30)


class Unreliable:
    """A keeper whose database is away when it should keep what was given, once."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.is_away = True

    def read(self, account: str, name: str) -> str | None:
        return self.keeper.read(account, name)

    def renew(self, account: str, name: str, renewal: TokenRenewal) -> str:
        if not self.is_away:
            return self.keeper.renew(account, name, renewal)
        self.is_away = False
        renewal(self.keeper.read(account, name))
        raise ConnectionError("the database is away")


def test_tokens_that_could_not_be_kept_are_kept_at_the_next_try_and_not_lost(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock, transport: Transport
) -> None:
    sage_id = SageId(settings, Unreliable(keeper), clock, transport)
    with pytest.raises(ConnectionError):
        sage_id.bearer()
    assert sage_id.bearer() == "access-1"
    assert site.tokens_given == 1
    clock.move(EIGHT_HOURS)
    assert sage_id.bearer() == "access-2"
    assert "refresh-2" in (keeper.read("sage200/0b3c", TOKEN_NAME) or "")


def test_the_code_of_a_sign_in_becomes_the_first_tokens(
    site: Site, settings: Sage200Settings, keeper: Keeper, clock: Clock
) -> None:
    site.says("POST", "/oauth/token", {"access_token": "a", "refresh_token": "r", "expires_in": 3600})
    opened_ledger = open_ledger(settings, keeper, clock)
    opened_ledger.sage_id.redeem("the-code")
    assert opened_ledger.sage_id.bearer() == "a"
    assert b"grant_type=authorization_code" in site.asked[0].body
    opened_ledger.close()


def test_no_secret_stands_in_a_printed_setting(settings: Sage200Settings) -> None:
    shown = f"{settings!r} {settings}"
    for secret in settings.secrets():
        assert secret not in shown


def test_companies_of_one_site_share_a_sign_in_and_sites_do_not(settings: Sage200Settings) -> None:
    sister = settings.model_copy(update={"company_id": 4})
    elsewhere = settings.model_copy(update={"site_id": "other"})
    assert settings.token_account == sister.token_account != elsewhere.token_account
    assert settings.model_copy(update={"account": "mine"}).token_account == "mine"
