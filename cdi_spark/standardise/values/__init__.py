"""Value rules: plain functions over Python values, for batches, look-up, overrides, `cdi init` and notebooks alike.

They need no Spark, pandas or numpy. They take text as it was written and return its standard form, or None where
it is no value of its kind. Applied to their own result they change nothing. Words lie in `words/`, with their sources.
"""
