"""A stand-in for one Shopify shop: Admin GraphQL API and webhooks.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.shopify.system import ShopifySandbox

__all__ = ["ShopifySandbox"]
