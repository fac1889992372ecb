"""What Tieout needs from systems it does not own: small protocols by capability, and the connector errors."""
