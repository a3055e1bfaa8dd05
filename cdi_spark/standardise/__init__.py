"""From bronze to silver: which value rule standardises which column."""
