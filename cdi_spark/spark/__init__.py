"""The Spark session, and what every DataFrame step needs of it."""
