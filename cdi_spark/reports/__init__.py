"""Pages and terminal reports for people."""
