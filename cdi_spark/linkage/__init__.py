"""Fellegi-Sunter record linkage; only this package imports splink."""
