"""One process of an installation that reads from Sage each time it is told to."""

from __future__ import annotations

import sys
from pathlib import Path

from tieout.bootstrap import open_application
from tieout.settings import load


def main(config: str, home: str) -> None:
    application = open_application(load(Path(config), {}), Path(home))
    books = application.companies["giftware"].books
    print("open", flush=True)  # noqa: T201  # what the test waits for
    for _ in sys.stdin:
        print(len(books.banks()), flush=True)  # noqa: T201  # as above
    application.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
