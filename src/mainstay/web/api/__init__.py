"""What every operation of the API shares: its door, its problems, its words, and how it is served."""
