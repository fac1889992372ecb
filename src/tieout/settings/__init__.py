"""Collects the settings of every room into one: defaults, then `tieout.toml`, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PrivateAttr, ValidationError

from tieout.connectors.dock.settings import DESK, DockSettings
from tieout.connectors.explainer.settings import AssistanceSettings
from tieout.connectors.files.settings import FilesSettings
from tieout.connectors.loop.settings import LoopSettings
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.notices.settings import AlertSettings, ChannelSettings, RouteSettings
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.settings.groups import (
    ClockSettings,
    DatabaseSettings,
    Group,
    ScheduleSettings,
    WebSettings,
    WorkSettings,
)

__all__ = [
    "ALERT_GROUPS",
    "DEFAULT",
    "SECRET",
    "SHIPPING",
    "Account",
    "ClockSettings",
    "CompanySettings",
    "DatabaseSettings",
    "DockAccount",
    "FilesAccount",
    "LoopAccount",
    "MintsoftAccount",
    "ReturnGoAccount",
    "Sage200Account",
    "ScheduleSettings",
    "Settings",
    "SettingsError",
    "ShipBobAccount",
    "ShopifyAccount",
    "WebSettings",
    "WorkSettings",
    "load",
]

DEFAULT = "default"
SECRET = "secret from "  # noqa: S105 - a word for people
"""Begins the origin of what the file names as a secret; such a value is never shown, whatever it is."""


class SettingsError(Exception):
    """The settings cannot be used; the text names the setting and says what to do."""


class CompanySettings(Group):
    """One Sage company and the accounts around it."""

    credit_route: Literal["sop", "ledger"] = Field(
        description="How returns are credited: SOP return and credit note, or ledger credit note. Never both."
    )
    refund_mode: Literal["gate", "detect"] = Field(
        description="`gate`: Tieout refunds once the credit note is read back. `detect`: others refund, Tieout checks."
    )
    lanes: int = Field(default=1, ge=1, le=64, description="How many returns this company's Sage bears at a time.")
    ledger: str = Field(description="Name of the Sage 200 account.")
    portal: str = Field(
        description="Name of the returns portal's account: ReturnGO, Loop, or the storefront's own account where "
        "customers return goods through the shop itself."
    )
    storefront: str = Field(description="Name of the storefront's account.")
    goods_in: tuple[str, ...] = Field(
        default=(),
        description="Names of the accounts of warehouses that tell what came in; `desk` stands for people who key it "
        "in with `tieout goods-in`. Empty: receipt is what the returns portal says.",
    )
    warehouses: tuple[str, ...] = Field(
        default=(),
        description="Names of the accounts of warehouses and 3PLs that ship for the company: Mintsoft, ShipBob, files.",
    )


class Sage200Account(Sage200Settings):
    """An account at Sage 200."""

    system: Literal["sage200"]


class ReturnGoAccount(ReturnGoSettings):
    """An account at ReturnGO."""

    system: Literal["returngo"]


class LoopAccount(LoopSettings):
    """An account at Loop Returns."""

    system: Literal["loop"]


class ShopifyAccount(ShopifySettings):
    """An account at Shopify."""

    system: Literal["shopify"]


class DockAccount(DockSettings):
    """A warehouse that tells what came in."""

    system: Literal["dock"]


class MintsoftAccount(MintsoftSettings):
    """An account at Mintsoft."""

    system: Literal["mintsoft"]


class ShipBobAccount(ShipBobSettings):
    """An account at ShipBob."""

    system: Literal["shipbob"]


class FilesAccount(FilesSettings):
    """A warehouse or 3PL that exchanges files."""

    system: Literal["files"]


Account = Annotated[
    Sage200Account
    | ReturnGoAccount
    | LoopAccount
    | ShopifyAccount
    | DockAccount
    | MintsoftAccount
    | ShipBobAccount
    | FilesAccount,
    Field(discriminator="system"),
]


ALERT_GROUPS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("alerts", AlertSettings),
    ("alerts.channel.finance", ChannelSettings),
    ("alerts.route.finance", RouteSettings),
    ("assistance", AssistanceSettings),
)
"""The groups of the settings file that say who is told of trouble and helped with it, with an example's name."""


class Settings(Group):
    """Everything that an installation can set."""

    database: DatabaseSettings = Field(default=DatabaseSettings(), description="Our own database.")
    web: WebSettings = Field(default=WebSettings(), description="The web process.")
    work: WorkSettings = Field(default=WorkSettings(), description="Waits and windows.")
    schedule: ScheduleSettings = Field(default=ScheduleSettings(), description="Sweeps.")
    alerts: AlertSettings = Field(default=AlertSettings(), description="Who is told of trouble.")
    assistance: AssistanceSettings = Field(default=AssistanceSettings(), description="Help with cases.")
    clock: ClockSettings = Field(default=ClockSettings(), description="Only for the demo.")
    company: Mapping[str, CompanySettings] = Field(default={}, description="Sage companies by name.")
    account: Mapping[str, Account] = Field(default={}, description="Accounts by name.")
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origin(self, place: str) -> str:
        """Where a setting came from, for instance that of `web.port`: the file, the environment, or its default."""
        return self._origins.get(place, DEFAULT)

    def knowing(self, origins: Mapping[str, str]) -> Settings:
        """These settings, knowing where each came from."""
        self._origins.update(origins)
        return self


def load(path: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file and the environment; SettingsError in one line where something is wrong.

    `TIEOUT_DATABASE__ADDRESS` in the environment sets `address` in `[database]`, and so on.
    A secret is written as `{ env = "NAME" }` or `{ file = "PATH" }`.
    """
    environment = os.environ if environment is None else environment
    try:
        text = path.read_text(encoding="utf-8") if path is not None else ""
        content = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"The settings file cannot be read: {error}. Write one with `tieout init`.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    overlaid = _overlay(content, environment)
    folder = path.parent if path is not None else Path()
    for name, account in content.get("account", {}).items():
        account.setdefault("account", name)
    try:
        settings = Settings.model_validate(_resolved(content, environment, folder))
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from None
    _check_names(settings)
    return settings.knowing(_origins("", content) | overlaid)


def _origins(place: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Where every value of the file came from, by its place."""
    found: dict[str, str] = {}
    for name, value in content.items():
        here = f"{place}.{name}" if place else name
        match value:
            case {"env": str(variable), **rest} if not rest:
                found[here] = f"{SECRET}environment, {variable}"
            case {"file": str(secret), **rest} if not rest:
                found[here] = f"{SECRET}file {secret}"
            case dict():
                found |= {here: "file"} | _origins(here, value)
            case _:
                found[here] = "file"
    return found


def _overlay(content: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Put values of the environment over those of the file; returns which, by their places."""
    overlaid: dict[str, str] = {}
    for name, value in environment.items():
        parts = name.lower().split("__")
        if not name.startswith("TIEOUT_") or len(parts) < 2:
            continue
        place = content
        for part in (parts[0].removeprefix("tieout_"), *parts[1:-1]):
            place = place.setdefault(part, {})
        place[parts[-1]] = value
        overlaid[".".join((parts[0].removeprefix("tieout_"), *parts[1:]))] = f"environment, {name}"
    return overlaid


def _resolved(value: Any, environment: Mapping[str, str], folder: Path) -> Any:  # noqa: ANN401 - a TOML value
    """The value with every `{ env = ... }` and `{ file = ... }` replaced by the secret it names."""
    match value:
        case {"env": str(name), **rest} if not rest:
            if name not in environment:
                raise SettingsError(f"The environment variable {name} named in the settings is not set.")
            return environment[name]
        case {"file": str(name), **rest} if not rest:
            try:
                return (folder / name).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"The secret file named in the settings cannot be read: {error}.") from None
        case dict():
            return {key: _resolved(item, environment, folder) for key, item in value.items()}
        case _:
            return value


SHIPPING = ("mintsoft", "shipbob", "files")
"""Systems that ship orders."""

SYSTEMS_OF: Mapping[str, tuple[str, ...]] = {
    "ledger": ("sage200",),
    "portal": ("returngo", "loop", "shopify"),
    "storefront": ("shopify",),
}
"""Which systems can serve a company in which role."""


def _check_names(settings: Settings) -> None:
    """Every account that a company names exists and is of the right system."""
    for name, company in settings.company.items():
        for role, systems in SYSTEMS_OF.items():
            account = settings.account.get(getattr(company, role))
            if account is None or account.system not in systems:
                wanted = f"[account.{getattr(company, role)}] with system = {' or '.join(map(repr, systems))}"
                raise SettingsError(f"[company.{name}] names {role} = {getattr(company, role)!r}: write {wanted}.")
        if settings.account[company.portal].system == "shopify" and company.portal != company.storefront:
            said = f"[company.{name}] takes returns through the shop {company.portal!r} and sells in another"
            raise SettingsError(f"{said}: name the same account as portal and as storefront.")
        _check_goods_in(settings, name, company)
        _check_warehouses(settings, name, company)


def _check_warehouses(settings: Settings, name: str, company: CompanySettings) -> None:
    """Every warehouse is an account of a system that ships, and ships for one company only."""
    for warehouse in company.warehouses:
        account = settings.account.get(warehouse)
        if account is None or account.system not in SHIPPING:
            wanted = f"[account.{warehouse}] with system = {' or '.join(map(repr, SHIPPING))}"
            raise SettingsError(f"[company.{name}] names {warehouse!r} in warehouses: write {wanted}.")
        others = [other for other, its in settings.company.items() if warehouse in its.warehouses and other != name]
        if others:
            told = f"companies {name} and {others[0]} both name {warehouse!r} in warehouses"
            raise SettingsError(f"{told}: give each an account of its own.")


def _check_goods_in(settings: Settings, name: str, company: CompanySettings) -> None:
    """Every warehouse is an account that pushes, and tells one company only."""
    for warehouse in company.goods_in:
        account = settings.account.get(warehouse)
        if warehouse != DESK and (account is None or account.system != "dock"):
            wanted = f"[account.{warehouse}] with system = 'dock'"
            raise SettingsError(f"[company.{name}] names {warehouse!r} in goods_in: write {wanted}.")
        others = [other for other, its in settings.company.items() if warehouse in its.goods_in and other != name]
        if warehouse != DESK and others:
            told = f"companies {name} and {others[0]} both name {warehouse!r} in goods_in"
            raise SettingsError(f"{told}: give each an account of its own, with a secret of its own.")


def _first_problem(error: ValidationError) -> str:
    """The first problem with its place; never the value, which may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"Setting {place}: {problem['msg']}. See `tieout init` for every setting and its meaning."
