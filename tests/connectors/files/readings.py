"""Reading one CSV file in a test."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.files.partner import NOON

from tieout.connectors.files import FilesSettings
from tieout.connectors.files.reading import read_file
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import FileContent

LAYOUT = "despatch_confirmation"


def settings(layouts: dict[str, Any] | None = None, **changes: object) -> FilesSettings:
    given = {"account": "northern", "host": "h", "host_key": "k", "username": "u", "password": "p"}
    return FilesSettings.model_validate({**given, "layouts": layouts or {}, **changes})


def read(body: bytes, layouts: dict[str, Any] | None = None, *, name: str = "a.csv", **changes: object) -> FileContent:
    return read_file(name, body, settings(layouts, **changes), NOON)


def held(body: bytes, layouts: dict[str, Any] | None = None, file_names: dict[str, str] | None = None) -> str:
    with pytest.raises(MalformedError) as caught:
        read(body, layouts, file_names=file_names or {})
    return str(caught.value)


def why(body: bytes, layouts: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    return [(row.where, row.why) for row in read(body, layouts).refused]
