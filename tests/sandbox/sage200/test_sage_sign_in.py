"""Signing in: codes, tokens that expire by the clock, refresh tokens that work once, site and company headers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

CLIENT = {"client_id": "tieout-sandbox", "client_secret": "sandbox-secret"}
BACK = "http://127.0.0.1/back"


def signed_in(sage: Sage) -> Json:
    asked = {"client_id": CLIENT["client_id"], "response_type": "code", "redirect_uri": BACK, "state": "s1"}
    sent = sage.http.get("/sage200/authorize", params=asked)
    assert sent.status_code == 302
    answer = parse_qs(urlsplit(sent.headers["location"]).query)
    assert answer["state"] == ["s1"]
    form = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": BACK, **CLIENT}
    return sage.http.post("/sage200/oauth/token", data=form).json()


def refresh(sage: Sage, token: str) -> Json:
    form = {"grant_type": "refresh_token", "refresh_token": token, **CLIENT}
    return sage.http.post("/sage200/oauth/token", data=form).json()


def sites(sage: Sage, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return sage.http.get("/sage200/sites", headers=headers).status_code


def test_a_code_buys_a_token_that_lists_the_sites_without_further_headers(bare_sage: Sage) -> None:
    got = signed_in(bare_sage)
    assert got["token_type"] == "Bearer"
    assert got["expires_in"] == 28800
    assert sites(bare_sage, got["access_token"]) == 200


def test_a_refresh_token_works_once(bare_sage: Sage) -> None:
    first = signed_in(bare_sage)
    second = refresh(bare_sage, first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(bare_sage, first["refresh_token"])["error"] == "invalid_grant"
    assert "access_token" in refresh(bare_sage, second["refresh_token"])


def test_an_access_token_expires_by_the_clock(bare_sage: Sage) -> None:
    got = signed_in(bare_sage)
    bare_sage.shift(28801)
    assert sites(bare_sage, got["access_token"]) == 401
    assert sites(bare_sage, refresh(bare_sage, got["refresh_token"])["access_token"]) == 200


def test_a_code_is_good_for_one_redirect_address_and_one_client(bare_sage: Sage) -> None:
    asked = {"client_id": CLIENT["client_id"], "response_type": "code", "redirect_uri": BACK}
    sent = bare_sage.http.get("/sage200/authorize", params=asked)
    code = parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://elsewhere", **CLIENT}
    assert bare_sage.http.post("/sage200/oauth/token", data=form).json()["error"] == "invalid_grant"
    wrong = form | {"client_secret": "guess"}
    assert bare_sage.http.post("/sage200/oauth/token", data=wrong).status_code == 401


def test_site_and_company_are_needed_everywhere_else(bare_sage: Sage) -> None:
    assert bare_sage.call("GET", "customers").status_code == 200
    for name in ("X-Site", "X-Company"):
        kept = bare_sage.headers.pop(name)
        answer = bare_sage.call("GET", "customers")
        assert answer.status_code == 401
        assert answer.json() == {"Message": "Authorization has been denied for this request."}
        bare_sage.headers[name] = kept


def test_a_role_without_the_feature_gets_403(bare_sage: Sage) -> None:
    bare_sage.control("PUT", "permissions", {"forbidden_resources": ["banks"]})
    assert bare_sage.call("GET", "banks").status_code == 403


def test_unknown_paths_and_records_are_not_found(bare_sage: Sage) -> None:
    for path in ("nothing", "customers/999", "customers/abc", "sales_credit_notes", "banks/1/2/3"):
        assert bare_sage.call("GET", path).status_code == 404, path
