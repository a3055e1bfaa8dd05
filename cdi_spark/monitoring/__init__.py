"""Log lines, and the progress that a terminal shows."""
