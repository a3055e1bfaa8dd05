"""Fellegi-Sunter record linkage; the only room that imports splink."""
