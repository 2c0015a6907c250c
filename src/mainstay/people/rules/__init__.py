"""What of a person's particulars can be searched for, and how it sounds."""
