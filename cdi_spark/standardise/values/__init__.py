"""Value rules: plain functions over Python values, for batches, look-up, overrides, `cdi init` and notebooks alike.

They need no Spark, pandas or numpy. They take text as written and return its standard form, or None for an invalid or
placeholder value. A second application changes nothing. The word lists are in `words/`, with their sources.
"""
