"""Operations on orders, on what becomes of them, and on the objections to them."""
