"""Pages of duties: who is to be called, and the sheet of one call."""
