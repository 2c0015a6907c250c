"""Pages of accounts: signing in, one's own page, their administration, and the audit."""
