"""Many edits in a row: carried out method by method, kept point by point."""
