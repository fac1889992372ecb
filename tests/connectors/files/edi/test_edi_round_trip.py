"""Everything that we write is read back equal: orders, cancels and acknowledgements, in both dialects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.files.edi.typed import NOW, cancelling, edifact, order, x12

from tieout.connectors.files.edi import (
    Dialect,
    EdiSettings,
    control_number,
    read_edi,
    read_orders,
    write_acknowledgement,
    write_cancel,
    write_order,
)
from tieout.connectors.files.edi.edifact_write import letters_of
from tieout.connectors.files.edi.fitting import Letters
from tieout.connectors.files.edi.x12_write import letters as x12_letters
from tieout.domain.commands.warehouse import RequestLine, SendShipmentRequest
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money
from tieout.ports.errors import Refused

DIALECTS: tuple[Dialect, ...] = ("x12", "edifact")
SETTINGS = EdiSettings(our_id="MERCHANT", partner_id="WAREHOUSE3PL", units={"case of 12": "CA"})
PRINTABLE = "".join(chr(code) for code in range(33, 127))
CODES = st.text(PRINTABLE.translate(str.maketrans("", "", "*>^~")), min_size=1, max_size=20)
"""Codes that both dialects can carry: X12 has no way to write its separators."""
WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
"""Whatever people type: separators of both dialects, line breaks, letters of every alphabet."""
QUANTITIES = st.decimals(min_value="0.001", max_value="999999", places=3)
LINES = st.builds(
    RequestLine,
    line=CODES,
    number=st.integers(1, 9999),
    sku=CODES,
    quantity=QUANTITIES,
    unit=st.sampled_from(["", "EA", "case of 12"]),
    stock_sku=st.just("S"),
    stock_quantity=st.just(Decimal(1)),
    description=WORDS,
    unit_value=st.none() | st.builds(Money, st.integers(0, 10**7), st.sampled_from(["GBP", "EUR", "JPY"])),
)
ADDRESSES = st.builds(
    PostalAddress,
    name=WORDS,
    lines=st.lists(WORDS, max_size=4).map(tuple),
    city=st.text(PRINTABLE, max_size=20),
    county=st.text(PRINTABLE, max_size=20),
    postcode=st.text(PRINTABLE, max_size=9),
    country=st.sampled_from(["", "GB", "IE", "FRA"]),
    contact=st.text(PRINTABLE, max_size=20),
    telephone=st.text(PRINTABLE, max_size=20),
    email=st.just("") | st.text(PRINTABLE, max_size=20).map("a@{}".format),
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ORDERS = st.builds(
    order,
    site=st.just("") | CODES,
    reference=CODES,
    order_number=CODES,
    channel_reference=st.just("") | CODES,
    customer=st.just("") | CODES,
    ordered_on=DAYS,
    required_on=st.none() | DAYS,
    lines=st.lists(LINES, min_size=1, max_size=6).map(tuple),
    deliver_to=ADDRESSES,
    service=st.just("") | CODES,
    instructions=WORDS,
    currency=st.sampled_from(["GBP", "EUR"]),
)


def likeness(dialect: Dialect, settings: EdiSettings) -> Letters:
    return x12_letters if dialect == "x12" else letters_of(settings.edifact_charset)


def assert_reads_as(command: SendShipmentRequest, dialect: Dialect, settings: EdiSettings) -> None:
    letters = likeness(dialect, settings)
    name, body = write_order(command, dialect, 17, settings, NOW)
    (found,) = read_orders(body, settings)
    assert (found.action, found.reference, found.order_number) == ("new", command.reference, command.order_number)
    assert (found.channel_reference, found.customer) == (letters(command.channel_reference), command.customer)
    assert (found.site, found.service) == (command.site, command.service)
    assert (found.ordered_on, found.required_on) == (command.ordered_on, command.required_on)
    assert found.instructions == letters(command.instructions)
    one, two = found.deliver_to, command.deliver_to
    assert (one.name, " ".join(one.lines)) == (letters(two.name), letters(" ".join(two.lines)))
    for part in ("city", "county", "postcode", "country", "contact", "telephone", "email"):
        assert getattr(one, part) == letters(getattr(two, part)), part
    assert len(found.lines) == len(command.lines)
    default = settings.x12_unit if dialect == "x12" else settings.edifact_unit
    for read, written in zip(found.lines, command.lines, strict=True):
        assert (read.line, read.number, read.sku) == (written.line, written.number, written.sku)
        code = settings.units.get(written.unit, written.unit) or default
        assert (read.quantity, read.unit) == (written.quantity, settings.unit_name(code))
        assert letters(written.description)[:45].startswith(read.description[:45])
        if dialect == "edifact":
            assert read.unit_value == written.unit_value
    assert name.isascii()
    assert "/" not in name


@pytest.mark.parametrize("dialect", DIALECTS)
@given(command=ORDERS)
def test_every_order_that_is_written_is_read_back_equal(dialect: Dialect, command: SendShipmentRequest) -> None:
    """Free text in its likeness; codes, figures and days exactly; or the order is refused with a reason."""
    try:
        write_order(command, dialect, 17, SETTINGS, NOW)
    except Refused as refused:
        why = refused.reason
    else:
        assert_reads_as(command, dialect, SETTINGS)
        return
    assert why.endswith(("shorten it.", "cannot carry."))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_order_with_everything_in_it_is_written_and_read_back(dialect: Dialect) -> None:
    assert_reads_as(order(), dialect, SETTINGS)


@pytest.mark.parametrize("charset", ["UNOB", "UNOC", "UNOY"])
def test_an_order_is_read_back_in_every_character_set(charset: str) -> None:
    settings = EdiSettings.model_validate({**SETTINGS.model_dump(), "edifact_charset": charset})
    assert_reads_as(order(instructions="Zoë's “café” in Łódź"), "edifact", settings)


def test_capitals_are_all_that_the_narrowest_set_takes_and_codes_are_never_changed() -> None:
    settings = EdiSettings.model_validate({**SETTINGS.model_dump(), "edifact_charset": "UNOA"})
    written = write_order(order(), "edifact", 17, settings, NOW)[1]
    assert b"LEAVE WITH NEIGHBOUR" in written
    with pytest.raises(Refused, match="The stock code 'mug' holds letters"):
        write_order(
            order(lines=(replace(order().lines[0], sku="mug"),)),
            "edifact",
            17,
            settings,
            NOW,
        )


@pytest.mark.parametrize("dialect", DIALECTS)
@given(reference=CODES, number=CODES, control=st.integers(1, 999_999_999))
def test_every_cancel_that_is_written_is_read_back_equal(
    dialect: Dialect, reference: str, number: str, control: int
) -> None:
    command = replace(cancelling(), reference=reference, order_number=number)
    _, body = write_cancel(command, dialect, control, SETTINGS, NOW)
    (found,) = read_orders(body, SETTINGS)
    assert (found.action, found.reference, found.order_number) == ("cancel", reference, number)


def test_every_number_of_an_order_leads_to_its_file() -> None:
    body = write_order(order(), "x12", 17, SETTINGS, NOW)[1].decode()
    assert "*000000017*0*P*>~" in body
    assert "\nST*940*0017~" in body
    assert "*20261120*0930*17*X*004010~" in body
    assert "\nW05*N*0000000123-1*0000000123~" in body


def test_the_cancel_is_w05_f_and_bgm_function_1() -> None:
    assert b"\nW05*F*0000000123-1*0000000123~" in write_cancel(cancelling(), "x12", 18, SETTINGS, NOW)[1]
    assert b"\nBGM+220+0000000123-1+1'" in write_cancel(cancelling(), "edifact", 18, SETTINGS, NOW)[1]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reference": "0" * 23}, "22 are the most"),
        ({"reference": "A\nB"}, "cannot carry"),
        ({"site": "Süd"}, "cannot carry"),
        ({"deliver_to": PostalAddress(country="Ruritania")}, "has no code"),
        ({"deliver_to": PostalAddress(city="x" * 36)}, "shorten it"),
        ({"deliver_to": PostalAddress(lines=("x" * 60,) * 5)}, "shorten it"),
        ({"lines": (replace(order().lines[0], unit="barrel"),)}, "has no code"),
        ({"lines": (replace(order().lines[0], quantity=Decimal(0)),)}, "only what"),
    ],
)
def test_what_cannot_be_carried_unchanged_is_refused(dialect: Dialect, changed: dict[str, object], why: str) -> None:
    narrow = EdiSettings.model_validate({**SETTINGS.model_dump(), "edifact_charset": "UNOB"})
    with pytest.raises(Refused, match=why):
        write_order(order(**changed), dialect, 17, narrow, NOW)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("control", [0, -1, 10**9])
def test_a_control_number_out_of_range_is_refused(dialect: Dialect, control: int) -> None:
    with pytest.raises(Refused, match="control number"):
        write_order(order(), dialect, control, SETTINGS, NOW)


GOOD = ("W06*F*R-1*20261119*S1", "LX*1", "W12*CC*1*1**EA**VN*A")
BAD = ("W06*F**20261119*S1", "LX*1", "W12*CC*1*1**EA**VN*A")


def acknowledged(body: bytes, now: datetime = NOW) -> bytes:
    written = write_acknowledgement(body, read_edi("north", body, SETTINGS), SETTINGS, now)
    assert written is not None
    return written


def test_a_despatch_that_was_taken_is_acknowledged_as_accepted() -> None:
    text = acknowledged(x12("945", *GOOD)).decode()
    assert "\nAK1*SW*7~\nAK2*945*0001~\nAK5*A~\nAK9*A*1*1*1~\n" in text


def test_a_despatch_that_was_refused_is_acknowledged_as_rejected() -> None:
    text = acknowledged(x12("945", *BAD)).decode()
    assert "\nAK5*R*5~\nAK9*R*1*1*0~\n" in text


def test_a_message_of_which_a_part_was_refused_is_accepted_with_errors() -> None:
    body = x12("947", "W15*20261119*ADJ-5", "W19*AA*many*EA**VN*A", "W19*AA*2*EA**VN*B", group="AW")
    assert "\nAK5*E~\nAK9*A*1*1*1~\n" in acknowledged(body).decode()


def test_the_same_file_is_acknowledged_under_the_same_number() -> None:
    body = x12("945", *GOOD, control=4711)
    first, later = acknowledged(body), acknowledged(body, NOW + timedelta(days=1))
    assert b"*000004711*0*P*>~" in first
    assert b"*000004711*0*P*>~" in later


def test_an_edifact_file_is_acknowledged_by_message() -> None:
    good = edifact("RECADV", "BGM+352+R1+9", "DTM+50:20261119:102", "LIN+1++A:SA", "QTY+48:1", control="REF+77")
    bad = edifact("INVOIC", "BGM+380+I1+9")
    assert "\nUCI+REF77+WAREHOUSE3PL:14+MERCHANT:14+7'" in acknowledged(
        good.replace(b"REF+77", b"REF77")
    ).decode().replace("\r", "")
    assert "\nUCM+M1+INVOIC+4+13'" in acknowledged(bad).decode().replace("\r", "")


@pytest.mark.parametrize(
    "body",
    [
        x12("997", "AK1*OW*17", "AK9*A*1*1*1", group="FA"),
        edifact("CONTRL", "UCI+17+A+B+7"),
        edifact("APERAK", "BGM+305+A1+29", "RFF+ON:X-1"),
        b"STX=ANA:1+:SHOP+:MAKER+940321+REFS'MHD=1+ORDHDR:9'MTR=2'END=1'",
    ],
)
def test_an_acknowledgement_is_not_acknowledged(body: bytes) -> None:
    assert write_acknowledgement(body, read_edi("north", body, SETTINGS), SETTINGS, NOW) is None


@given(
    kinds=st.lists(st.sampled_from([GOOD, BAD]), min_size=1, max_size=4),
    control=st.integers(1, 999_999_999),
)
def test_every_997_that_is_written_reads_as_whole_and_says_what_was_taken(
    kinds: list[tuple[str, ...]], control: int
) -> None:
    """Our own reader takes it but for its group: it acknowledges what warehouses send, and we send orders."""
    body = b"".join(x12("945", *segments, control=control) for segments in kinds)
    written = acknowledged(body).replace(b"AK1*SW*", b"AK1*OW*").replace(b"AK2*945*", b"AK2*940*")
    content = read_edi("north", written, SETTINGS)
    assert content.refused == ()
    expected = not any(segments is BAD for segments in kinds)
    if len({id(segments) for segments in kinds}) == 1:
        assert [(control_number(a), a.is_accepted) for a in content.answers] == [(1, expected)] * len(kinds)


@given(is_good=st.booleans(), control=st.integers(1, 999_999_999))
def test_every_contrl_that_is_written_is_read_back_equal(*, is_good: bool, control: int) -> None:
    segments = ("BGM+352+R1+9", "DTM+50:20261119:102", "LIN+1++A:SA", "QTY+48:1") if is_good else ("BGM+352++9",)
    written = acknowledged(edifact("RECADV", *segments, control=str(control)))
    content = read_edi("north", written, SETTINGS)
    assert content.refused == ()
    assert [(control_number(a), a.is_accepted) for a in content.answers] == [(control, is_good)]
