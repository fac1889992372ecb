# ruff: noqa: INP001 - beside the tool that imports it, not part of a package
"""The page about the Sage 200 stand-in: how to start it, how to sign in, what it serves and what it leaves out."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator

from tieout.sandbox.sage200 import control
from tieout.sandbox.sage200.company.profiles import BASES, PROFILES
from tieout.sandbox.sage200.reading.access import feature_of
from tieout.sandbox.sage200.served import LEFT_OUT, SOURCE_2025, is_beyond, served

HEAD = """\
# The Sage 200 sandbox

A stand-in for Sage 200 that answers Sage's public API on your machine, with the books behind it: a sales ledger, orders
and returns, stock with its cost, a cash book and a nominal ledger that agree with each other. It is written from Sage's
own definition of the API (2024 R1) and the notes on the releases since, shares no code with Tieout's client, and needs
nothing of Tieout. Where Sage's documents are silent it does what stands in [assumptions.md](assumptions.md).

## Start it

```
tieout sandbox sage200 --port 8300
tieout sandbox sage200 --books books --bulk-posted 1000000 --bulk-orders 200000
```

The second line keeps the books in a folder and makes up three years of trade first, which takes some minutes. All
options are in [commands.md](commands.md). Everything below is under `http://127.0.0.1:8300/sage200`, the control
surface under `http://127.0.0.1:8300/_sandbox/sage200`.

## Sign in

As with Sage ID: `GET /authorize` answers with a redirect that carries a code, `POST /oauth/token` takes the code, and
later the refresh token, which changes each time. The client is `tieout-sandbox`, its secret `sandbox-secret`. Without a
browser, `POST /_sandbox/sage200/tokens` gives both tokens at once. Each call then carries `Authorization: Bearer ...`,
`X-Site` and `X-Company`:

```
curl -X POST http://127.0.0.1:8300/_sandbox/sage200/tokens
curl http://127.0.0.1:8300/sage200/uk/sage200extra/accounts/v1/sop_orders \\
  -H "Authorization: Bearer $TOKEN" -H "X-Site: $SITE" -H "X-Company: 3"
```

`GET /_sandbox/sage200/ledgers/proofs` says at any time whether the ledgers agree, and what was posted twice.
"""

COUNTED = """\
{all} operations: {defined} of Sage's definition and {beyond} that came with 2025 R1 (marked *).
"""

LISTS = """\
`$select`, `$filter`, `$orderby`, `$top`, `$skip`, `$expand`, `$count` and `$metadata` work on every list. An unknown id
is 404. A refusal is 400 with `{"Message": ...}` and tells the first problem only.
"""

MODULES = {
    "sales_ledger": "Sales ledger",
    "sales_orders": "Sales order processing",
    "stock": "Stock",
    "price_book": "Price book",
    "cash_book": "Cash book",
    "nominal_ledger": "Nominal ledger",
    "financials": "Financials",
    "system": "General, and lists of values",
}


def page() -> str:
    """Return the page, without its first line."""
    operations = served()
    beyond = [operation for operation in operations if is_beyond(operation)]
    parts = [
        HEAD,
        "## Companies\n",
        *_companies(),
        "\n## What is served\n",
        COUNTED.format(all=len(operations), beyond=len(beyond), defined=len(operations) - len(beyond)),
        LISTS,
        *_modules(operations),
        f"\n* Source: {SOURCE_2025}.\n",
        "## What is left out\n",
        *_left_out(),
        "\n## The control surface\n",
        "Tests and demonstrations set the stand-in up here, and people at Sage's desktop act through it.\n",
        "```",
        textwrap.dedent(control.__doc__ or "").strip(),
        "```",
    ]
    return "\n".join(parts)


def _companies() -> Iterator[str]:
    yield from _row("Company", "X-Company", "X-Site", "Edition", "Currency", "Address")
    yield from _row(*("---",) * 6)
    for profile in PROFILES:
        yield from _row(
            profile.name,
            str(profile.company_id),
            f"`{profile.site.id}`",
            profile.site.edition,
            profile.currency.iso,
            f"`{BASES[profile.site.edition]}`",
        )


def _modules(operations: dict[tuple[str, str], str]) -> Iterator[str]:
    verbs: dict[str, dict[tuple[str, bool], list[str]]] = defaultdict(lambda: defaultdict(list))
    for method, path in operations:
        key = (path.removesuffix("/{Id}"), path.endswith("/{Id}"))
        verbs[feature_of(path.split("/")[1])][key].append(method)
    for module, title in MODULES.items():
        yield f"\n### {title}\n"
        yield from _row("Path", "Verbs", "With /{Id}")
        yield from _row(*("---",) * 3)
        for path in sorted({path for path, _ in verbs[module]}):
            star = " *" if is_beyond(("GET", path)) else ""
            yield from _row(f"`{path}`{star}", *(_ordered(verbs[module][path, single]) for single in (False, True)))


def _ordered(methods: list[str]) -> str:
    return " ".join(verb for verb in ("GET", "POST", "PUT", "DELETE") if verb in methods)


def _left_out() -> Iterator[str]:
    yield from _row("Operations", "Why")
    yield from _row("---", "---")
    for left in LEFT_OUT:
        yield from _row(f"`{_told(left.pattern)}`", left.reason)


def _told(pattern: str) -> str:
    """Return a pattern as people read it: whatever the verb, and what may follow."""
    return (
        pattern.removeprefix(r"\w+ ")
        .removeprefix("GET ")
        .replace(r"[\w/{}]*", "...")
        .replace(r"\w*", "*")
        .replace(r"(/\{Id\})?", "")
        .replace("\\", "")
    )


def _row(*cells: str) -> Iterator[str]:
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
