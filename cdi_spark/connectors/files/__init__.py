"""Deliveries of files: CSV, JSON, JSON lines and Parquet."""
