"""From scored pairs to the parts of components that are entities, of all or of what a change affects."""
