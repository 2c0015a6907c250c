"""Pages of cases: the file of one case, its classes, tubes and results."""
