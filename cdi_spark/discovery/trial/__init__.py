"""The trial of a draft: its rows go through ingest and standardise, and Spark measures each line."""
