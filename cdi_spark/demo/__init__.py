"""The demo company: raw sources with known truth, and its conf."""
