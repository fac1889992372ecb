"""Kinds of trouble that are no fault of one document: late legs, silent accounts, a worker that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tieout.domain.alerts.kinds import Ladder
from tieout.domain.faults import BY_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One kind of condition that an alert stands for. Codes are never reused."""

    code: str
    title: str
    means: str
    do: str
    owner: str
    """The role that it is for; empty where each occurrence names its own."""
    ladder: Ladder


LEGS_LATE: Final = Condition(
    code="LEGS_LATE",
    title="Something that should be visible by now is not",
    means="A document is due in a system and no independent read has found it there yet.",
    do="Open the documents listed: each says which system it should be in and what was tried. Tieout goes on reading.",
    owner="",
    ladder="data",
)
DEBT_HIGH: Final = Condition(
    code="DEBT_HIGH",
    title="The reconciliation debt is over its limit",
    means="What is overdue, differs or was never expected adds up to more than the limit in the settings.",
    do="Open the debt by owner and age, and settle the largest first.",
    owner="finance",
    ladder="data",
)
ACCOUNT_UNWELL: Final = Condition(
    code="ACCOUNT_UNWELL",
    title="An account cannot do all that is asked of it",
    means="The last look at the account found something that its system refused or does not have.",
    do="Open Accounts: each finding says what is missing. Put it right there, then look again.",
    owner="integration",
    ladder="technical",
)
ACCOUNT_RESTING: Final = Condition(
    code="ACCOUNT_RESTING",
    title="A system cannot be reached",
    means="The system did not answer, or asked to be left alone. Its work waits; nothing is lost.",
    do="See whether the system is up and its address right. Work goes on by itself once it answers.",
    owner="integration",
    ladder="technical",
)
ACCOUNT_SILENT: Final = Condition(
    code="ACCOUNT_SILENT",
    title="An account was not listed for some hours",
    means="The independent listings that find what no event told have not run to their end of late.",
    do="See whether a worker runs and whether the account answers: `tieout doctor` asks it.",
    owner="integration",
    ladder="technical",
)
WORKER_STILL: Final = Condition(
    code="WORKER_STILL",
    title="No worker is running",
    means="No worker has said that it lives. What comes in is kept, and nothing is worked on.",
    do="Start one with `tieout worker`, or see why it stopped in its log.",
    owner="integration",
    ladder="technical",
)
DEFECT: Final = Condition(
    code="DEFECT",
    title="Tieout's own code failed",
    means="A lane or a schedule ended in a mistake of Tieout's own. Its work is kept and tried again, later each time.",
    do="Run `tieout doctor`, read the worker's log for this lane or schedule, and report it.",
    owner="integration",
    ladder="technical",
)

WEBHOOK_DEAF: Final = Condition(
    code="WEBHOOK_DEAF",
    title="A program takes nothing that it is told",
    means="Messages to a webhook have not been taken for an hour or longer. They are tried for about three days.",
    do="Open the webhook: each message says what was answered. Put the program right, or close the webhook.",
    owner="integration",
    ladder="technical",
)

CONDITIONS: Final = (
    LEGS_LATE,
    DEBT_HIGH,
    ACCOUNT_UNWELL,
    ACCOUNT_RESTING,
    ACCOUNT_SILENT,
    WORKER_STILL,
    DEFECT,
    WEBHOOK_DEAF,
)
CONDITION: Final[Mapping[str, Condition]] = {one.code: one for one in CONDITIONS}


def means_of(code: str) -> str:
    """What an alert of a code means; empty for a code that nobody knows any more."""
    known = BY_CODE.get(code) or CONDITION.get(code)
    return known.means if known else ""


def do_of(code: str) -> str:
    """What to do about an alert of a code; empty for a code that nobody knows any more."""
    known = BY_CODE.get(code) or CONDITION.get(code)
    return known.do if known else ""
