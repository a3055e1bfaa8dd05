"""Measures, forecasts and population statistics."""
