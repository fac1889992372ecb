"""One company's books: tables, periods, locks, set-up, and the proofs that they agree."""
