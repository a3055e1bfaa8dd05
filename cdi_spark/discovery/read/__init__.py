"""What is in a file: encoding, dialect, rows and columns."""
