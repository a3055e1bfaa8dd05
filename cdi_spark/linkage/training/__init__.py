"""Learns m, u, the prior and the threshold of a model from records."""
