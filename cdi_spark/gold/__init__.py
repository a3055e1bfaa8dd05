"""Gold: golden records, measures and finance."""
