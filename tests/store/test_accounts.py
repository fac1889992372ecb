"""Accounts: secrets, pauses, quotas, sweeps and schedules."""

from __future__ import annotations

import stat
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tieout.store import Store, pauses, quotas, sweeps
from tieout.store.vault import Vault, VaultLocked, key_of

MINUTE = timedelta(minutes=1)


def test_a_secret_is_kept_encrypted(store: Store, address: str, tmp_path: Path, now: datetime) -> None:
    vault = Vault(store, key_of(tmp_path))
    assert vault.get("sage", "token") is None
    vault.put("sage", "token", "first-token", at=now)
    vault.put("sage", "token", "second-token", at=now)
    assert Vault(store, key_of(tmp_path)).get("sage", "token") == "second-token"
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT secret FROM account_states").fetchall()
    assert len(rows) == 1
    assert b"second-token" not in rows[0][0]
    vault.forget("sage", "token")
    assert vault.get("sage", "token") is None


def test_the_key_is_drawn_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(key_of(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]


def test_another_key_gets_a_clear_sentence(store: Store, tmp_path: Path, now: datetime) -> None:
    Vault(store, key_of(tmp_path / "one")).put("sage", "token", "x", at=now)
    with pytest.raises(VaultLocked, match=r"put back the secret\.key"):
        Vault(store, key_of(tmp_path / "other")).get("sage", "token")


def test_only_one_at_a_time_refreshes_a_token(store: Store, tmp_path: Path, now: datetime) -> None:
    vault = Vault(store, key_of(tmp_path))
    vault.put("sage", "token", "0", at=now)

    def refresh() -> None:
        with vault.locked("sage"):
            token = vault.get("sage", "token")
            time.sleep(0.02)
            assert token is not None
            vault.put("sage", "token", str(int(token) + 1), at=now)

    threads = [threading.Thread(target=refresh) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.get("sage", "token") == "5"


def test_a_budget_is_never_overspent(store: Store) -> None:
    answers: list[bool] = []
    day = date(2026, 11, 20)

    def spend() -> None:
        for _ in range(10):
            with store.scope(None) as c:
                answers.append(quotas.spend(c, "sage", day, 25))

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == 25
    with store.scope(None) as c:
        assert quotas.spent(c, "sage", day) == 25
        assert quotas.spend(c, "sage", day + timedelta(days=1), 25, calls=25)
        assert not quotas.spend(c, "sage", day + timedelta(days=2), 0)
        assert quotas.spent(c, "sage", day + timedelta(days=2)) == 0


def test_a_pause_lasts_until_the_longest_of_its_times(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        pauses.pause(c, "sage", until=now + 5 * MINUTE, reason="503")
        pauses.pause(c, "sage", until=now + MINUTE, reason="timed out")
        pause = pauses.paused(c, "sage", now + 4 * MINUTE)
        assert pause is not None
        assert pause.until == now + 5 * MINUTE
        assert pauses.paused(c, "sage", now + 5 * MINUTE) is None
        assert [each.account for each in pauses.pauses(c, now)] == ["sage"]
        pauses.resume(c, "sage")
        assert pauses.pauses(c, now) == []


def test_a_sweep_goes_on_where_it_was(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        assert sweeps.sweep(c, "portal", "rmas") is None
        sweeps.swept(c, "portal", "rmas", high_water="2026-11-19", counted={"seen": 3}, at=now)
        sweeps.swept(c, "portal", "rmas", high_water="2026-11-20", counted={"seen": 4}, at=now + MINUTE)
        (kept,) = sweeps.all_sweeps(c)
    assert (kept.high_water, kept.counted, kept.ran_at) == ("2026-11-20", {"seen": 4}, now + MINUTE)


def test_a_schedules_run_starts_once(store: Store, now: datetime) -> None:
    with store.scope(None) as c:
        assert sweeps.start_run(c, "nightly", due_at=now, at=now)
        assert not sweeps.start_run(c, "nightly", due_at=now, at=now + MINUTE)
        sweeps.end_run(c, "nightly", due_at=now, outcome="done", note="4 compared", at=now + MINUTE)
        sweeps.start_run(c, "nightly", due_at=now + 60 * MINUTE, at=now + 60 * MINUTE)
        assert [each.outcome for each in sweeps.runs(c, "nightly")] == [None, "done"]
