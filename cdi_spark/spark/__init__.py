"""The Spark session, driver-side rows, and parallel work."""
