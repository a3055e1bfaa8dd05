"""Lasting ids: which records are one entity, and its history."""
