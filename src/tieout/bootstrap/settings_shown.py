"""The settings as people may see them: every one with its value and where it came from, and no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel, SecretStr

from tieout.console.parts import SettingLine, SingleSignOn
from tieout.settings import SECRET, Settings

HIDDEN: Final = "set, not shown"
NOT_SET: Final = "not set"
_IN_ADDRESS: Final = re.compile(r"(?<=://)[^/@\s]*@")
_IN_WORDS: Final = re.compile(r"(?i)\b(password|secret|token|key)(\s*=\s*)\S+")


def setting_lines(settings: Settings) -> Iterator[SettingLine]:
    """Every setting in the order of the file; secrets are masked here, so that no page can show them."""
    yield from _group("", settings, settings)


def single_sign_on(settings: Settings) -> SingleSignOn | None:
    """Where people sign in instead, if that is set."""
    chosen = settings.web.single_sign_on
    if chosen is None:
        return None
    return SingleSignOn(
        name=chosen.name,
        issuer=chosen.issuer,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret.get_secret_value(),
        groups_claim=chosen.groups_claim,
        roles_of=chosen.roles,
        companies_of=chosen.companies,
        scopes=chosen.scopes,
        passwords_for=frozenset(name.lower() for name in chosen.passwords_for)
        if chosen.passwords_for is not None
        else None,
    )


def _group(place: str, group: BaseModel, settings: Settings) -> Iterator[SettingLine]:
    for name, field in type(group).model_fields.items():
        value, here = getattr(group, name), f"{place}.{name}" if place else name
        if isinstance(value, BaseModel):
            yield from _group(here, value, settings)
        elif isinstance(value, Mapping) and any(isinstance(one, BaseModel) for one in value.values()):
            for key, one in value.items():
                yield from _group(f"{here}.{key}", one, settings)
        else:
            origin = settings.origin(here)
            shown = HIDDEN if origin.startswith(SECRET) else _written(value)
            yield SettingLine(place=here, value=shown, help=field.description or "", origin=origin)


def _written(value: object) -> str:
    """A value as people read it, with what is secret in it taken out."""
    match value:
        case SecretStr():
            return HIDDEN if value.get_secret_value() else NOT_SET
        case None | "" | () | []:
            return NOT_SET
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "; ".join(f"{key} = {_written(one)}" for key, one in value.items()) or NOT_SET
        case list() | tuple() | frozenset():
            return ", ".join(_written(one) for one in value)
        case _:
            return _IN_WORDS.sub(r"\1\2***", _IN_ADDRESS.sub("***@", str(value)))
