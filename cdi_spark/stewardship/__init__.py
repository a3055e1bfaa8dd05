"""Stewards' decisions: judgements and overrides."""
