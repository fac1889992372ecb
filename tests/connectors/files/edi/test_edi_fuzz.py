"""Broken files of every sort raise nothing but MalformedError, and none takes long."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from tests.connectors.files.edi.typed import NOW, cancelling, edifact, order, x12

from tieout.connectors.files.edi import (
    EdiSettings,
    read_edi,
    read_orders,
    write_acknowledgement,
    write_cancel,
    write_order,
)
from tieout.ports.inbound import MalformedError

SETTINGS = (EdiSettings(), EdiSettings(checks_counts=False, accepts_unnamed_shipments=True))
SECONDS_MAX = 5.0
"""A mutated file of a few thousand bytes takes milliseconds; a busy machine takes more."""
MARKS = b"*~>:+'?=^\n\r \t\x00\xff\\|\x1c\x1d"
TAGS = (b"ISA*", b"GS*", b"ST*", b"SE*", b"GE*", b"IEA*", b"UNA", b"UNB+", b"UNH+", b"UNT+", b"UNZ+", b"STX=", b"MHD=")

OWN: tuple[bytes, ...] = (
    write_order(order(), "x12", 17, SETTINGS[0], NOW)[1],
    write_order(order(), "edifact", 17, SETTINGS[0], NOW)[1],
    write_cancel(cancelling(), "x12", 18, SETTINGS[0], NOW)[1],
    write_cancel(cancelling(), "edifact", 18, SETTINGS[0], NOW)[1],
    x12(
        "945", "W06*F*R-1*20261119*S1", "N1*SF***X", "LX*1", "MAN*CP*1", "W12*BP*9*7*2*EA**VN*A*L1", "N9*LI*1", "W03*7"
    ),
    x12("947", "W15*20261119*A-5", "W19*AA*-3*EA**VN*A***L", "W19*AK*3*EA**VN*B", group="AW"),
    x12("944", "W17*F*20261118*R-8*PO-5", "W07*48*EA**VN*A***L8", "W13*2*EA*01", "W14*48", group="RE"),
    x12("846", "BIA*00*MM*I-7*20261120*0600", "N1*WH**91*S", "LIN*1*VN*A", "QTY*17*9*EA", "QTY*QC*2*EA", group="IB"),
    x12("997", "AK1*OW*17", "AK2*940*0017", "AK3*W01*12", "AK5*R*5", "AK9*R*1*1*0", group="FA"),
    edifact(
        "DESADV",
        "BGM+351+D+9",
        "DTM+11:202611191715:203",
        "RFF+ON:R-1",
        "CPS+1",
        "GIN+BJ+35",
        "LIN+1++A:SA",
        "QTY+12:8:CT",
        "QTY+21:9",
        "QVR+-1:21+BP",
    ),
    edifact("INVRPT", "BGM+35+I-1+9", "DTM+366:202611200600:203", "LIN+1++A:SA", "QTY+145:9:PCE", "QTY+124:1:PCE"),
    edifact("INVRPT", "BGM+78+I-1+9", "DTM+366:20261120:102", "LIN+1++A:SA", "QTY+1:9:PCE", "INV+1++3", "LOC+18+B"),
    edifact("RECADV", "BGM+352+R1+9", "DTM+50:20261119:102", "LIN+1++A:SA", "QTY+48:1", "QVR+-1:12+AC"),
    edifact("ORDRSP", "BGM+231+R1+27", "FTX+AAI+++No stock", "RFF+ON:X-1", "LIN+1+7"),
    edifact("APERAK", "BGM+305+A1+27", "RFF+ON:X-1", "ERC+15", "FTX+AAO+++Unknown"),
    edifact("CONTRL", "UCI+17+A+B+7", "UCM+1+ORDERS:D:01B:UN+4+12"),
    b"STX=ANA:1+:SHOP+:MAKER+940321+REFS'MHD=1+ORDERS:9'ORD=981::940321'OLD=1+50001+50002++12+10++++A'MTR=4'END=1'",
)


def spans(random: Random, body: bytes) -> tuple[int, int]:
    start = random.randrange(len(body) + 1)
    return start, min(len(body), start + random.choice((1, 3, 10, 60, 400)))


def cut(random: Random, body: bytes) -> bytes:
    start, end = spans(random, body)
    return random.choice((body[:start] + body[end:], body[:start], body[start:]))


def double(random: Random, body: bytes) -> bytes:
    start, end = spans(random, body)
    return body[:end] + body[start:end] * random.choice((1, 2, 50)) + body[end:]


def swap(random: Random, body: bytes) -> bytes:
    mark = random.choice((b"~", b"'", b"*", b"+", b":"))
    parts = body.split(mark)
    first, second = random.randrange(len(parts)), random.randrange(len(parts))
    parts[first], parts[second] = parts[second], parts[first]
    return mark.join(parts)


def flip(random: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(random.choice((1, 1, 2, 8))):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def mark(random: Random, body: bytes) -> bytes:
    one, other = bytes([random.choice(MARKS)]), bytes([random.choice(MARKS)])
    place = random.randrange(len(body) + 1)
    return random.choice((body.replace(one, other), body[:place] + one + body[place:], body.replace(one, b"")))


def plant(random: Random, body: bytes) -> bytes:
    place = random.randrange(len(body) + 1)
    return body[:place] + random.choice((*TAGS, b"-1", b"9" * 30, b"1E9", b"", "٣".encode())) + body[place:]


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (cut, double, swap, flip, mark, plant)


def mutated(random: Random, seeds: Sequence[bytes]) -> bytes:
    body = random.choice(seeds)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        body = random.choice(MUTATIONS)(random, body)[:20_000]
    if random.random() < 0.05:
        body += random.choice(seeds)
    return body


def outcome(body: bytes, settings: EdiSettings) -> str:
    """Read it in every way; anything but MalformedError passes on to the test."""
    try:
        content = read_edi("north", body, settings)
    except MalformedError as malformed:
        why = str(malformed)
    else:
        write_acknowledgement(body, content, settings, NOW)
        with suppress(MalformedError):
            read_orders(body, settings)
        assert content.file_id
        assert content.described
        told = content.shipments or content.movements or content.snapshots or content.answers
        return ("read" if told else "refused") + (" in part" if told and content.refused else "")
    assert why.endswith(".")
    assert len(why) < 400
    return "malformed"


def feed(first: int, count: int, seeds: Sequence[bytes]) -> Counter[str]:
    """Read `count` broken files; each has its own seed, so that one can be made again by its number."""
    outcomes: Counter[str] = Counter()
    for number in range(first, first + count):
        body = mutated(Random(number), seeds)
        began = time.perf_counter()
        try:
            outcomes[outcome(body, SETTINGS[number % 2])] += 1
        except Exception as unforeseen:
            raise AssertionError(f"broken file {number}: {body!r}") from unforeseen
        assert time.perf_counter() - began < SECONDS_MAX, f"broken file {number} took too long"
    return outcomes


def seeds_with(samples: Path) -> tuple[bytes, ...]:
    """Our own messages, and the published ones where they are."""
    folders = [samples / name for name in ("x12_types", "edi_net")]
    paths = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir())
    return (*OWN, *(path.read_bytes() for path in paths if path.suffix.lower() == ".edi"))


def test_two_thousand_broken_files_raise_nothing_but_malformed() -> None:
    outcomes = feed(0, 2_000, OWN)
    assert outcomes.total() == 2_000
    assert min(outcomes["malformed"], outcomes["refused"], outcomes["read"], outcomes["read in part"]) > 50, outcomes


@pytest.mark.long
def test_a_hundred_thousand_broken_files_raise_nothing_but_malformed(samples: Path) -> None:
    seeds = seeds_with(samples)
    outcomes: Counter[str] = Counter()
    for first in range(0, 100_000, 5_000):
        outcomes += feed(1_000_000 + first, 5_000, seeds)
        print(f"{outcomes.total():,} of 100,000 broken files: {dict(outcomes)}", flush=True)  # noqa: T201 - progress
    assert outcomes.total() == 100_000
    assert min(outcomes["malformed"], outcomes["refused"], outcomes["read"], outcomes["read in part"]) > 1_000


@pytest.mark.parametrize(
    "body",
    [
        b"ISA" + b"*" * 1_000_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>~" + b"\n" * 1_000_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>\n" + b"\n" * 1_000_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>~ST*945*1~" + b"W12*" * 300_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>~" + b"~ \t" * 300_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>~" * 3_000,
        b"ISA*00*          *00*          *ZZ*A*ZZ*B*261120*0800*U*00401*1*0*P*>~IEA*0*1~" * 3_000,
        b"UNB+UNOC:3+A+B+261120:0800+1'" + b"?" * 300_000,
        b"UNB+UNOC:3+A+B+261120:0800+1'" + b":" * 300_000 + b"'",
        b"UNB+UNOC:3+A+B+261120:0800+1'" + b"'" * 300_000,
        b"UNB+UNOC:3+A+B+261120:0800+1'UNZ+0+1'" * 5_000,
        b"UNA:+.? \nUNB+UNOC:3+A+B+261120:0800+1\n" + b"\n" * 300_000,
        b"STX=" + b"'" * 300_000,
    ],
)
def test_a_large_file_of_one_thing_is_done_with_at_once(body: bytes) -> None:
    began = time.perf_counter()
    assert outcome(body, EdiSettings()) in {"malformed", "refused"}
    assert time.perf_counter() - began < 4 * SECONDS_MAX
