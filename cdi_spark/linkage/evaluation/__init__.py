"""Measures a model, and explains how it computes a weight."""
