"""The systems around a merchant, filled with a file's trading and served by a process of their own.

Reads the file's path and, when only some customers play, their numbers (one line of JSON on standard input);
prints the address and the clock's offset once everything is loaded, and serves until standard input ends.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import httpx

from tieout.cli.demo.stage import build_stage, fill
from tieout.cli.demo.trading import read_trading
from tieout.sandbox.serve import ServedEstate


def main() -> None:
    wish = json.loads(sys.stdin.readline())
    play = read_trading(Path(wish["file"])).play(0, seed=1)
    if wish["customers"] is not None:
        chosen = set(wish["customers"])
        play = replace(play, sales=tuple(sale for sale in play.sales if sale.customer in chosen))
    stage = build_stage(replace(play, sales=play.sales), seed=1)
    with ServedEstate(stage.estate) as served:
        fill(served.url, play)
        del play
        allowances = (
            ("/returngo/quota", {"per_day": 10_000_000}),
            ("/shopify/settings", {"bucket_size": 200_000_000, "restore_per_second": 1_000_000}),
        )
        for path, allowance in allowances:
            httpx.put(f"{served.url}/_sandbox{path}", json=allowance, timeout=30).raise_for_status()
        offset = stage.clock.offset.total_seconds()
        print(json.dumps({"url": served.url, "offset": offset, "today": stage.today.isoformat()}), flush=True)  # noqa: T201  # what the test waits for
        sys.stdin.read()


if __name__ == "__main__":
    main()
