"""The tie-out as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.cli.demo.printing_orders import order_lines
from tieout.cli.demo.report import TieOut
from tieout.cli.demo.tally import Tally
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money


def print_tie_out(result: TieOut, route: str) -> str:
    """The figures of the play in plain text."""
    verdict = "Everything ties out or is on somebody's desk." if result.is_right else "IT DOES NOT TIE OUT."
    lines = [
        "",
        f"Tie-out of {result.documents} returns from the trading file ({route} credit route)",
        "",
        f"  tied out            {result.tied_out:>8}",
        f"  on a case           {result.on_case:>8}",
        f"  lost                {result.lost:>8}",
        f"  posted twice        {len(result.duplicates):>8}   counted in the remote systems' own books",
        "",
        f"  credit notes in Sage      {Money(result.credited_minor)!s:>16}",
        f"  refunds in the shop       {Money(result.refunded_minor)!s:>16}",
        f"  explained by cases        {Money(result.explained_minor)!s:>16}",
        f"  reconciliation debt       {Money(result.debt_minor)!s:>16}",
        "",
        "  legs   " + "   ".join(f"{state} {count}" for state, count in sorted(result.legs.items())),
    ]
    if result.cases:
        lines += ["", "  Cases by kind"]
        lines += [
            f"    {count:>5}  {BY_CODE[code].title}  ({BY_CODE[code].owner.value})"
            for code, count in result.cases.most_common()
        ]
    lines += _special_lines(result)
    lines += order_lines(result.orders)
    if result.faults_injected:
        faults = ", ".join(
            f"{kind.replace('_', ' ')} {count}" for kind, count in sorted(result.faults_injected.items())
        )
        lines += ["", f"  Misbehaviour ridden out: {faults}"]
    if result.workers_killed:
        lines += [f"  Workers killed with kill -9 and restarted: {result.workers_killed}"]
    lines += [f"    not accounted for: {rma}" for rma in result.unaccounted[:10]]
    lines += [f"    doubled: {entry}" for entry in result.duplicates[:10]]
    lines += [f"    books out of balance: {proof}" for proof in result.broken_proofs]
    lines += ["", f"  {verdict}  ({result.seconds:.0f} s)"]
    return "\n".join(lines)


def _special_lines(result: TieOut) -> Iterator[str]:
    """One line for each kind of special return, and the damaged goods."""
    if result.specials:
        yield ""
        yield "  Special returns: what customers got by Sage's books, and outside by those of shop and portal"
        yield f"    {'':36}{'played':>6}{'tied out':>10}{'on a case':>11}{'Sage':>10}{'outside':>10}"
    for line in result.specials:
        counts = f"{line.played:>6}{line.tied_out:>10}{line.cases.total():>11}"
        amounts = f"{Money(line.in_sage_minor).text():>10}{Money(line.outside_minor).text():>10}"
        yield f"    {line.title:<36}{counts}{amounts}"
        yield from (f"      {remark}" for remark in _remarks(line))
    yield ""
    yield f"  damaged units       {result.damaged_units:>8}"
    yield f"  in quarantine       {result.quarantined_units:>8}   by Sage's stock ledger"


def _remarks(line: Tally) -> Iterator[str]:
    """The cases that it stands on or that were settled, and whether that is how it had to end."""
    yield from (f"on a case: {BY_CODE[code].title}" for code in line.cases)
    yield from (f"settled on the way: {BY_CODE[code].title}" for code in line.settled)
    pence = abs(line.in_sage_minor - line.booked_minor)
    if line.is_right and pence:
        yield f"{pence}p off, because Sage reckons VAT on the net price"
    if not line.is_right:
        yield "NOT AS EXPECTED"
