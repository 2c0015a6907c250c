"""Pages of files: those received, one on its way in, one with what is held of it."""
