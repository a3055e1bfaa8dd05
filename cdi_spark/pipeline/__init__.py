"""The stages, one file per stage, and the runner. Only stages write tables, except the logs of stewardship."""
