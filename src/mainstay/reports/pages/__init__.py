"""Pages of reports: the situation report, the rows behind a figure, and the number to send tonight."""
