"""One golden record per customer."""
