"""The glossary: one word for one thing, in code, cases, pages and documents."""

from __future__ import annotations

from typing import Final

Words = tuple[tuple[str, str], ...]

TRADE: Final[Words] = (
    ("RMA", "A return that the portal has a number for. It has one entry for each unit."),
    ("unit", "One physical piece on an RMA. The thing that is credited once."),
    (
        "batch",
        "Units of one RMA that were received together. They share a receipt, a credit note and a refund.",
    ),
    (
        "exchange",
        (
            "Other goods for the ones that come back. At the storefront an order of its own, lines "
            "of a return, or new lines at a till; in Sage a sales order."
        ),
    ),
    ("bundle", "A product that is several products. It is credited and put away by its components."),
    ("returnless refund", "A refund of goods that the customer keeps."),
    ("goodwill", "Money given back for which no goods come."),
    ("store credit, gift card", "What the customer gets instead of money: a liability until it is spent."),
    ("clearing account", "The bank account in Sage that store credit or gift cards are paid from."),
    (
        "adopted refund",
        (
            "A refund made outside the workflow that a person, or a rule of the house, took into it."
            " It goes by SR and the refund's number."
        ),
    ),
    ("grade", "What inspection found: good, damaged, or ungraded."),
    ("disposition", "Where a unit goes because of its reason and grade: a warehouse and a bin."),
    ("stock code, SKU", "The code of a product, in Sage and in the shop."),
    (
        "warehouse, bin",
        "Where stock lies in Sage. A bin is for sale if what lies in it may be offered to customers.",
    ),
    ("storefront location", "The shop's own name for a place that goods are sold from."),
    ("availability", "What the storefront offers for sale of a SKU at a location."),
    ("stock movement", "One line of Sage's stock history: so much of an item into or out of a bin."),
    (
        "pending sales return",
        "A sales order return in Sage that nothing was received on: no stock effect, no ledger effect.",
    ),
    ("goods received", "Sage's confirmation that returned goods are in. Stock rises."),
    ("despatch", "Sage's confirmation that goods were sent."),
    ("credit note", "The document in Sage's sales ledger that gives the customer the invoiced amount back."),
    ("refund", "Money going back to the customer, in the shop. Not the same thing as a credit note."),
    (
        "allocation",
        "Tying two ledger entries to one another, here the credit note to the payment that refunded it.",
    ),
    ("nominal", "An account of the nominal ledger, with its cost centre and department."),
    ("posting", "An entry in a ledger of Sage."),
    ("tax code, tax rate", "Sage's code for a kind of VAT; its percentage on a day."),
    ("tender", "How the customer paid: the shop's payment gateway."),
    ("payout", "What the payment provider moved between its balance and the bank."),
    ("takings, Z-read, settlement", "Words of flows that are still to come."),
    ("company", "One Sage company."),
    ("account", "One configured connection to one system for one company."),
    (
        "credit route",
        (
            "How a company credits returns: `sop` (sales order return and its credit note) or "
            "`ledger` (ledger credit note, stock written on). Never both for the same goods."
        ),
    ),
    (
        "refund mode",
        "`gate`: Tieout refunds once the credit note is read back. `detect`: others refund, Tieout checks.",
    ),
    (
        "channel",
        (
            "How a command is done at one site: by Sage's API (native), by a companion service "
            "beside Sage, or by a person (manual)."
        ),
    ),
    (
        "posting window, stock window",
        "The hours of a day in which a company lets Tieout send postings, and stock, to Sage.",
    ),
    ("mapping rule", "One row of a business choice, with versions, an approver and days in force."),
)
"""Words of the trade, as they are meant here."""

OURS: Final[Words] = (
    (
        "document",
        "One business matter that Tieout follows, such as one return. It is new, waiting, blocked or done.",
    ),
    (
        "event",
        "Something that a system told us, stored raw, once. It only says that something happened.",
    ),
    ("facts", "Everything that was read before a decision, kept with it."),
    ("plan", "The decision: commands in order, and the legs they must bring about."),
    ("command", "One thing to ask of one system, with the figures that must be read back."),
    (
        "key",
        "20 characters that name a command, written into the remote system and searched for there.",
    ),
    ("effect", "A thing that we did in a remote system, or set out to do."),
    (
        "leg",
        "A statement that a document should be visible in one system with this amount or quantity.",
    ),
    ("fault", "A kind of trouble that a person settles."),
    (
        "case",
        'One occurrence of trouble with one document, on somebody\'s desk. The desk is headed "Exceptions".',
    ),
    ("cross-reference", "Two systems' names for the same thing."),
    ("break", "Two systems saying different things about the same fact."),
    ("lane", "The order in which one company's documents are worked on, one at a time."),
    (
        "poll",
        "A look at one of Sage's lists for what changed since the last look. It wakes documents and settles nothing.",
    ),
    ("sweep", "A whole listing of one system, that finds what no event and no poll told."),
    (
        "capability report",
        "For every command: how it is done at this site, or why it is not, as the site itself answered.",
    ),
    ("API token", "A key that a person makes for a program. It may do no more than that person, and ends by itself."),
    ("webhook", "An address of another program that is told of what happens here, by signed messages."),
    (
        "outbox",
        "The messages to webhooks, written in the transaction of what they tell, and sent until they are taken.",
    ),
    ("temper", "How often, and in which ways, a stand-in misbehaves."),
)
"""Words that Tieout brought along."""

COMPUTED: Final[Words] = (
    (
        "agreed",
        "A leg that a plan expected, that was read in the system, with both figures equal to the penny and the unit.",
    ),
    ("differs", "Expected and read, and a figure is not equal. Both figures are kept."),
    ("overdue", "Expected, and not read by the time it was due."),
    ("unexpected", "Read in a system, and nobody expected it: a refund or credit note made by hand."),
    ("waived", "A leg that need not agree any more; by whom, when and why is kept."),
    ("tied out", "A document with at least one leg, every one of which is agreed or waived."),
    (
        "reconciliation debt",
        (
            "The sum in pounds over all legs: the whole expected amount of an overdue leg, the whole"
            " seen amount of an unexpected one, the difference of one that differs. Success that we "
            "report to ourselves counts for nothing."
        ),
    ),
    (
        "confirmed",
        (
            "A posting that was read back by its key, with customer, date, amounts, VAT by tax code "
            'and nominals equal to the plan. "Sent" is not "confirmed".'
        ),
    ),
    (
        "sync illusion",
        "A leg that agrees on one side of a document while another of its legs is missing on the other side.",
    ),
    ("orphaned return", "A refund that was seen, without stock coming in for it in Sage within its time."),
    ("orphaned credit note", "A credit note that was expected, and is not read in Sage within its time."),
    ("unlinked credit", "A credit note in Sage that carries no key of ours."),
    (
        "operational lag",
        (
            "The time between two facts of one document, for instance refund and availability. "
            "Reported as median, ninth decile and longest."
        ),
    ),
    ("drift", "The change of debt from day to day. A flow drifts if it rises several days running."),
    (
        "financial trust boundary",
        "For each kind of fact: which system is believed, what proves it, and who approved that.",
    ),
    (
        "anticipated return",
        (
            "The pending sales return that is raised when the RMA is authorised. In the ledger route"
            " Tieout alone knows of it until the goods are in."
        ),
    ),
    ("touchless", "A document that went from its first event to tied out without a person's action."),
)
"""Words whose meaning can be worked out."""
