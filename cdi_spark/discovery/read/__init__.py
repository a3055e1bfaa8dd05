"""What is in a file: its format, encoding and delimiter, its rows and columns."""
