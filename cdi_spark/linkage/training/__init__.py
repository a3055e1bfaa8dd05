"""From records to m, u and thresholds."""
