"""The profile of a draft as a page: every column with its fill, shapes, meaning and use."""
