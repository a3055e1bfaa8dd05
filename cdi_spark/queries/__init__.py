"""Answers about customers, linkage, history, releases and this machine."""
