"""What the figures of a report are made from and how: pure, without Django and without a clock."""
