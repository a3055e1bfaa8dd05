"""Decisions of stewards: judgements and overrides."""
