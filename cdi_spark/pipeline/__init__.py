"""The stages, a file per stage, and what runs them. Only stages write tables, stewards' logs aside."""
