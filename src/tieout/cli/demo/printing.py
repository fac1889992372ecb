"""The tie-out as a person reads it."""

from __future__ import annotations

from tieout.cli.demo.report import TieOut
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money


def print_tie_out(result: TieOut, route: str) -> str:
    """The figures of the play in plain text."""
    verdict = "Everything ties out or is on somebody's desk." if result.is_right else "IT DOES NOT TIE OUT."
    lines = [
        "",
        f"Tie-out of {result.documents} returns ({route} credit route)",
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
