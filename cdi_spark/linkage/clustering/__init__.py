"""From pairs to entities."""
