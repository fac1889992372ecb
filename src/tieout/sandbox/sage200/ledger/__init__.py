"""The sales ledger, customers and the nominal postings behind them."""
