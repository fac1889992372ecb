"""What this stand-in does that no document of a real 3PL settles."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/files"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Folders",
        behaviour="orders/in, out, out/processing, out/archive, out/error and ack; orders are moved to orders/archive.",
        reason="Every 3PL has names of its own.",
        correct_in=f"{_ROOM}/depositor.py FOLDERS",
    ),
    Assumption(
        name="Where acknowledgements lie",
        behaviour=(
            "The 3PL's are written to out, or to ack by the setting answers_in. The depositor's are read from ack "
            "and from orders/in, and change nothing."
        ),
        reason="Some 3PLs have a folder for them and some have not.",
        correct_in=f"{_ROOM}/depositor.py answers_in",
    ),
    Assumption(
        name="Names of files",
        behaviour="Kind, running number and local time, as despatch-00000012-20261121093000.csv.",
        reason="Published layouts disagree; a reader must go by what stands inside.",
        correct_in=f"{_ROOM}/dropping.py _note",
    ),
    Assumption(
        name="The trailer of an order file",
        behaviour=(
            "A row with TRAILER, TRL, EOF or TOTAL in one of its first three cells; its first two numbers are the "
            "rows and the total base quantity. Without it, or when it disagrees, the file is refused whole."
        ),
        reason="That there is one is settled, its cells are not.",
        correct_in=f"{_ROOM}/csvs.py _trailer_fault",
    ),
    Assumption(
        name="The acknowledgement in CSV",
        behaviour=(
            "A row for each order, accepted or rejected with its reason, one for each refused line with its row, "
            "and one for the file when it is refused whole."
        ),
        reason="Only its purpose is described.",
        correct_in=f"{_ROOM}/csvs.py answers",
    ),
    Assumption(
        name="Short rows",
        behaviour=(
            "A row of its own with the quantity that did not leave and no shipped SKU; with short_rows set to line, "
            "the rows that left are marked short and a line of which nothing left has one row of nought."
        ),
        reason="Both are written by real houses; the layout says only that there is a status.",
        correct_in=f"{_ROOM}/csvs.py _told",
    ),
    Assumption(
        name="Order complete",
        behaviour="Y when nothing of the order will leave any more, whatever was closed short; else N.",
        reason="Not defined further.",
        correct_in=f"{_ROOM}/bay.py despatch",
    ),
    Assumption(
        name="Numbers of events",
        behaviour=(
            "Movements (M-) and despatches (D-) share one sequence; last_movement_ref of a snapshot is the newest of "
            "either kind at that site."
        ),
        reason="The layout says the highest event included.",
        correct_in=f"{_ROOM}/stock.py event_id",
    ),
    Assumption(
        name="Quarantine in movements",
        behaviour=(
            "An adjustment with reason QUARANTINE or RELEASE, signed by what it does to the stock on hand; so is "
            "stock that is found damaged, with its own reason. The count names it in the other column."
        ),
        reason="The layout has five types, none of them for it.",
        correct_in=f"{_ROOM}/csvs.py MOVEMENT_TYPES",
    ),
    Assumption(
        name="Transfers in movements",
        behaviour="Two movements with numbers of their own, one at each site, each naming the other site.",
        reason="The layout has one site in a row.",
        correct_in=f"{_ROOM}/acts.py _movements",
    ),
    Assumption(
        name="Serial numbers in a count",
        behaviour="Left out: all units of a stock code in one row.",
        reason="The layout has no column for them.",
        correct_in=f"{_ROOM}/csvs.py merged",
    ),
    Assumption(
        name="The same order again",
        behaviour="Accepted again without effect; with other lines rejected, unless its action is U and nobody began.",
        reason="Nothing is published; a house that ships twice would not be one.",
        correct_in=f"{_ROOM}/house.py answer",
    ),
    Assumption(
        name="Cancelling",
        behaviour="Possible until picking began and between two part shipments; later it is refused as too late.",
        reason="Houses differ.",
        correct_in=f"{_ROOM}/house.py _cancel",
    ),
    Assumption(
        name="Rejected lines",
        behaviour="One bad line rejects the order, unless the setting partly_accepts lets the others in.",
        reason="Houses differ.",
        correct_in=f"{_ROOM}/house.py _take",
    ),
    Assumption(
        name="Missing stock",
        behaviour="What is not there is closed short, or waits, by the setting waits_for_stock.",
        reason="Houses differ.",
        correct_in=f"{_ROOM}/depositor.py _ship",
    ),
    Assumption(
        name="The bill",
        behaviour="Lines with invoice, charge id, date, code, reference, quantity and net; in CSV for every partner.",
        reason="No published layout was found.",
        correct_in=f"{_ROOM}/csvs.py charges",
    ),
    Assumption(
        name="What a 997 rejects",
        behaviour=(
            "A wrong count in SE is AK5 R 4; a bad line is AK3 and AK4 at W01 with the bad value, a refused order AK4 "
            "at W05; an order taken in part is AK5 E. Reasons in words are not told."
        ),
        reason="Refusals for the house's own reasons have no place in a 997; guides differ in where they go.",
        correct_in=f"{_ROOM}/x12_orders.py acknowledgement",
    ),
    Assumption(
        name="Line references in X12",
        behaviour="N9 with LI behind W01 is kept and told behind W12; without it the number of LX stands there.",
        reason="Guides name the segment and not the qualifier.",
        correct_in=f"{_ROOM}/x12_orders.py LINE_REFERENCE",
    ),
    Assumption(
        name="Status in a 945",
        behaviour=(
            "W06-01 is F, also while the rest follows; W12-01 is CC, CI with more, BP short with the rest to follow, "
            "CP closed short, IS substitute, NS nothing. Of several rows of a line the last bears the difference."
        ),
        reason="IS is documented, the others are from memory; guides choose.",
        correct_in=f"{_ROOM}/x12_advices.py _status",
    ),
    Assumption(
        name="Codes of units",
        behaviour="X12: CA case, PK inner, EA; EDIFACT: CT case, PK inner, PCE. Others are written as the house does.",
        reason="Agreed between partners.",
        correct_in=f"{_ROOM}/x12_orders.py UNITS, edifact_orders.py UNITS",
    ),
    Assumption(
        name="Movements in X12",
        behaviour=(
            "A 947 each, with its number in W15-02, G62 07 for its moment in local time, and N9 ZZ for its reference; "
            "quarantine is reason 05, release 55. Receipts and returns are a 944 each, a return with N9 RZ."
        ),
        reason="The reasons are documented; W15 and the rest are from memory.",
        correct_in=f"{_ROOM}/x12_advices.py _adjusted, _received",
    ),
    Assumption(
        name="Quantities of a count in EDI",
        behaviour=(
            "846: 17 on hand, 27 committed, 33 available, QH on hold, 20 unusable; the newest event in REF ZZ. INVRPT: "
            "145, 27 on hold, 20 unusable; the newest event in RFF ACE; what is allocated is not told."
        ),
        reason="17, 27, 33, 20 and 145 are in the code lists; which of them a house uses is agreed.",
        correct_in=f"{_ROOM}/x12_advices.py QUANTITIES, edifact_advices.py snapshot",
    ),
    Assumption(
        name="Answers in EDIFACT",
        behaviour=(
            "One file with a CONTRL and, for each order that could be read, an APERAK (BGM 294, function 29 or 27) "
            "with reasons in words behind ERC ZZZ."
        ),
        reason="Agreed between partners.",
        correct_in=f"{_ROOM}/edifact_orders.py acknowledgement",
    ),
    Assumption(
        name="Despatches in EDIFACT",
        behaviour=(
            "A CPS for the whole and one for each parcel, with RFF CN for tracking, GIN BJ for the SSCC; batches are "
            "GIN BX, serial numbers GIN BN; PIA 4 names what a substitute stands for; QVR AC is too much."
        ),
        reason="QVR, BP and CP are documented, the other codes are from memory.",
        correct_in=f"{_ROOM}/edifact_advices.py _row",
    ),
    Assumption(
        name="Movements in EDIFACT",
        behaviour=(
            "An INVRPT for each site and kind, 85E or 78, a LIN for each movement: INV direction and reason, QTY 1, "
            "DTM 179, RFF TN its number, FTX the house's own word."
        ),
        reason="BGM and INV are documented, the rest is from memory.",
        correct_in=f"{_ROOM}/edifact_advices.py _moved",
    ),
    Assumption(
        name="Moments in EDI",
        behaviour="Local time of the house without an offset, so that the hour repeated in autumn is ambiguous.",
        reason="The formats have places for a zone that hardly anybody fills.",
        correct_in=f"{_ROOM}/edifact_advices.py _moment, x12_advices.py",
    ),
    Assumption(
        name="Unreadable files in EDI",
        behaviour="Without a whole envelope there is no acknowledgement; the file lies in orders/error.",
        reason="There is no control number to answer to.",
        correct_in=f"{_ROOM}/depositor.py _read_order_file",
    ),
    Assumption(
        name="Logins",
        behaviour="The house's login sees all partners as folders; a partner's own name sees its own folders.",
        reason="Convenience; a real house gives one login.",
        correct_in=f"{_ROOM}/sftp.py Wire.folder_of",
    ),
)
