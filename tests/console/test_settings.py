"""Settings as people see them: every one, with where it came from, and no secret."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.browser import Browser

from tieout.bootstrap.settings_shown import HIDDEN, NOT_SET, setting_lines, single_sign_on
from tieout.cli.settings_file import GROUPS, commented_settings
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.settings import SettingsError, load

FILE = """
[database]
address = "postgresql://tieout:hunter2@db.example/tieout"
[web]
port = 8300
[web.single_sign_on]
issuer = "https://accounts.example.co.uk"
client_id = "tieout"
client_secret = { env = "SSO_SECRET" }
roles = { tieout-finance = "finance" }
companies = { everybody = ["*"] }
passwords_for = ["Olive"]
[account.shop]
system = "shopify"
shop_domain = "shop.example"
access_token = "shpat_typed_into_the_file"
client_secret = { file = "shop.secret" }
"""
SECRETS = ("typed_into_the_file", "hunter2", "of-the-provider", "of-the-shop")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "tieout.toml"
    path.write_text(FILE, encoding="utf-8")
    (tmp_path / "shop.secret").write_text("of-the-shop\n", encoding="utf-8")
    return path


ENVIRONMENT = {"SSO_SECRET": "of-the-provider", "TIEOUT_WEB__ENVIRONMENT": "Test"}


def test_every_setting_says_where_it_came_from_and_no_secret_is_shown(written: Path) -> None:
    lines = {line.place: line for line in setting_lines(load(written, ENVIRONMENT))}
    shown = {place: (lines[place].value, lines[place].origin) for place in lines}
    assert shown["web.port"] == ("8300", "file")
    assert shown["web.host"] == ("127.0.0.1", "default")
    assert shown["web.environment"] == ("Test", "environment, TIEOUT_WEB__ENVIRONMENT")
    assert shown["web.single_sign_on.client_secret"] == (HIDDEN, "secret from environment, SSO_SECRET")
    assert shown["account.shop.client_secret"] == (HIDDEN, "secret from file shop.secret")
    assert shown["database.address"] == ("postgresql://***@db.example/tieout", "file")
    assert shown["web.single_sign_on.roles"] == ("tieout-finance = finance", "file")
    assert lines["web.port"].help == "Port to listen on."
    assert [secret for secret in SECRETS for line in lines.values() if secret in str(line)] == []


def test_a_plain_setting_that_the_file_takes_from_a_secret_is_not_shown_either(written: Path) -> None:
    written.write_text(FILE.replace('"postgresql://tieout:hunter2@db.example/tieout"', '{ env = "ADDRESS" }'))
    environment = {**ENVIRONMENT, "ADDRESS": "host=db password=hunter2"}
    lines = {line.place: line for line in setting_lines(load(written, environment))}
    assert lines["database.address"].value == HIDDEN


def test_without_a_file_everything_is_as_it_is_by_default() -> None:
    lines = list(setting_lines(load(None, {})))
    assert {line.origin for line in lines} == {"default"}
    assert {line.value for line in lines if line.place == "web.public_url"} == {NOT_SET}


def test_single_sign_on_is_read_from_the_settings(written: Path) -> None:
    made = single_sign_on(load(written, ENVIRONMENT))
    assert made is not None
    assert (made.issuer, made.client_secret, made.roles_of) == (
        "https://accounts.example.co.uk",
        "of-the-provider",
        {"tieout-finance": Role.FINANCE},
    )
    assert made.passwords_for == frozenset({"olive"})
    assert single_sign_on(load(None, {})) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("https://accounts", "http://accounts", "issuer"),
        ('"finance"', '"emperor"', "roles"),
        ('client_id = "tieout"', 'client_id = ""', "client_id"),
    ],
)
def test_a_provider_that_cannot_be_is_refused_at_the_start(written: Path, old: str, new: str, says: str) -> None:
    written.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load(written, ENVIRONMENT)


def test_the_settings_file_shows_single_sign_on_as_a_comment_that_can_be_taken_in() -> None:
    text = commented_settings()
    assert "\n# [web.single_sign_on]\n" in text
    begins = text.index("# [web.single_sign_on]")
    block = text[begins : text.index("\n[", begins)]
    lines = [line.removeprefix("# ") for line in block.splitlines()]
    written = [line for line in lines if line.startswith(("[web", "issuer =", "client_id =", "roles ="))]
    group = tomllib.loads("\n".join(written))["web"]["single_sign_on"]
    assert dict(GROUPS)["web.single_sign_on"].model_validate(group).model_fields_set == {"issuer", "client_id", "roles"}


def test_the_page_shows_the_settings_and_no_secret(
    console: Console, visitor: Callable[..., Browser], written: Path
) -> None:
    shown = replace(console, settings=tuple(setting_lines(load(written, ENVIRONMENT))))
    visitor(Role.AUDITOR)
    browser = Browser(build(shown))
    browser.sign_in("auditor")
    page = browser.get("/settings")
    assert page.title == "Settings"
    assert ["port", "8300", "file"] in [row[:3] for row in page.rows()]
    assert [secret for secret in SECRETS if secret in page.body] == []
    browser.close()
