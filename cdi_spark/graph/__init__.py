"""Connected components, union-find and link weights; only this package imports graphframes."""
