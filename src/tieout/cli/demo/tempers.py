"""Tempers of the demo's systems: how they misbehave while the play runs."""

from __future__ import annotations

from typing import Any

import httpx

TEMPERS: dict[str, dict[str, dict[str, Any]]] = {
    "calm": {"sage200": {}, "returngo": {}, "shopify": {}, "mintsoft": {}},
    "lively": {
        "sage200": {"lost_reply": 0.02, "error_before": 0.01, "busy": 0.01, "lock": 0.02, "lock_seconds": 0.6},
        "returngo": {"busy": 0.01, "duplicate_webhook": 0.1, "reorder_webhook": 0.1, "drop_webhook": 0.02},
        "shopify": {"lost_reply": 0.02, "error_before": 0.01, "duplicate_webhook": 0.1, "reorder_webhook": 0.1},
        "mintsoft": {"lost_reply": 0.02, "error_before": 0.01, "busy": 0.01, "duplicate_webhook": 0.1},
    },
    "hostile": {
        "sage200": {
            "lost_reply": 0.10,
            "late_commit": 0.03,
            "late_commit_seconds": 0.5,
            "error_before": 0.03,
            "busy": 0.05,
            "lock": 0.05,
            "lock_seconds": 0.8,
            "expired_token": 0.005,
            "unknown_fields": 0.05,
            "slow": 0.02,
            "slow_seconds": 0.1,
        },
        "returngo": {
            "lost_reply": 0.10,
            "error_before": 0.03,
            "busy": 0.03,
            "duplicate_webhook": 0.3,
            "reorder_webhook": 0.3,
            "drop_webhook": 0.1,
            "late_webhook": 0.1,
            "late_webhook_seconds": 0.5,
            "unknown_fields": 0.05,
        },
        "shopify": {
            "lost_reply": 0.10,
            "late_commit": 0.03,
            "late_commit_seconds": 0.5,
            "error_before": 0.03,
            "busy": 0.03,
            "duplicate_webhook": 0.3,
            "reorder_webhook": 0.3,
            "drop_webhook": 0.1,
            "unknown_fields": 0.05,
        },
        "mintsoft": {
            "lost_reply": 0.10,
            "late_commit": 0.03,
            "late_commit_seconds": 0.5,
            "error_before": 0.03,
            "busy": 0.03,
            "duplicate_webhook": 0.3,
            "reorder_webhook": 0.3,
            "drop_webhook": 0.1,
            "unknown_fields": 0.05,
        },
    },
}
MANNERS: dict[str, dict[str, Any]] = {
    "calm": {},
    "lively": {"same_file_again": 0.1, "drop_connection": 0.01},
    "hostile": {
        "same_file_again": 0.2,
        "same_rows_again": 0.1,
        "late_rename": 0.2,
        "late_seconds": 1.0,
        "truncated": 0.1,
        "drop_connection": 0.03,
        "drop_after_rename": 0.05,
    },
}
"""How the files and the file server of the 3PL misbehave under each temper."""
ALIKE = {"outlet-sage": "sage200", "outlet": "shopify"}
"""The systems of the second company, which behave like these."""
COMMON = {"lost_reply_as": "any", "silence_seconds": 1.3, "busy_seconds": 1}


def set_tempers(url: str, name: str, seed: int) -> None:
    """Give every system its temper, with dice of the seed."""
    tempers = TEMPERS[name]
    for number, (system, temper) in enumerate(
        (tempers | {own: tempers[other] for own, other in ALIKE.items()}).items()
    ):
        given = {**(COMMON if temper else {}), **temper, "seed": seed * 100 + number}
        httpx.put(f"{url}/_sandbox/{system}/temper", json=given, timeout=30).raise_for_status()


def faults_injected(url: str) -> dict[str, int]:
    """How often each kind of fault really happened, over all systems."""
    counted: dict[str, int] = {}
    for system in (*TEMPERS["calm"], *ALIKE, "files"):
        said = httpx.get(f"{url}/_sandbox/{system}/", timeout=60).json()
        for kind, count in said["injected"].items():
            counted[kind] = counted.get(kind, 0) + count
    return counted
