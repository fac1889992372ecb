"""The commented settings file: every setting with its meaning and default."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from tieout.console.sign_on.settings import SignOnSettings
from tieout.settings import (
    ALERT_GROUPS,
    ClockSettings,
    CompanySettings,
    DatabaseSettings,
    DockAccount,
    LoopAccount,
    ReturnGoAccount,
    Sage200Account,
    ScheduleSettings,
    ShopifyAccount,
    WebSettings,
    WorkSettings,
)

HEAD = """# Tieout settings. What is commented out shows the default.
# Any value may come from the environment: TIEOUT_DATABASE__ADDRESS sets address in [database].
# Never write a secret here: use { env = "NAME" } or { file = "path" }.
"""

GROUPS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("database", DatabaseSettings),
    ("web", WebSettings),
    ("web.single_sign_on", SignOnSettings),
    ("work", WorkSettings),
    ("schedule", ScheduleSettings),
    *ALERT_GROUPS,
    ("clock", ClockSettings),
    ("company.giftware", CompanySettings),
    ("account.sage", Sage200Account),
    ("account.returngo", ReturnGoAccount),
    ("account.loop", LoopAccount),
    ("account.shopify", ShopifyAccount),
    ("account.dock", DockAccount),
)

OPTIONAL = ("web.single_sign_on", "alerts.channel.finance", "alerts.route.finance", "account.loop", "account.dock")
"""Groups that many installations do not need: they are written as comments."""

EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "company.giftware": {
        "credit_route": "sop",
        "refund_mode": "gate",
        "ledger": "sage",
        "portal": "returngo",
        "storefront": "shopify",
    },
    "web.single_sign_on": {
        "issuer": "https://accounts.example.co.uk",
        "client_id": "tieout",
        "roles": {"tieout-finance": "finance", "tieout-admin": "administrator"},
    },
    "alerts.channel.finance": {"kind": "email", "serves": ["finance"]},
    "alerts.route.finance": {"steps": [["finance"], ["escalation"]]},
}


def commented_settings() -> str:
    """The whole file, ready to be filled in."""
    return HEAD + "".join(
        _commented(_group(name, model)) if name in OPTIONAL else _group(name, model) for name, model in GROUPS
    )


def is_group(group: str, field_name: str) -> bool:
    """Say whether a setting has groups of its own in the file, and so no line."""
    return any(f"{name}.".startswith(f"{group}.{field_name}.") for name, _ in GROUPS)


def _commented(group: str) -> str:
    """The group as a comment: what was one already stays as it is."""
    lines = [line if line.startswith("#") or not line else f"# {line}" for line in group.splitlines()]
    return "\n".join(lines) + "\n"


def _group(name: str, model: type[BaseModel]) -> str:
    lines = [f"\n[{name}]"]
    for field_name, field in model.model_fields.items():
        if field_name in ("compat", "account") or is_group(name, field_name):
            continue
        lines += [f"# {line}" for line in _wrapped(field.description or "")]
        lines.append(_entry(name, field_name, field.default, str(field.annotation)))
    return "\n".join(lines) + "\n"


def _entry(group: str, name: str, default: object, annotation: str) -> str:
    example = EXAMPLES.get(group, {}).get(name)
    if name == "system":
        return f'{name} = "{_system(group)}"'
    if isinstance(example, dict):
        return f"{name} = {{ {', '.join(f'{key} = {json.dumps(one)}' for key, one in example.items())} }}"
    if example is not None:
        return f"{name} = {json.dumps(example)}"
    if default is None:
        return f"# {name} is not set"
    if "SecretStr" in annotation:
        mark = "" if default is PydanticUndefined else "# "
        return f'{mark}{name} = {{ env = "{group.rsplit(".", maxsplit=1)[-1].upper()}_{name.upper()}" }}'
    if default is PydanticUndefined:
        return f'{name} = ""' if "int" not in annotation else f"{name} = 1"
    # TOML writes a date as JSON writes a text.
    return f"# {name} = {json.dumps(default, default=str)}"


def _system(group: str) -> str:
    return {"account.sage": "sage200"}.get(group, group.rsplit(".", maxsplit=1)[-1])


def _wrapped(text: str, width: int = 100) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
