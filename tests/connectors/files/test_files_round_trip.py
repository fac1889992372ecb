"""Laws: every layout reads back what it wrote, however an account writes it; and no bytes do harm."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.connectors.files.partner import NOON, cancel, despatch, left, line, request

from tieout.connectors.files import FilesSettings
from tieout.connectors.files.csv_out import write_table
from tieout.connectors.files.figures import (
    RowError,
    day,
    day_text,
    moment,
    moment_text,
    number,
    number_text,
)
from tieout.connectors.files.layouts import LAYOUTS, WORDS, CsvLayout, LayoutName
from tieout.connectors.files.manifest import read_manifest, write_cancel, write_order
from tieout.connectors.files.reading import read_file
from tieout.domain.commands import differences
from tieout.domain.commands.warehouse import request_figures
from tieout.domain.money import Money
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import FileContent

ZONE = ZoneInfo("Europe/London")
SEED = 20261121

codes = st.from_regex(r"[A-Z0-9][A-Z0-9/._-]{0,12}", fullmatch=True).filter(lambda code: code.casefold() != "trailer")
words = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\xa0"), max_size=20).map(
    lambda text: " ".join(text.split("\x85")).strip()
)
notes = st.lists(words.filter(bool), max_size=3).map("\r\n".join)
quantities = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(999_999), places=3)
moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 11, 20)).map(  # noqa: DTZ001 - made UTC
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@st.composite
def layouts(draw: st.DrawFn, name: LayoutName) -> CsvLayout:
    """Some way to write a layout: other names, or places without a header row, other marks, words and formats."""
    decimal_mark, thousands_mark = draw(st.sampled_from([(".", ""), (".", ","), (",", "."), (",", " "), (".", "'")]))
    columns = [column.name for column in LAYOUTS[name]]
    has_header = draw(st.booleans())
    places = draw(st.permutations(range(1, len(columns) + 1)))
    renamed = {column: str(place) for column, place in zip(columns, places, strict=True)}
    return CsvLayout.model_validate(
        {
            "columns": renamed if not has_header else {column: f"Spalte {at}" for column, at in renamed.items()},
            "has_header": has_header,
            "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
            "encoding": draw(st.sampled_from(["utf-8", "latin-1", "cp1252"])),
            "decimal_mark": decimal_mark,
            "thousands_mark": thousands_mark,
            "date_format": draw(st.sampled_from(["iso", "%d/%m/%Y", "%Y%m%d"])),
            "moment_format": draw(st.sampled_from(["iso", "unix", "%d.%m.%Y %H:%M %z"])),
            "trailer": draw(st.sampled_from(["none", "optional", "required"])),
            "words": {
                column: {f"{word}!": word for word in WORDS[column]}
                for column in columns
                if column in WORDS and draw(st.booleans())
            },
        }
    )


def account(name: LayoutName, layout: CsvLayout) -> FilesSettings:
    return FilesSettings.model_validate(
        {"account": "northern", "host": "h", "host_key": "k", "username": "u", "password": "p"}
        | {"layouts": {name: layout.model_dump()}, "file_names": {name: "*"}}
    )


def read_back(name: LayoutName, layout: CsvLayout, rows: Sequence[Mapping[str, str]]) -> FileContent:
    body = write_table(name, layout, rows)
    content = read_file("a.csv", body, account(name, layout), NOON)
    assert content.refused == ()
    return content


@given(data=st.data())
def test_an_order_reads_back_to_its_figures(data: st.DataObject) -> None:
    layout = data.draw(layouts("order_manifest"))
    lines = data.draw(st.lists(st.tuples(codes, quantities, notes), min_size=1, max_size=4))
    command = request(
        lines=tuple(
            line(at, sku, str(quantity), description=note) for at, (sku, quantity, note) in enumerate(lines, start=1)
        ),
        instructions=data.draw(notes.filter(lambda text: _fits(text, layout))),
    )
    if not all(_fits(note, layout) for _, _, note in lines):
        return
    one = account("order_manifest", layout)
    read = read_manifest(write_order(command, one), one)
    figures = request_figures(read.reference, [(each.sku, each.quantity) for each in read.lines])
    assert differences(command.figures(), figures) == ()
    asked = read_manifest(write_cancel(cancel(), one), one)
    assert (asked.reference, asked.action, asked.lines) == (cancel().reference, "C", ())


@given(data=st.data())
def test_a_despatch_reads_back(data: st.DataObject) -> None:
    layout = data.draw(layouts("despatch_confirmation"))
    told = data.draw(st.lists(st.tuples(codes, quantities, codes, moments), min_size=1, max_size=4))
    rows = [
        {
            "file_id": "F1",
            "order_ref": "0000000123",
            "release_no": "1",
            "despatch_ref": f"D{at}",
            "despatched_at": moment_text(when, layout, ZONE),
            "line_no": str(at),
            "sku_shipped": sku,
            "qty": number_text(quantity, layout),
            "batch": batch,
            "line_status": "shipped" if "line_status" not in layout.words else "shipped!",
        }
        for at, (sku, quantity, batch, when) in enumerate(told)
    ]
    content = read_back("despatch_confirmation", layout, rows)
    found = [(one.lines[0].sku, one.lines[0].quantity, one.lines[0].batches[0].number) for one in content.shipments]
    assert found == [(sku, quantity, batch) for sku, quantity, batch, _ in told]
    assert [one.reached_at for one in content.shipments] == [when for _, _, _, when in told]
    assert {one.reference for one in content.shipments} == {"0000000123-1"}


@given(data=st.data())
def test_a_snapshot_reads_back(data: st.DataObject) -> None:
    layout = data.draw(layouts("stock_snapshot"))
    at = data.draw(moments)
    held = data.draw(st.dictionaries(codes, st.tuples(quantities, st.none() | quantities), min_size=1, max_size=4))
    rows = [
        {
            "snapshot_at": moment_text(at, layout, ZONE),
            "sku": sku,
            "on_hand": number_text(-on_hand, layout),
            "quarantine": "" if aside is None else number_text(aside, layout),
        }
        for sku, (on_hand, aside) in held.items()
    ]
    (one,) = read_back("stock_snapshot", layout, rows).snapshots
    assert {each.sku: (-each.on_hand, each.quarantine) for each in one.lines} == held
    assert (one.taken_at, one.is_whole) == (at, True)


@given(data=st.data())
def test_movements_read_back(data: st.DataObject) -> None:
    layout = data.draw(layouts("stock_movement"))
    told = data.draw(st.lists(st.tuples(codes, quantities, words, moments), min_size=1, max_size=4))
    told = [each for each in told if _fits(each[2], layout)]
    rows = [
        {
            "movement_id": f"M{at}",
            "occurred_at": moment_text(when, layout, ZONE),
            "type": "adjust" if "type" not in layout.words else "adjust!",
            "reason_code": why,
            "sku": sku,
            "qty_signed": number_text(-quantity, layout),
        }
        for at, (sku, quantity, why, when) in enumerate(told)
    ]
    if rows:
        found = read_back("stock_movement", layout, rows).movements
        assert [(one.sku, -one.quantity, one.reason, one.occurred_at) for one in found] == told


@given(data=st.data())
def test_acknowledgements_read_back(data: st.DataObject) -> None:
    layout = data.draw(layouts("ack"))
    said = data.draw(st.dictionaries(codes.filter(lambda code: "-" not in code), st.booleans(), min_size=1, max_size=4))
    mark = "!" if "status" in layout.words else ""
    rows = [
        {"order_ref": order, "release_no": "1", "status": ("accepted" if is_accepted else "rejected") + mark}
        for order, is_accepted in said.items()
    ]
    found = {one.reference: one.is_accepted for one in read_back("ack", layout, rows).answers}
    assert found == {f"{order}-1": is_accepted for order, is_accepted in said.items()}


@given(data=st.data())
def test_charges_read_back_to_the_penny(data: st.DataObject) -> None:
    layout = data.draw(layouts("charges"))
    on = st.dates(date(2020, 1, 1), date(2026, 11, 20))
    told = data.draw(st.lists(st.tuples(st.integers(-(10**9), 10**9), on, codes), min_size=1, max_size=4))
    rows = [
        {
            "charge_id": f"C{at}",
            "invoice": invoice,
            "date": day_text(when, layout),
            "code": "pick",
            "net": number_text(Money(minor).decimal(), layout),
        }
        for at, (minor, when, invoice) in enumerate(told)
    ]
    found = [(one.net.minor, one.on, one.invoice) for one in read_back("charges", layout, rows).charges]
    assert found == told


@given(amount=st.decimals(min_value=-(10**9), max_value=10**9, places=4), layout=layouts("charges"))
def test_a_number_reads_back_in_every_style(amount: Decimal, layout: CsvLayout) -> None:
    assert number(number_text(amount, layout), "net", layout, is_signed=True) == amount


@given(on=st.dates(date(2000, 1, 1), date(2100, 12, 31)), at=moments, layout=layouts("charges"))
def test_days_and_times_read_back_in_every_format(on: date, at: datetime, layout: CsvLayout) -> None:
    assert day(day_text(on, layout), "date", layout) == on
    assert moment(moment_text(at, layout, ZONE), "at", layout, ZONE) == at


@given(at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001 - naive on purpose
def test_a_time_without_an_offset_is_never_more_than_an_hour_off_and_never_refused(at: datetime) -> None:
    read = moment(at.isoformat(timespec="seconds"), "at", CsvLayout(), ZONE)
    assert timedelta(0) <= at.replace(tzinfo=UTC, microsecond=0) - read <= timedelta(hours=1)


@given(text=st.text(max_size=30))
def test_any_text_is_a_number_a_day_a_time_or_refused(text: str) -> None:
    reads: tuple[Callable[[], object], ...] = (
        lambda: number(text, "x", CsvLayout(thousands_mark=",")),
        lambda: day(text, "x", CsvLayout(date_format="%d/%m/%Y")),
        lambda: moment(text, "x", CsvLayout(), ZONE),
        lambda: moment(text, "x", CsvLayout(moment_format="unix"), ZONE),
    )
    for read in reads:
        try:
            assert read() is not None
        except RowError as error:
            why = str(error)
        else:
            why = text
        assert text in why


def _fits(text: str, layout: CsvLayout) -> bool:
    try:
        text.encode(layout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def seeds() -> list[bytes]:
    """Good files of every kind, CSV and EDI."""
    csv = [
        despatch(
            left(batch="B1"),
            left("2", status="short", reason='"a,\r\nb"'),
            left("1", ref="D2", serial="S1"),
            "TRAILER,3",
        ),
        b"file_id,node_code,snapshot_at,sku,uom,on_hand,quarantine\r\nS,N,2026-11-20T06:00:00Z,A,EA,10,1\r\n",
        b"movement_id,occurred_at,type,sku,qty_signed,ref\r\nM1,2026-11-20T06:00:00Z,transfer,A,-1,T\r\n",
        b"input_file,status,reason\r\norder_0000000123-1.csv,accepted,\r\n",
        b"invoice,date,code,net\r\nI1,2026-10-31,pick,1.50\r\n",
    ]
    x12 = (
        b"ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*TIEOUT         *261120*0930*U*00401*000000007*0*P*>~"
        b"GS*SW*WAREHOUSE*TIEOUT*20261120*0930*7*X*004010~ST*945*0001~W06*F*0000000123-1*20261120*D1~LX*1~"
        b"W12*SH*3*3*0*EA**VN*0012~SE*5*0001~GE*1*7~IEA*1*000000007~"
    )
    edifact = (
        b"UNB+UNOC:3+WAREHOUSE+TIEOUT+261120:0930+7'UNH+1+DESADV:D:96A:UN:EAN005'BGM+351+D1+9'"
        b"DTM+11:20261120:102'RFF+ON:0000000123-1'CPS+1'LIN+1++0012:SA'QTY+12:3'UNT+8+1'UNZ+1+7'"
    )
    return [*csv, x12, edifact]


def mutated(one: bytes, draw: random.Random, others: Sequence[bytes]) -> bytes:
    """A file with a few things wrong: bytes changed, cut out, doubled, taken from elsewhere; cut off; run together."""
    body = bytearray(one)
    for _ in range(draw.choice((1, 1, 1, 2, 6))):
        at, to = sorted((draw.randint(0, len(body)), draw.randint(0, len(body))))
        match draw.choice((0, 0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 6)):
            case 0 if body:
                body[at % len(body)] = draw.randrange(256)
            case 1:
                del body[at : draw.choice((at + 1, at + 4, to))]
            case 2:
                body[at:at] = body[at : min(to, at + 200)]
            case 3:
                body[at:at] = draw.choice(
                    [b'"', b"\r", b"\n", b",", b"\0", b"'", b"~", b"*", b"+", b"-", b"\xef\xbb\xbf"]
                )
            case 4:
                body[at:at] = draw.choice(
                    [b"9" * 400, b"1E+99", b"NaN", b"Infinity", b"\xd9\xa3", b"2026-02-30", b"\xff"]
                )
            case 5:
                del body[at:]
            case _:
                body[at:at] = draw.choice(others)[: draw.randint(0, 300)]
    return bytes(body[:5_000])


def torment(rounds: int) -> Iterator[str]:
    """What became of each mutated file."""
    draw = random.Random(SEED)
    good = seeds()
    plain = account("charges", CsvLayout())
    kinds: list[dict[str, Any]] = [{}] + [{kind: "*"} for kind in LAYOUTS if kind != "order_manifest"]
    accounts = [plain.model_copy(update={"file_names": names}) for names in kinds]
    for _ in range(rounds):
        body = mutated(draw.choice(good), draw, good)
        try:
            content = read_file("a.csv", body, draw.choice(accounts), NOON)
        except MalformedError as error:
            yield "held" if str(error).strip() else "held without a reason"
        else:
            assert isinstance(content, FileContent)
            assert all(row.why for row in content.refused)
            yield "refused" if content.refused else "read"


def test_2000_mutated_files_are_read_or_held_and_nothing_else() -> None:
    became = list(torment(2_000))
    assert {"held", "refused", "read"} == set(became)


@pytest.mark.long
def test_100000_mutated_files_are_read_or_held_and_nothing_else() -> None:
    became = list(torment(100_000))
    assert len(became) == 100_000
    assert {"held", "refused", "read"} == set(became)


@given(body=st.binary(max_size=300))
@hypothesis_settings(max_examples=300)
def test_any_bytes_are_read_or_held(body: bytes) -> None:
    for kind in ("despatch_confirmation", "stock_snapshot"):
        try:
            content = read_file("a.csv", body, account(kind, CsvLayout()), NOON)
        except MalformedError:
            continue
        assert isinstance(content, FileContent)


def test_good_files_among_the_seeds_are_read_whole() -> None:
    plain = account("charges", CsvLayout()).model_copy(update={"file_names": {}})
    for one, other in pairwise(read_file("a.csv", body, plain, NOON) for body in seeds()):
        assert one.described != other.described
