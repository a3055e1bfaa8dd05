"""From scored pairs to entities, of all records or of the components that a change affects."""
