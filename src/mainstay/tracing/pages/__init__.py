"""Pages of tracing: who named contacts, and the daily follow-up of these."""
