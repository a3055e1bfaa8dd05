"""Answers about customers, pairs, models and history."""
