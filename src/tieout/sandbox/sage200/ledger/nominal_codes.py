"""Nominal accounts as the API keeps them: entering, amending, deleting; and an empty one to start from."""

from __future__ import annotations

from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.seed import POSTING

Body = dict[str, Any]
TYPES = frozenset({POSTING, "NominalAccountTypeGroup", "NominalAccountTypeMemo"})
STATUSES = {"AccountStatusActive": 0, "AccountStatusHidden": 1}
ANALYSIS = tuple(f"analysis_code_{n}" for n in range(1, 21))
NOMINAL_CODE = (
    "name:s60 reference:s8! cost_centre_id:i department_id:i nominal_account_type:s60 account_status_type:s20 "
    "report_category_id:i! sofa_category_id:i display_balances_in_selection_list:b allow_manual_journal_entries:b "
    "use_batch_postings:b periods_to_keep_transactions:i consolidated_nominal_account_number:s8 "
    "consolidated_nominal_cost_centre:s3 consolidated_nominal_department:s3 "
    + " ".join(f"{name}:s60" for name in ANALYSIS)
)
COLUMNS = {
    "name": "name",
    "nominal_account_type": "type",
    "report_category_id": "report_category_id",
    "display_balances_in_selection_list": "display",
    "allow_manual_journal_entries": "journals",
    "use_batch_postings": "batches",
    "periods_to_keep_transactions": "keep_periods",
    **{name: name for name in ANALYSIS},
}
USES = (
    "SELECT id FROM entry WHERE nominal_id = ?",
    "SELECT id FROM bank WHERE nominal_id = ?",
    "SELECT id FROM customer WHERE nominal_id = ?",
    "SELECT id FROM product WHERE ? IN (revenue_id, stock_id, issue_id)",
    "SELECT id FROM charge WHERE nominal_id = ?",
    "SELECT id FROM line WHERE nominal_id = ?",
    "SELECT name FROM setting WHERE area = 'control' AND name <> 'tax_code' AND value = CAST(? AS TEXT)",
)


def enter_nominal(books: Books, body: Body) -> int:
    """Enter a nominal account and return its id."""
    fields = checked(body, NOMINAL_CODE)
    if not fields["reference"]:
        raise RefusedError("The field reference is required.")
    place = {
        "cost_centre": _code(books, "cost_centre", fields.get("cost_centre_id", 0)),
        "department": _code(books, "department", fields.get("department_id", 0)),
    }
    found = books.row(
        "SELECT id FROM nominal WHERE account = ? AND cost_centre = ? AND department = ?",
        fields["reference"],
        *place.values(),
    )
    if found is not None:
        raise RefusedError(f"A nominal code with the reference {fields['reference']} already exists.")
    columns = {"name": "", "type": POSTING} | _columns(books, fields)
    key = books.insert("nominal", account=fields["reference"], **place, **columns, **books.stamps())
    books.effect("nominal_code.entered", id=key, reference=fields["reference"])
    return key


def amend_nominal(books: Books, key: int, body: Body) -> None:
    """Change a nominal account; its reference, cost centre and department cannot be changed."""
    row = books.need("nominal", key, "Nominal code")
    fields = checked(body, NOMINAL_CODE.replace("!", ""))
    said = {
        "account": fields.get("reference", row["account"]),
        "cost_centre": _said(books, "cost_centre", fields, row["cost_centre"]),
        "department": _said(books, "department", fields, row["department"]),
    }
    if any(row[name] != value for name, value in said.items()):
        raise RefusedError("The reference, cost centre and department of a nominal code cannot be changed.")
    books.update("nominal", key, **_columns(books, fields), updated=books.stamp())
    books.effect("nominal_code.amended", id=key, reference=row["account"])


def delete_nominal(books: Books, key: int) -> None:
    """Delete a nominal account that nothing was posted to and nothing names."""
    row = books.need("nominal", key, "Nominal code")
    if any(books.row(query, key) is not None for query in USES):
        raise RefusedError(f"Nominal account {row['account']} is in use and cannot be deleted.")
    books.run("DELETE FROM nominal_memo WHERE nominal_id = ?", key)
    books.run("DELETE FROM nominal WHERE id = ?", key)
    books.effect("nominal_code.deleted", id=key, reference=row["account"])


def new_nominal(books: Books) -> Body:
    """Return an account with Sage's defaults; nothing is stored."""
    category = books.value("SELECT id FROM report_category ORDER BY id LIMIT 1")
    return {
        "id": 0,
        "name": "",
        "reference": "",
        "cost_centre_id": 0,
        "department_id": 0,
        "nominal_account_type": POSTING,
        "account_status_type": "AccountStatusActive",
        "report_category_id": category,
        "display_balances_in_selection_list": True,
        "allow_manual_journal_entries": True,
        "use_batch_postings": False,
        "periods_to_keep_transactions": 24,
    }


def _code(books: Books, table: str, key: int) -> str:
    """Return the code of a cost centre or department by id; the empty one for 0."""
    if not key:
        return ""
    found = books.value(f"SELECT code FROM {table} WHERE id = ?", key)  # noqa: S608  # our own tables
    if found is None:
        raise RefusedError(f"The {table.replace('_', ' ')} {key} does not exist.")
    return str(found)


def _said(books: Books, table: str, fields: Fields, present: str) -> str:
    return _code(books, table, fields[f"{table}_id"]) if f"{table}_id" in fields else present


def _columns(books: Books, fields: Fields) -> Fields:
    columns: Fields = {
        column: int(fields[name]) if isinstance(fields[name], bool) else fields[name]
        for name, column in COLUMNS.items()
        if name in fields
    }
    if columns.get("type", POSTING) not in TYPES:
        raise RefusedError("The value of nominal_account_type is not valid.")
    if "account_status_type" in fields:
        if fields["account_status_type"] not in STATUSES:
            raise RefusedError("The value of account_status_type is not valid.")
        columns["hidden"] = STATUSES[fields["account_status_type"]]
    category = columns.get("report_category_id")
    if category and books.value("SELECT id FROM report_category WHERE id = ?", category) is None:
        raise RefusedError(f"The report category {category} does not exist.")
    return columns
