"""What the sandbox does without a source about companies, releases, rights, locks, people and periods."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


COMPANY_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "sites of an edition",
        "GET /sites lists, at each edition's address, only the companies of that edition.",
        "The documents say that the other edition's address gives 404, not what its /sites shows.",
        "api.py",
    ),
    _assumed(
        "Irish VAT codes",
        "The Irish company has 23, 13.5, 9 and 0 % under codes 1, 3, 9 and 2; the EC codes are those of the UK.",
        "The rates are the law's; which numbers Sage gives them by default in Ireland was not found.",
        "company/profiles.py",
    ),
    _assumed(
        "analysis codes in Standard",
        "analysis_code_6 to analysis_code_20 are absent from every resource of a Standard company.",
        "The changelog calls them Professional; the fields are not marked one by one.",
        "reading/access.py",
    ),
    _assumed(
        "release of a site",
        "What is newer than a company's release is 404 as a path, refused in $filter and $select, and left out of "
        "answers; newer fields in a body are taken as unknown ones are.",
        "The FAQ says 404 for endpoints and nothing about fields.",
        "reading/access.py",
    ),
    _assumed(
        "role without a feature",
        "A role lacks whole modules: every path of the module's definition file is 403.",
        "The FAQ ties 403 to the feature behind an endpoint; the list of features is not public.",
        "reading/access.py",
    ),
    _assumed(
        "wording of locks",
        "A lock can be told in ten ways; one of them has none of the usual words.",
        "Sage's own sentence is not documented, and clients must collect those they do not know.",
        "company/refusals.py",
    ),
    _assumed(
        "locked numbers and warehouses",
        "While somebody holds the number generator or a warehouse, what needs a number or moves stock there is in use.",
        "The number generator's lock is known by name only; the granularity of stock locks is not.",
        "company/books.py",
    ),
    _assumed(
        "own locks",
        "Who has a record open may work on it in the desktop; the API's user never walks through a lock.",
        "Locks are tied to a log-in.",
        "company/locks.py",
    ),
    _assumed(
        "dead sessions",
        "Locks of a dead session stay until its user is cleared; they do not run out.",
        "The help tells to clear them in User Login Status and names no time-out.",
        "desktop/screens.py",
    ),
    _assumed(
        "open periods",
        "A company starts with as many open periods as number_open_periods says, up to the present month; older ones "
        "are closed, later ones future. Opening one more is refused.",
        "The setting is documented as how many may be open; its effect on opening is not.",
        "company/periods.py",
    ),
    _assumed(
        "deferred entries",
        "When a future period opens in a sub-ledger, its deferred entries count in the nominal at once.",
        "The documents say that they wait until the period opens.",
        "company/periods.py",
    ),
    _assumed(
        "dates of other years",
        "Where several rules of date validation meet, the strictest verdict counts.",
        "The four classifications of the settings are listed without saying how they combine.",
        "company/periods.py",
    ),
    _assumed(
        "month end",
        "A period cannot be closed while another user has a record open; closing may hold the company for a while.",
        "No other user may be logged in at period close; who is in a record is logged in.",
        "desktop/screens.py",
    ),
    _assumed(
        "reversed transaction",
        "Reversing posts the opposite type under the same references on the nominals of the first, and allocates both.",
        "The desktop's Reverse transaction is known by name only.",
        "desktop/corrections.py",
    ),
    _assumed(
        "despatch taken back",
        "Goods whose despatch is amended come back as In - SOP at the cost at which they left, and are allocated.",
        "The help says that despatched goods can be amended before invoicing, not how the history shows it.",
        "desktop/corrections.py",
    ),
)
