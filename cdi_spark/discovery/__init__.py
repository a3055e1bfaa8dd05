"""`cdi init`: from files that nobody prepared to a conf project that runs; the guesses are written beside it."""
