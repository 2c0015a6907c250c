"""From a row's cells to what it states: pure, without Django and without a clock."""
