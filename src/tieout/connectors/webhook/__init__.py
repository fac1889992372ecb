"""Any program that takes signed messages after the Standard Webhooks specification, at an address that people gave."""

from __future__ import annotations

from tieout.connectors.webhook.addresses import Doorman
from tieout.connectors.webhook.posting import SignedPost

__all__ = ["Doorman", "SignedPost"]
