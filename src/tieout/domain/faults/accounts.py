"""Faults of accounts: connections that a person must renew."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_AGAIN = "The daily check looks again, and closes this case by itself once somebody has signed in."

SIGN_IN_ENDS_SOON = FaultKind(
    code="SIGN_IN_ENDS_SOON",
    title="The sign-in of an account ends soon",
    means="Tieout works on a sign-in that a person made, and such a sign-in lasts for a fixed number of days. "
    "When it ends, nothing more is posted or read there.",
    do="Run `tieout accounts connect NAME` with the account's name, and sign in as Tieout's own user. "
    "The case then closes by itself; or close this case when the account is given up.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
    again=_AGAIN,
)
SIGN_IN_ENDED = FaultKind(
    code="SIGN_IN_ENDED",
    title="Nobody is signed in to an account any more",
    means="The sign-in has ended or was taken back, so nothing is posted or read there. What happens meanwhile waits.",
    do="Run `tieout accounts connect NAME` with the account's name, and sign in as Tieout's own user. "
    "The case then closes by itself; or close this case when the account is given up.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
    again=_AGAIN,
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
