"""Faults met while a plan is carried out."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_LOOKS_FIRST = "Looks in the system for what is already there, and does only what is missing."

RECORD_LOCK_EXPIRED = FaultKind(
    code="RECORD_LOCK_EXPIRED",
    title="Somebody keeps the record open in Sage",
    means="The record has been on somebody's screen for longer than we wait, so nothing could be posted to it.",
    do="Ask the person named below to close it in Sage (or clear their log-in), then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.TECHNICAL,
    again=_LOOKS_FIRST,
)
POSTING_REFUSED = FaultKind(
    code="POSTING_REFUSED",
    title="A system refused the posting",
    means="The system understood what was asked and refused it. Its own words are below.",
    do="Put right what it complains of, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_LOOKS_FIRST,
)
READ_BACK_DIFFERS = FaultKind(
    code="READ_BACK_DIFFERS",
    title="What was posted is not what was planned",
    means="A document stands under our reference, and its figures differ from the plan. Nothing more was done.",
    do="Compare both figures below. Correct the document in its system, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_LOOKS_FIRST,
)
EFFECT_CONFLICT = FaultKind(
    code="EFFECT_CONFLICT",
    title="An earlier posting of this return has other figures",
    means="It is already posted, and by what the systems say today it would be a different one.",
    do="Reverse the earlier document by hand, or undo what was changed since it was posted, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_LOOKS_FIRST,
)
NOT_SEEN_AFTER_POSTING = FaultKind(
    code="NOT_SEEN_AFTER_POSTING",
    title="The system took the posting, and it cannot be found there",
    means="It was sent several times, and looking for it in the system finds nothing.",
    do="Look in the system for the reference below, find out why it is not kept or not found, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
    again=_LOOKS_FIRST,
)
HAND_POSTING_NEEDED = FaultKind(
    code="HAND_POSTING_NEEDED",
    title="A person must do this step in Sage",
    means="Sage lets no program do this step, and this company has no companion service beside Sage that does it.",
    do="Do what is written below in Sage with exactly that reference, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.POLICY,
    again="Looks for the posting under the reference; when it is there and right, goes on with the rest.",
)
RIGHT_MISSING = FaultKind(
    code="RIGHT_MISSING",
    title="Tieout's own user may not do this",
    means="The system refuses Tieout's sign-in, or its user lacks the right for this step.",
    do="Connect the account again, or give its user the right named below, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
    again=_LOOKS_FIRST,
)
REFUND_FAILED = FaultKind(
    code="REFUND_FAILED",
    title="The credit note is posted and the refund failed",
    means="The payment provider rejected the refund after Sage had the credit note. The customer is owed money.",
    do="Pay another way and close this case with the reference, or mend the payment in the shop and choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_LOOKS_FIRST,
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
