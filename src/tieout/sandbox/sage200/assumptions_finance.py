"""What the sandbox does without a source in cash book, nominal ledger, financials and general settings."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


FINANCE_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "words of enumerations",
        "Where only the words for people are known, an enumeration's value is those words; ids count from 0.",
        "The live lists are not published; whoever reads them at connect time is right either way.",
        "reading/enumerations_finance.py",
    ),
    _assumed(
        "lengths of enumerations",
        "A name such as TradingAccountEntryTypePurchasePaymentSalesReceipt is sent whole.",
        "The definition allows 20 or 30 characters where names seen in real messages are longer.",
        "reading/enumerations_finance.py",
    ),
    _assumed(
        "number of a posting",
        'Postings answer {"urn": "123"}, a text; lists give the same number as a number.',
        "So the definition says; one public client shows a number.",
        "writes.py",
    ),
    _assumed(
        "head of a bank posting",
        "A receipt or payment without a date or reference takes those of its first analysis item, else today and none.",
        "Both can be given in both places, and nothing says which wins.",
        "ledger/cash_book.py",
    ),
    _assumed(
        "bank postings to control accounts",
        "A bank receipt, payment or charge that is analysed to the debtors or the stock account is refused.",
        "Those accounts are kept by their ledgers, and the ledgers would no longer agree.",
        "ledger/cash_book.py",
    ),
    _assumed(
        "journal items of a bank posting",
        "nominal_journal_items are refused.",
        "What they post is not documented.",
        "ledger/cash_book.py",
    ),
    _assumed(
        "bank transfer",
        "A transfer shows as a payment and a receipt of one URN, answers its own body, and the giving account pays the "
        "commission; both accounts are in the base currency.",
        "The definition names the fields only.",
        "ledger/cash_book.py",
    ),
    _assumed(
        "list of records",
        "PUT of couriers, cost centres or departments as a list amends rows that have an id, deletes those marked "
        "is_to_delete and enters those without an id; one refusal refuses the whole list.",
        "The definition speaks of amending and deleting only, and not of what stands when one fails.",
        "ledger/records.py",
    ),
    _assumed(
        "names of records",
        "The code of a cost centre, department, report category or bank, and the key of a nominal code, cannot change.",
        "Codes are read-only in the definition; postings hang on them.",
        "ledger/records.py",
    ),
    _assumed(
        "records in use",
        "What is used by postings, documents, settings or other records is not deleted.",
        "Sage's desktop refuses it too; the API's sentences are not published.",
        "ledger/records.py",
    ),
    _assumed(
        "nominal balances",
        "balance_year_to_date is what was brought forward (balance sheet only) and this year's debit less credit; "
        "deferred postings count when their period opens.",
        "The definition does not say what the balances hold.",
        "reading/catalogue_nominal.py",
    ),
    _assumed(
        "direction of exchange rates",
        "core_currency_rate is how many units the base currency buys; an enquiry answers the second by the first.",
        "The sign convention is not documented.",
        "ledger/exchange_rates.py",
    ),
    _assumed(
        "one settings record",
        "Each settings list has one record, and its id is 1.",
        "A company has one set of each.",
        "reading/settings.py",
    ),
)
