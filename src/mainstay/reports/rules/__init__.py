"""Rules of the reports: what a series shows, what a figure is. No Django, no clock."""
