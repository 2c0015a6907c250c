"""Operations on people, and on what they are called and how they are reached."""
