"""What SQL of other people may do: functions, statements and tables that only read."""
