"""Accounting periods: five sub-ledgers, each open, closed or future; and the date validation before posting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError

SUB_LEDGERS = ("Sales", "Purchases", "CashBook", "Stock", "NominalAdjustments")
STATUSES = ("Open", "Closed", "Future")
CLASSIFICATIONS = ("Normal", "Acceptable", "Unacceptable")
YEARS_BACK = 3
YEARS_AHEAD = 5
SUB_LEDGER_OF_TYPE = {
    "sales": "Sales",
    "sop": "Sales",
    "invoicing": "Sales",
    "purchase": "Purchases",
    "pop": "Purchases",
    "cashbook": "CashBook",
    "stockcontrol": "Stock",
    "bom": "Stock",
    "nominal": "NominalAdjustments",
}


class Verdict(NamedTuple):
    """What date validation says of a date: Normal, Acceptable or Unacceptable, and why."""

    classification: str
    message: str


def create_periods(books: Books) -> None:
    """Lay out financial years of twelve months; as many as may be open up to this one are, later ones are future."""
    today, opens_in = books.today(), books.profile.first_month
    first_open = _months_on(today.replace(day=1), 1 - int(books.setting("system", "number_open_periods")))
    this_year = today.year - (today.month < opens_in)
    for relative in range(-YEARS_BACK, YEARS_AHEAD + 1):
        first = date(this_year + relative, opens_in, 1)
        last = _months_on(first, 12) - timedelta(days=1)
        year_id = books.insert("financial_year", start=first.isoformat(), finish=last.isoformat(), relative=relative)
        for number in range(1, 13):
            start = _months_on(first, number - 1)
            period_id = books.insert(
                "period",
                year_id=year_id,
                number=number,
                start=start.isoformat(),
                finish=(_months_on(start, 1) - timedelta(days=1)).isoformat(),
            )
            status = "Future" if start > today else "Open" if start >= first_open else "Closed"
            for sub_ledger in SUB_LEDGERS:
                books.insert("period_status", period_id=period_id, sub_ledger=sub_ledger, status=status)


def _months_on(first: date, months: int) -> date:
    """Return the first of the month so many months later."""
    ahead = first.month - 1 + months
    return date(first.year + ahead // 12, ahead % 12 + 1, 1)


def status_on(books: Books, on: date, sub_ledger: str) -> tuple[int, str]:
    """Return the period of a date and its status in a sub-ledger; RefusedError when there is no such period."""
    found = books.row(
        "SELECT p.id, s.status FROM period p JOIN period_status s ON s.period_id = p.id "
        "WHERE p.start <= ? AND p.finish >= ? AND s.sub_ledger = ?",
        on.isoformat(),
        on.isoformat(),
        sub_ledger,
    )
    if found is None:
        raise RefusedError(f"The date {on:%d/%m/%Y} is not within an accounting period.")
    return found["id"], found["status"]


def change_status(books: Books, period_id: int, sub_ledger: str, status: str) -> None:
    """Open, close or defer a period in one sub-ledger; deferred entries reach the nominal when it opens."""
    before = books.value(
        "SELECT status FROM period_status WHERE period_id = ? AND sub_ledger = ?", period_id, sub_ledger
    )
    if status == "Open" and before != "Open":
        most = int(books.setting("system", "number_open_periods"))
        now = books.value("SELECT count(*) FROM period_status WHERE sub_ledger = ? AND status = 'Open'", sub_ledger)
        if now >= most:
            raise RefusedError(f"Only {most} accounting periods can be open at once. Close one of {sub_ledger} first.")
        books.run(
            "UPDATE journal SET deferred = 0 WHERE period_id = ? AND sub_ledger = ? AND deferred = 1",
            period_id,
            sub_ledger,
        )
    books.run(
        "UPDATE period_status SET status = ? WHERE period_id = ? AND sub_ledger = ?", status, period_id, sub_ledger
    )


def period_of(books: Books, on: date) -> int:
    """Return the period of a date, whatever its status."""
    return status_on(books, on, "Sales")[0]


def landing(books: Books, on: date, sub_ledger: str) -> tuple[int, bool]:
    """Return the period that takes the nominal entry of this date, and whether the entry is deferred."""
    period_id, status = status_on(books, on, sub_ledger)
    if status != "Closed":
        return period_id, status == "Future"
    later = books.value(
        "SELECT p.id FROM period p JOIN period_status s ON s.period_id = p.id "
        "WHERE p.start > ? AND s.sub_ledger = ? AND s.status = 'Open' ORDER BY p.start LIMIT 1",
        on.isoformat(),
        sub_ledger,
    )
    if later is None:
        raise RefusedError("There is no open accounting period to post to.")
    return later, False


def classify(books: Books, on: date, sub_ledger: str) -> Verdict:
    """Say what date validation, as set up in the system settings, thinks of a date."""
    rules = books.setting("system", "transaction_date_validation")
    kind = rules["transaction_date_validation_type"]
    if kind == "None":
        return Verdict("Normal", "")
    if kind == "Calendar":
        return _by_calendar(books.today(), on, rules)
    try:
        _, status = status_on(books, on, sub_ledger)
    except RefusedError as refusal:
        return Verdict("Unacceptable", refusal.message)
    verdicts = [Verdict("Normal", "")]
    if status in {"Closed", "Future"}:
        said = rules[f"{status.lower()}_period_classification"]
        verdicts.append(Verdict(said, f"The date {on:%d/%m/%Y} is in a {status.lower()} accounting period."))
    year = _relative_year(books, on)
    if year:
        name = "previous" if year < 0 else "future"
        said = rules[f"{name}_year_classification"]
        verdicts.append(Verdict(said, f"The date {on:%d/%m/%Y} is in a {name} financial year."))
    return max(verdicts, key=lambda verdict: CLASSIFICATIONS.index(verdict.classification))


def _relative_year(books: Books, on: date) -> int:
    """Return how many financial years after the current one a date is; negative before it."""
    return int(
        books.value(
            "SELECT relative FROM financial_year WHERE start <= ? AND finish >= ?", on.isoformat(), on.isoformat()
        )
    )


def check_date(books: Books, on: date, sub_ledger: str) -> None:
    """Raise RefusedError when date validation finds the date unacceptable, or no period holds it."""
    status_on(books, on, sub_ledger)
    verdict = classify(books, on, sub_ledger)
    if verdict.classification == "Unacceptable":
        raise RefusedError(verdict.message)


def _by_calendar(today: date, on: date, rules: dict[str, int]) -> Verdict:
    """Judge by days before or after today."""
    days = (on - today).days
    side = "post" if days > 0 else "pre"
    if abs(days) <= rules[f"{side}_days_normal"]:
        return Verdict("Normal", "")
    message = f"The date {on:%d/%m/%Y} is {abs(days)} days {'after' if days > 0 else 'before'} today."
    near = abs(days) <= rules[f"{side}_days_acceptable"]
    return Verdict("Acceptable" if near else "Unacceptable", message)
