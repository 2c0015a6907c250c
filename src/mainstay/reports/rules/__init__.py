"""Rules of the reports: what the figures are made from and how. No Django, no clock."""
