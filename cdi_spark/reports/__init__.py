"""Answers of queries as HTML pages and terminal reports."""
