"""What columns mean, and what rows are."""
