"""Operations on duties, and on the calls by which many of them are done."""
