"""What each role is for, in the words of those who give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tieout.domain.people import Role

ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.FINANCE: "Settles exceptions of finance, proposes mappings, exports lists.",
    Role.FINANCE_APPROVER: "As finance, and approves finance's mappings and what needs a second pair of eyes.",
    Role.OPERATIONS: "Settles exceptions of operations: goods, bins, warehouses; approves their mappings.",
    Role.WAREHOUSE: "Works on exceptions of operations: assigns, comments, tries again.",
    Role.CUSTOMER_SERVICE: "Says where a parcel, return or refund is; settles exceptions of customer experience.",
    Role.RETAIL_MANAGER: "Settles exceptions of the shops.",
    Role.ECOMMERCE: "Reads everything about orders and returns, comments, proposes mappings.",
    Role.INTEGRATION_OPERATOR: "Keeps the connections running: sign-ins, schedules, raw messages, webhooks.",
    Role.SUPPORT: "Helps from outside for a time: reads, comments, tries again.",
    Role.AUDITOR: "Reads everything, the audit included, exports it and changes nothing.",
    Role.ADMINISTRATOR: "Gives and takes access. Settles nothing.",
}
