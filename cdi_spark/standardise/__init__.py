"""From bronze to silver: rows are mapped, standardised, checked, and reduced to one version per key."""
