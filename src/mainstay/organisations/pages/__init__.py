"""Pages of posts: the tree of them, and one with who holds it."""
