"""Row rules, expectations and the ledger."""
