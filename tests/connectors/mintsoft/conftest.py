"""The server that is told what to say, and the account that asks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from tests.connectors.mintsoft.served import Books, Clock, Keeper, Opening, Teller, speaker

from tieout.connectors.mintsoft import MintsoftSettings, MintsoftWarehouse, open_warehouse


@pytest.fixture
def teller() -> Iterator[Teller]:
    told = Teller(url="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), speaker(told))
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def settings(teller: Teller) -> MintsoftSettings:
    return MintsoftSettings(
        account="depot",
        base_url=teller.url,
        api_key=SecretStr("key-nobody-may-see"),
        warehouses={"Leeds": 3, "Bath": 5},
        default_site="Leeds",
        page_limit=2,
        reads_tried=1,
        read_seconds=0.5,
    )


@pytest.fixture
def opening(settings: MintsoftSettings, keeper: Keeper, clock: Clock) -> Iterator[Opening]:
    opened: list[MintsoftWarehouse] = []

    def opens(**changes: object) -> MintsoftWarehouse:
        changed = MintsoftSettings.model_validate({**dict(settings), **changes})
        opened.append(open_warehouse(changed, keeper, clock))
        return opened[-1]

    yield opens
    for warehouse in opened:
        warehouse.close()


@pytest.fixture
def warehouse(opening: Opening) -> MintsoftWarehouse:
    return opening()


@pytest.fixture
def books(teller: Teller) -> Books:
    teller.says("GET", "/api/RefData/Countries", [{"ID": 1, "Name": "UNITED KINGDOM", "Code": "GB", "Code3": "GBR"}])
    return Books(teller)
