"""Sources: what reads raw deliveries, a folder per kind."""
