"""The cause of a case: cases of one cause are settled by one fix."""

from __future__ import annotations

import re

from tieout.domain.faults.kinds import Fault

ABOUT_WHAT = frozenset(
    {
        "SKU_UNMAPPED",
        "CUSTOMER_UNMAPPED",
        "TENDER_UNMAPPED",
        "CARRIAGE_REFUND",
        "MANUAL_ADJUSTMENT",
        "NOT_A_RETURN",
        "TEST_PRODUCT",
        "VOUCHER_RETURNED",
        "POLICY_MISSING",
        "SIGN_IN_ENDS_SOON",
        "SIGN_IN_ENDED",
    }
)
"""Kinds that are settled for what they are about: a stock code, a customer, an account."""

BY_WHAT_WAS_SEEN = frozenset({"UNKNOWN_WORD", "VAT_CODE_MISSING", "NOMINAL_MISSING", "NOMINAL_CLOSED", "BIN_UNMAPPED"})
"""Kinds that are settled for a name that was seen, figures in it included: a word, a tax code, a bin."""

CAUSE_LENGTH = 200
"""Longer texts are cut: a cause is compared, never read back."""

_DAY = re.compile(r"\d{4}-\d{2}(?=-\d{2})")
_WITH_FIGURES = re.compile(r"\S*\d\S*")
_CURRENCY = re.compile(r"\b(GBP|EUR|USD)\b")


def cause_of(fault: Fault) -> str:
    """What all cases that one fix settles have in common: the kind of fault and the thing that it is about.

    The mapping row where there is one; else the thing; else what was seen, without its figures and references.
    """
    return " ".join((fault.code, _thing(fault))).strip()[:CAUSE_LENGTH]


def _thing(fault: Fault) -> str:
    if fault.row:
        return _plain(fault.row)
    if fault.code == "PERIOD_CLOSED":
        month = _DAY.search(fault.at)
        return f"{month.group(0)} {fault.at.rpartition(', ')[2]}" if month else _plain(fault.at)
    if fault.code in ABOUT_WHAT:
        return _plain(fault.at)
    if fault.code in BY_WHAT_WAS_SEEN:
        return _plain(fault.saw)
    return _plain(_CURRENCY.sub(" ", _WITH_FIGURES.sub(" ", fault.saw)))


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" ,.;:/").casefold()
