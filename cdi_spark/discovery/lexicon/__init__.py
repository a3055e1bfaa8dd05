"""What is known before a file is read: words of column names, names, patterns of values and dates."""
