"""The ledgers: customers' postings, the cash book, journals, customer accounts."""
