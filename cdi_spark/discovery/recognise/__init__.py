"""What columns and sheets mean."""
