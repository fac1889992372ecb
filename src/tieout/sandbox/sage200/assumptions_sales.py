"""What the sandbox does without a source in the sales ledger and for customer accounts."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


SALES_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "ids of the path",
        "Below a parent, the parent's id in the path counts, whatever the body says; a record that hangs on another "
        "parent is 404.",
        "The definition lists the nested paths without saying what happens when the two disagree.",
        "reading/paths.py",
    ),
    _assumed(
        "payment terms by calendar month",
        "PaymentDueFromCalendarMonth counts every 30 days as a month: 30 days after 31 January is the end of February. "
        "PaymentDueFromEndOfMonth adds the days to the last day of the document's month.",
        "Only the names of the three bases are documented.",
        "ledger/terms.py",
    ),
    _assumed(
        "accounts in one currency",
        "Accounts, banks, receipts and payments are in the base currency; another currency, or a rate other than 1, is "
        "refused.",
        "The stand-in keeps its books in one currency; Sage would convert.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "discount of a document",
        "document_discount_value is the discount percentage of the goods, of the account unless given; it changes no "
        "other value.",
        "The documents give the defaults of percentage and days, not of the value.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "settlement discount taken",
        "A receipt clears cheque and settlement discount together; the discount is posted to discounts allowed.",
        "The field is documented by its name.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "settled immediately",
        "settled_immediately is kept and shown, and allocates nothing.",
        "It is said to mean that the invoice has been paid; what it posts is not.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "allocations on hold",
        "An account that is on hold or hidden refuses allocations as it refuses documents.",
        "Only documents are mentioned.",
        "ledger/allocations.py",
    ),
    _assumed(
        "archived transactions",
        "Archiving takes the fully allocated transactions dated up to a day out of every list but "
        "sales_historical_transactions, by the same id; the balance and past debts are as before.",
        "That archived rows move there is documented, the ids and the rule by date are not.",
        "ledger/transactions.py",
    ),
    _assumed(
        "ageing periods",
        "A debt is current up to the first start of the ageing periods; the last period is as long as the one before "
        "it, what is older is past, and what is dated after today is future. All add up to what is outstanding.",
        "The columns are documented by their names.",
        "reading/ageing.py",
    ),
    _assumed(
        "looking back",
        "$periodnumber counts accounting periods back from the present one, and shows what was outstanding at the end "
        "of it.",
        "Only 0, the present period, is explained.",
        "reading/ageing.py",
    ),
    _assumed(
        "values by period",
        "customer_period_value_views and customer_year_value_views have a row where something was posted; profit and "
        "finance charges are 0, credit notes and cash are positive.",
        "The views are said to cover all periods; signs are not given.",
        "reading/catalogue_sales_views.py",
    ),
    _assumed(
        "defaults among contacts",
        "The first contact of an account, and the first number of each kind of a contact, is the default until another "
        "is made so or it is deleted.",
        "is_default is shown, and of a contact read-only; how it moves is not said.",
        "ledger/owned.py",
    ),
    _assumed(
        "roles of a contact",
        "Roles are given inside the body of their contact, by trader_contact_role_id.",
        "The definition marks every field of a role read-only and has no write for it.",
        "ledger/owned.py",
    ),
    _assumed(
        "children of a single account",
        "A single account carries its alerts, cards, contacts, limited price bands and memos without $expand.",
        "A single order is known to carry its lines; accounts are taken to do alike.",
        "reading/catalogue_customers.py",
    ),
    _assumed(
        "deleting an account",
        "DELETE is refused while the account has transactions, archived ones too, orders, returns, or branches.",
        "The verb is documented without its conditions.",
        "ledger/customers.py",
    ),
    _assumed(
        "live status of an account",
        "status.is_live is true while the account is active and not on hold.",
        "The field is documented by its name.",
        "reading/catalogue_customers.py",
    ),
    _assumed(
        "numbering of accounts",
        "Automatic references are eight digits, zero padded, and pass over those that are taken.",
        "The settings name the next number only.",
        "ledger/customers.py",
    ),
    _assumed(
        "reversed credit note",
        "A reversal posts the opposite document under the same references and allocates the two to each other; what "
        "the credit note was allocated to is open again. The sales return behind it stays completed.",
        "Posted rows can only be offset; what the desktop's reversal writes is not published.",
        "desktop/corrections.py",
    ),
    _assumed(
        "restored company",
        "After a restore from a backup URNs and document numbers are given out again from where they stood then.",
        "They are counters inside the company's database; no document speaks of restores.",
        "desktop/backups.py",
    ),
)
