"""Connected components and union-find; the only room that imports graphframes."""
