"""What is known before a file is read: lists of words, and patterns of headers, values and dates."""
