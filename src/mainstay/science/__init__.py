"""Pure analysis: plain functions over frozen dataclasses, without Django, database or clock."""
