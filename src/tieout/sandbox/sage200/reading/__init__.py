"""GET: every readable resource, the OData subset, and the answers that are worked out."""
