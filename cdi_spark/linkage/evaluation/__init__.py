"""How good a model is, and how it came by a weight."""
