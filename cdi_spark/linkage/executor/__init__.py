"""Code that runs on executors: DuckDB over the records of a task."""
