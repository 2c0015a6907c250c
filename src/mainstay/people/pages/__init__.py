"""Pages of people: the list of those of concern, one person, somebody added."""
