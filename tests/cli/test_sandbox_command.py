"""The stand-ins alone: what `tieout sandbox` prints is enough to open every account."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

from tieout.settings import load


def test_the_stand_ins_print_settings_that_open_every_account(tmp_path: Path) -> None:
    temper = tmp_path / "temper.json"
    temper.write_text('{"shopify": {"slow": 0.5}}', encoding="utf-8")
    command = [sys.executable, "-u", "-m", "tieout", "sandbox", "--port", "0", "--temper", str(temper)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        lines = [served.stdout.readline()]
        while "sandbox-client-secret" not in lines[-1]:
            lines.append(served.stdout.readline())
        try:
            config = tmp_path / "tieout.toml"
            config.write_text("".join(lines), encoding="utf-8")
            settings = load(config, {})
            assert sorted(settings.account) == ["returngo", "sage", "shopify"]
            url = lines[0].split(" at ")[1].split(";")[0]
            others = "".join(served.stdout.readline() for _ in range(13))
            assert f'base_url = "{url}/sage200/uk/sage200/accounts/v1"' in others
            assert "company_id = 4" in others
            shown = httpx.get(f"{url}/_sandbox/shopify/temper", timeout=10).json()
            assert shown["slow"] == 0.5
        finally:
            served.terminate()


def test_books_in_a_folder_are_filled_and_told(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "tieout", "sandbox", "sage200", "--port", "0"]
    command += ["--books", str(tmp_path / "books"), "--bulk-posted", "61", "--bulk-orders", "20"]
    for _ in ("first", "again"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            told = [served.stdout.readline() for _ in range(3)]
            served.terminate()
        assert "20 orders" in told[1]
        assert "61 posted" in told[1]
        assert " at http://" in told[2]
    assert [path.name for path in (tmp_path / "books").iterdir()] == ["company-3.sqlite"]
