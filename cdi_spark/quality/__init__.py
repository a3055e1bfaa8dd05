"""Row rules, expectations, the ledger, and counts of cleaned values."""
