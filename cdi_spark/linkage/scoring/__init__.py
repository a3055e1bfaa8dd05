"""From records to scored pairs."""
